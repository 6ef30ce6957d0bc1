"""Counting legal time: examples at the boundaries, an independent oracle, and properties."""

from __future__ import annotations

from bisect import bisect_right
from datetime import UTC, date, datetime, time, timedelta
from functools import cache

import holidays
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows import calendars
from workflows.calendars import LOCAL, DayKind, Deadline, WorkingCalendar, YearBeyondCalendar, deadline
from workflows.periods import InvalidPeriod, Period, Unit, days, minutes, months, workdays

ONE_DAY = timedelta(days=1)
CLOSING = time(17, 30)


@cache
def gazetted() -> WorkingCalendar:
    rows = calendars.seed()
    return calendars.calendar_of(rows.years, rows.days, "seed")


def at(text: str) -> datetime:
    """A moment on the wall clock of the office."""
    return datetime.fromisoformat(text).replace(tzinfo=LOCAL).astimezone(UTC)


def ends(limit: Period | date, start: str, **how: object) -> Deadline:
    return deadline(limit, start=at(start), calendar=gazetted(), **how)  # type: ignore[arg-type]


class TestWorkdays:
    def test_two_workdays_from_a_friday_end_on_tuesday(self) -> None:
        assert ends(workdays(2), "2026-03-06 09:00").last_day == date(2026, 3, 10)

    def test_the_starting_day_is_not_counted_however_early_it_starts(self) -> None:
        assert ends(workdays(1), "2026-03-04 00:00").last_day == date(2026, 3, 5)
        assert ends(workdays(1), "2026-03-04 23:59").last_day == date(2026, 3, 5)

    def test_one_workday_from_a_saturday_ends_on_monday(self) -> None:
        assert ends(workdays(1), "2026-03-07 10:00").last_day == date(2026, 3, 9)

    def test_a_make_up_saturday_counts_and_the_spring_festival_does_not(self) -> None:
        found = ends(workdays(3), "2026-02-13 10:00")
        assert found.last_day == date(2026, 2, 25)
        assert found.rolled_from is None

    def test_the_day_begins_at_midnight_in_shanghai_not_in_utc(self) -> None:
        start = datetime(2026, 3, 3, 16, 30, tzinfo=UTC)  # already 4 March in the office
        found = deadline(workdays(1), start=start, calendar=gazetted())
        assert found.last_day == date(2026, 3, 5)

    def test_the_period_ends_at_24_00_or_at_closing_time(self) -> None:
        assert ends(workdays(1), "2026-03-04 09:00").due_at == datetime(2026, 3, 5, 16, 0, tzinfo=UTC)
        assert ends(workdays(1), "2026-03-04 09:00", closing=CLOSING).due_at == at("2026-03-05 17:30")

    def test_zero_workdays_end_the_same_day(self) -> None:
        assert ends(workdays(0), "2026-03-04 09:00", closing=CLOSING).due_at == at("2026-03-04 17:30")

    def test_zero_workdays_begun_on_a_rest_day_end_on_the_next_workday(self) -> None:
        assert ends(workdays(0), "2026-03-07 09:00").last_day == date(2026, 3, 9)

    def test_a_period_of_zero_begun_after_closing_does_not_end_before_it_began(self) -> None:
        assert ends(workdays(0), "2026-03-04 20:00", closing=CLOSING).due_at == at("2026-03-04 20:00")

    def test_twenty_thousand_workdays_are_counted(self) -> None:
        found = ends(workdays(20_000), "2026-03-04 09:00")
        assert found.last_day.year == 2106
        proof = calendars.counted_days(found, gazetted())
        assert sum(line.counted for line in proof) == 20_000


class TestDaysAndMonths:
    def test_a_last_day_on_saturday_rolls_to_monday_and_says_so(self) -> None:
        found = ends(days(3), "2026-03-04 09:00")
        assert (found.last_day, found.rolled_from) == (date(2026, 3, 9), date(2026, 3, 7))

    def test_a_last_day_on_a_make_up_saturday_does_not_roll(self) -> None:
        found = ends(days(1), "2026-02-27 09:00")
        assert (found.last_day, found.rolled_from) == (date(2026, 2, 28), None)

    def test_a_last_day_in_the_spring_festival_rolls_over_the_whole_holiday(self) -> None:
        found = ends(days(7), "2026-02-09 09:00")
        assert (found.last_day, found.rolled_from) == (date(2026, 2, 24), date(2026, 2, 16))

    def test_a_bar_ends_on_the_rest_day_itself(self) -> None:
        found = ends(days(3), "2026-03-04 09:00", rolls=False)
        assert (found.last_day, found.rolled_from) == (date(2026, 3, 7), None)

    @pytest.mark.parametrize(
        ("start", "n", "last"),
        [
            ("2025-01-31 09:00", 1, date(2025, 2, 28)),
            ("2024-01-31 09:00", 1, date(2024, 2, 29)),
            ("2024-02-29 09:00", 12, date(2025, 2, 28)),
            ("2025-03-31 09:00", 3, date(2025, 6, 30)),
            ("2025-11-30 09:00", 3, date(2026, 2, 28)),
            ("2025-12-04 09:00", 3, date(2026, 3, 4)),
        ],
    )
    def test_a_month_without_the_day_ends_on_its_last(self, start: str, n: int, last: date) -> None:
        assert ends(months(n), start, rolls=False).last_day == last

    def test_a_month_ending_on_a_rest_day_rolls(self) -> None:
        found = ends(months(1), "2026-01-07 09:00")
        assert (found.last_day, found.rolled_from) == (date(2026, 2, 9), date(2026, 2, 7))


class TestMomentsAndDates:
    def test_minutes_run_from_the_moment_through_the_night(self) -> None:
        found = ends(minutes(30), "2026-03-07 23:45", closing=CLOSING)
        assert found.due_at == at("2026-03-08 00:15")
        assert found.last_day == date(2026, 3, 8)
        assert calendars.counted_days(found, gazetted()) == []

    def test_a_date_means_the_end_of_that_day_and_never_rolls(self) -> None:
        found = ends(date(2026, 3, 7), "2026-03-04 09:00")
        assert found.due_at == at("2026-03-08 00:00")
        assert (found.unit, found.n, found.rolled_from) == (None, None, None)

    def test_a_naive_moment_is_on_the_office_clock(self) -> None:
        assert ends(datetime(2026, 3, 7, 12, 0), "2026-03-04 09:00").due_at == at("2026-03-07 12:00")  # noqa: DTZ001
        aware = datetime(2026, 3, 7, 12, 0, tzinfo=UTC)
        assert ends(aware, "2026-03-04 09:00").due_at == aware

    def test_a_naive_start_is_a_mistake_of_the_caller(self) -> None:
        with pytest.raises(ValueError, match="aware"):
            deadline(days(1), start=datetime(2026, 3, 4), calendar=gazetted())  # noqa: DTZ001

    def test_what_is_no_period_and_what_never_ends_is_refused(self) -> None:
        for limit, start in (("5 days", "2026-03-04"), (days(9), "9999-12-30"), (date.max, "2026-03-04")):
            with pytest.raises(InvalidPeriod):
                ends(limit, start, rolls=False)  # type: ignore[arg-type]


class TestReasons:
    @pytest.mark.parametrize(
        ("day", "kind", "zh", "en"),
        [
            (date(2026, 3, 4), DayKind.WORKDAY, "工作日", "workday"),
            (date(2026, 3, 7), DayKind.WEEKEND, "周末", "weekend"),
            (date(2026, 2, 17), DayKind.HOLIDAY, "法定休假日（春节）", "public holiday（春节）"),
            (date(2026, 2, 14), DayKind.MAKEUP, "调休上班（春节）", "make-up workday（春节）"),
        ],
    )
    def test_each_day_says_what_it_is(self, day: date, kind: DayKind, zh: str, en: str) -> None:
        reason = gazetted().why(day)
        assert (reason.kind, reason.zh, reason.en, reason.provisional) == (kind, zh, en, False)
        assert reason.is_workday == gazetted().is_workday(day)

    def test_the_proof_names_each_day_and_why_it_was_skipped(self) -> None:
        found = ends(workdays(3), "2026-02-13 10:00")
        proof = calendars.counted_days(found, gazetted())
        assert [line.day for line in proof if line.counted] == [
            date(2026, 2, 14),
            date(2026, 2, 24),
            date(2026, 2, 25),
        ]
        assert {line.reason.kind for line in proof if not line.counted} == {DayKind.HOLIDAY}

    def test_the_proof_shows_the_days_over_which_the_end_rolled(self) -> None:
        proof = calendars.counted_days(ends(days(3), "2026-03-04 09:00"), gazetted())
        assert [(line.day.day, line.counted) for line in proof] == [
            (5, True),
            (6, True),
            (7, True),
            (8, False),
            (9, False),
        ]


class TestProvisionalYears:
    def test_a_year_without_a_notice_has_the_statutory_rest_days(self) -> None:
        spring = [day for day in _year(2027) if gazetted().why(day).name in ("除夕", "春节")]
        assert spring == [date(2027, 2, 5) + n * ONE_DAY for n in range(4)]
        assert gazetted().why(date(2027, 2, 5)).provisional

    def test_a_period_that_touches_such_a_year_is_provisional(self) -> None:
        assert not ends(workdays(5), "2026-12-01 09:00").provisional
        assert ends(workdays(5), "2027-03-01 09:00").provisional
        assert ends(workdays(300), "2026-03-01 09:00").provisional
        assert ends(months(2), "2026-12-01 09:00").provisional

    def test_a_period_whose_end_no_notice_can_move_is_not_provisional(self) -> None:
        assert not ends(months(2), "2026-12-01 09:00", rolls=False).provisional
        assert not ends(minutes(5), "2027-03-01 09:00").provisional
        assert not ends(date(2027, 3, 1), "2026-12-01 09:00").provisional

    def test_the_last_week_of_a_year_waits_for_the_notice_of_the_next(self) -> None:
        assert ends(workdays(1), "2026-12-28 09:00").provisional
        assert not ends(workdays(1), "2025-12-28 09:00").provisional

    def test_the_notice_makes_the_deadline_certain(self) -> None:
        notice = WorkingCalendar(
            {date(2027, 2, 11): (False, "春节（调休）"), date(2027, 1, 3): (True, "元旦")},
            gazetted().published_years | {2027, 2028},
            "with 2027",
        )
        before = ends(workdays(1), "2027-02-10 09:00")
        after = deadline(workdays(1), start=at("2027-02-10 09:00"), calendar=notice)
        assert (before.last_day, before.provisional) == (date(2027, 2, 11), True)
        assert (after.last_day, after.provisional) == (date(2027, 2, 12), False)
        assert after.calendar_version == "with 2027"

    def test_a_feast_on_a_weekend_is_made_up_for(self) -> None:
        assert gazetted().why(date(2027, 5, 3)).name == "劳动节（补休）"

    def test_a_year_whose_feasts_nobody_has_computed_is_refused(self) -> None:
        with pytest.raises(YearBeyondCalendar) as refusal:
            ends(workdays(1), "2200-01-01 09:00")
        assert "2200" in refusal.value.in_chinese()

    def test_every_computed_feast_agrees_with_an_independent_source(self) -> None:
        oracle = holidays.country_holidays("CN", years=range(2027, 2101))
        for year in range(2027, 2101):
            differing = [
                day for day in _year(year) if gazetted().is_workday(day) != oracle.is_working_day(day)
            ]
            assert differing == []


class TestSeed:
    def test_every_day_of_the_gazetted_years_agrees_with_an_independent_source(self) -> None:
        rest = [day for year in range(2004, 2027) for day in _year(year) if not gazetted().is_workday(day)]
        assert rest == [day for year in range(2004, 2027) for day in _year(year) if not _works(day)]

    def test_the_last_saturday_of_2005_was_worked(self) -> None:
        assert gazetted().why(date(2005, 12, 31)).kind is DayKind.MAKEUP

    def test_the_rows_are_unique_and_in_order(self) -> None:
        rows = calendars.seed()
        assert [row.year for row in rows.years] == list(range(2004, 2027))
        listed = [row.day for row in rows.days]
        assert listed == sorted(set(listed))
        assert all(row.name for row in rows.days)


@cache
def _oracle() -> holidays.HolidayBase:
    return holidays.country_holidays("CN", years=range(2003, 2028))


@cache
def _works(day: date) -> bool:
    return bool(_oracle().is_working_day(day))


def _year(year: int) -> list[date]:
    first = date(year, 1, 1)
    return [first + n * ONE_DAY for n in range((date(year + 1, 1, 1) - first).days)]


@cache
def _worked_days() -> list[date]:
    return [day for year in range(2004, 2027) for day in _year(year) if _works(day)]


@pytest.mark.parametrize("n", [1, 2, 3, 5, 7, 10, 15, 20, 30, 60, 90, 240])
def test_workdays_from_every_day_of_23_years_equal_the_oracle(n: int) -> None:
    worked = _worked_days()
    for year in range(2004, 2026):
        for day in _year(year):
            assert gazetted().add_workdays(day, n) == worked[bisect_right(worked, day) + n - 1]


@pytest.mark.parametrize("n", [1, 3, 15, 30])
def test_days_from_every_day_of_23_years_end_on_the_next_day_worked(n: int) -> None:
    worked = _worked_days()
    for year in range(2004, 2026):
        for day in _year(year):
            start = datetime.combine(day, time(9), LOCAL)
            found = deadline(days(n), start=start, calendar=gazetted()).last_day
            assert found == worked[bisect_right(worked, day + (n - 1) * ONE_DAY)]


moments = st.datetimes(datetime(2004, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
counted = st.builds(
    Period, st.sampled_from([Unit.WORKDAYS, Unit.DAYS, Unit.MONTHS]), st.integers(min_value=0, max_value=400)
)


@given(moments, counted, st.sampled_from([None, CLOSING]))
def test_a_period_ends_on_a_workday_not_before_it_began(
    start: datetime, limit: Period, closing: time | None
) -> None:
    found = deadline(limit, start=start, calendar=gazetted(), closing=closing)
    assert gazetted().is_workday(found.last_day)
    assert found.due_at >= start
    assert found.due_at.utcoffset() == timedelta(0)


@given(moments, counted)
def test_the_proof_counts_exactly_the_days_of_the_period(start: datetime, limit: Period) -> None:
    found = deadline(limit, start=start, calendar=gazetted())
    proof = calendars.counted_days(found, gazetted())
    assert [line.day for line in proof] == sorted({line.day for line in proof})
    assert not proof or proof[-1].day == found.last_day
    if limit.unit is not Unit.MONTHS:
        assert sum(line.counted for line in proof) == limit.n


@given(moments, counted)
def test_a_longer_period_never_ends_earlier(start: datetime, limit: Period) -> None:
    longer = Period(limit.unit, limit.n + 1)
    shorter_end = deadline(limit, start=start, calendar=gazetted()).due_at
    assert shorter_end <= deadline(longer, start=start, calendar=gazetted()).due_at


@given(st.dates(date(2004, 1, 1), date(2030, 1, 1)), st.integers(0, 600))
def test_counting_forward_and_counting_between_agree(day: date, n: int) -> None:
    assert gazetted().workdays_between(day, gazetted().add_workdays(day, n)) == n
