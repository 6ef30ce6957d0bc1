"""When a legal period ends: examples from the law, from suspensions and from extensions.

Civil Code (民法典): art. 201 the starting day is not counted, hours run from the moment; art. 202 months and
years end on the corresponding day, or on the last of the month; art. 203 a last day that is a public rest day
becomes the day after, and ends at 24:00, or when business closes. Administrative Licensing Law (行政许可法):
art. 82 its periods are in working days; art. 45 hearings and appraisals are not counted.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import cache

import pytest

from workflows.calendars import LOCAL, WorkingCalendar, YearBeyondCalendar, calendar_of, deadline, seed
from workflows.ledger import (
    NEVER,
    Extension,
    Ledger,
    Part,
    Projection,
    Span,
    SpanKind,
    check_spans,
    project,
)
from workflows.periods import InvalidPeriod, Period, Unit, days, minutes, months, workdays

CLOSING = time(17, 30)


@cache
def gazetted() -> WorkingCalendar:
    return calendar_of(seed().years, seed().days, "seed")


def at(text: str) -> datetime:
    """A moment on the wall clock of the office."""
    return datetime.fromisoformat(text).replace(tzinfo=LOCAL).astimezone(UTC)


def spans(start: str, *turns: str) -> list[Span]:
    """Running from ``start``, then suspended and running in turns."""
    moments = [at(start), *map(at, turns)]
    kinds = [SpanKind.RUNNING, SpanKind.SUSPENDED]
    return [
        Span(kind=kinds[number % 2], started_at=began, ended_at=ended)
        for number, (began, ended) in enumerate(zip(moments, [*moments[1:], None], strict=True))
    ]


def ends(
    limit: Period | date | datetime,
    start: str,
    *turns: str,
    extended: tuple[Extension, ...] = (),
    closing: time | None = None,
) -> Projection:
    fixed = not isinstance(limit, Period)
    ledger = Ledger(
        period=None if fixed else limit,
        until=limit if fixed else None,
        anchored_at=at(start),
        spans=spans(start, *turns),
        extensions=extended,
    )
    found = project(ledger, calendar=gazetted(), closing=closing)
    if not turns and not extended:
        # What a new clock is given says the same.
        counted = deadline(limit, start=at(start), calendar=gazetted(), closing=closing)
        assert (counted.due_at, counted.last_day) == (found.due_at, found.last_day)
    return found


def more(limit: Period | date | datetime, granted: str) -> tuple[Extension, ...]:
    fixed = not isinstance(limit, Period)
    return (
        Extension(granted_at=at(granted), period=None if fixed else limit, until=limit if fixed else None),
    )


class TestWorkingDays:
    """行政许可法 82: 以工作日计算,不含法定节假日; 民法典 201: 开始的当日不计入。"""

    def test_what_is_accepted_on_a_friday_evening_is_counted_from_monday(self) -> None:
        assert ends(workdays(5), "2026-03-06 22:00").last_day == date(2026, 3, 13)

    def test_what_is_accepted_on_the_eve_of_a_make_up_saturday_is_counted_from_that_saturday(self) -> None:
        assert ends(workdays(1), "2026-05-08 09:00").last_day == date(2026, 5, 9)
        assert ends(workdays(2), "2026-05-08 09:00").last_day == date(2026, 5, 11)

    def test_what_is_accepted_on_a_make_up_saturday_is_counted_from_monday(self) -> None:
        assert ends(workdays(1), "2026-05-09 09:00").last_day == date(2026, 5, 11)

    @pytest.mark.parametrize(
        ("start", "n", "last"),
        [
            ("2026-09-30 09:00", 1, date(2026, 10, 8)),
            ("2026-09-30 09:00", 3, date(2026, 10, 10)),  # a make-up Saturday
            ("2026-10-03 09:00", 1, date(2026, 10, 8)),
            ("2025-09-30 09:00", 3, date(2025, 10, 11)),  # eight days of rest, then a make-up Saturday
            ("2023-09-28 09:00", 1, date(2023, 10, 7)),  # Mid-Autumn before it, two make-up days behind it
        ],
    )
    def test_the_weeks_of_national_day_are_not_counted(self, start: str, n: int, last: date) -> None:
        assert ends(workdays(n), start).last_day == last

    @pytest.mark.parametrize(("n", "last"), [(1, 14), (2, 24), (5, 27), (6, 28)])
    def test_the_spring_festival_of_2026_lies_between_two_make_up_saturdays(self, n: int, last: int) -> None:
        assert ends(workdays(n), "2026-02-13 16:00").last_day == date(2026, 2, last)

    def test_the_same_day_means_the_day_itself_or_the_next_on_which_people_work(self) -> None:
        assert ends(workdays(0), "2026-03-04 09:00").due_at == at("2026-03-05 00:00")
        assert ends(workdays(0), "2026-10-01 09:00").last_day == date(2026, 10, 8)

    def test_the_last_day_ends_at_24_00_or_when_business_closes(self) -> None:
        # 民法典 203: 截止时间为二十四时;有业务时间的,停止业务活动的时间为截止时间。
        assert ends(workdays(2), "2026-03-04 09:00").due_at == at("2026-03-07 00:00")
        assert ends(workdays(2), "2026-03-04 09:00", closing=CLOSING).due_at == at("2026-03-06 17:30")


class TestDaysMonthsAndYears:
    """民法典 202: 到期月的对应日,没有对应日的为月末日; 203: 最后一日是法定休假日的,以次日为最后一日。"""

    @pytest.mark.parametrize(
        ("start", "last"),
        [
            ("2024-01-31 09:00", date(2024, 2, 29)),
            ("2025-01-31 09:00", date(2025, 2, 28)),
            ("2026-01-31 09:00", date(2026, 2, 28)),  # a Saturday, but people make up for the festival
        ],
    )
    def test_a_month_from_the_31st_of_january_ends_with_february(self, start: str, last: date) -> None:
        found = ends(months(1), start)
        assert (found.last_day, found.rolled_from) == (last, None)

    def test_a_year_from_the_29th_of_february_ends_on_the_28th(self) -> None:
        assert ends(months(12), "2024-02-29 09:00").last_day == date(2025, 2, 28)
        assert ends(months(48), "2024-02-29 09:00").last_day == date(2028, 2, 29)

    def test_one_and_five_years_end_on_the_corresponding_day(self) -> None:
        assert ends(months(12), "2025-11-20 09:00").last_day == date(2026, 11, 20)
        found = ends(months(60), "2021-10-01 09:00")
        assert (found.last_day, found.rolled_from) == (date(2026, 10, 8), date(2026, 10, 1))

    @pytest.mark.parametrize(("n", "start"), [(7, "2026-09-24 09:00"), (15, "2026-09-18 09:00")])
    def test_days_that_end_in_the_holidays_end_on_the_day_after_them(self, n: int, start: str) -> None:
        found = ends(days(n), start)
        assert found.last_day == date(2026, 10, 8)
        assert found.rolled_from == at(start).astimezone(LOCAL).date() + timedelta(days=n)

    def test_days_that_end_on_a_make_up_sunday_end_on_it(self) -> None:
        found = ends(days(3), "2026-09-17 09:00")
        assert (found.last_day, found.rolled_from) == (date(2026, 9, 20), None)

    def test_a_long_period_of_days_counts_the_rest_days_within_it(self) -> None:
        assert ends(days(15), "2026-09-28 09:00").last_day == date(2026, 10, 13)


class TestDatesAndMoments:
    """民法典 204: what somebody laid down or promised is not rolled; 201: hours run from the moment."""

    def test_a_pledged_date_does_not_roll(self) -> None:
        found = ends(date(2026, 10, 4), "2026-09-28 09:00")
        assert (found.due_at, found.rolled_from) == (at("2026-10-05 00:00"), None)
        assert ends(date(2026, 10, 4), "2026-09-28 09:00", closing=CLOSING).due_at == at("2026-10-04 17:30")

    def test_thirty_minutes_run_through_midnight_and_closing(self) -> None:
        assert ends(minutes(30), "2026-03-06 23:50", closing=CLOSING).due_at == at("2026-03-07 00:20")

    def test_eight_in_the_evening_is_a_moment_closing_does_not_touch(self) -> None:
        assert ends(at("2026-09-30 20:00"), "2026-09-29 09:00", closing=CLOSING).due_at == at(
            "2026-09-30 20:00"
        )

    def test_eight_in_the_evening_without_an_offset_is_on_the_clock_of_the_office(self) -> None:
        naive = datetime(2026, 9, 30, 20, 0)  # noqa: DTZ001
        assert ends(naive, "2026-09-29 09:00").due_at == at("2026-09-30 20:00")


class TestSuspensions:
    """行政许可法 45: 依法需要听证…的,所需时间不计算在规定的期限内。"""

    def test_a_suspended_period_ends_at_no_known_moment(self) -> None:
        found = ends(workdays(10), "2026-03-02 09:00", "2026-03-05 15:00")
        assert (found.due_at, found.last_day) == (NEVER, None)
        assert found.remaining == (Part(Unit.WORKDAYS, 7),)

    def test_the_day_on_which_a_hearing_opens_counts_and_the_day_on_which_it_closes_does_not(self) -> None:
        found = ends(workdays(10), "2026-03-02 09:00", "2026-03-05 15:00", "2026-03-16 10:00")
        assert found.last_day == date(2026, 3, 25)

    def test_what_is_left_of_months_is_left_in_days(self) -> None:
        found = ends(months(2), "2026-01-05 09:00", "2026-01-15 09:00")
        assert found.remaining == (Part(Unit.DAYS, 49),)
        resumed = ends(months(2), "2026-01-05 09:00", "2026-01-15 09:00", "2026-03-02 09:00")
        assert resumed.last_day == date(2026, 4, 20)

    def test_minutes_are_left_exactly(self) -> None:
        turns = ("2026-03-04 09:10:30", "2026-03-05 14:00:00")
        found = ends(minutes(30), "2026-03-04 09:00", *turns)
        assert found.due_at == at("2026-03-05 14:19:30")

    def test_minutes_suspended_at_their_very_end_have_nothing_left(self) -> None:
        found = ends(minutes(30), "2026-03-04 09:00", "2026-03-04 09:30", "2026-03-05 14:00", closing=CLOSING)
        assert found.due_at == at("2026-03-05 14:00")

    def test_a_period_suspended_on_its_last_day_ends_on_the_day_on_which_it_goes_on(self) -> None:
        turns = ("2026-03-09 10:00", "2026-03-12 10:00")
        found = ends(workdays(5), "2026-03-02 09:00", *turns, closing=CLOSING)
        assert found.due_at == at("2026-03-12 17:30")

    def test_one_that_goes_on_in_the_holidays_ends_after_them(self) -> None:
        turns = ("2026-09-08 10:00", "2026-10-03 10:00")
        assert ends(workdays(5), "2026-09-01 09:00", *turns).last_day == date(2026, 10, 8)

    def test_a_pledged_date_keeps_its_days_and_does_not_roll_afterwards(self) -> None:
        turns = ("2026-03-04 10:00", "2026-03-11 10:00")
        found = ends(date(2026, 3, 7), "2026-03-02 09:00", *turns)
        assert (found.last_day, found.rolled_from) == (date(2026, 3, 14), None)

    def test_a_fixed_moment_keeps_whole_days_and_ends_with_the_day(self) -> None:
        turns = ("2026-03-04 10:00", "2026-03-04 11:00")
        found = ends(at("2026-03-06 20:00"), "2026-03-02 09:00", *turns)
        assert found.due_at == at("2026-03-07 00:00")

    def test_each_stretch_says_what_was_left_before_and_after(self) -> None:
        found = ends(workdays(10), "2026-03-02 09:00", "2026-03-05 15:00", "2026-03-16 10:00")
        first, last = found.stretches
        assert (first.before, first.after) == ((Part(Unit.WORKDAYS, 10),), (Part(Unit.WORKDAYS, 7),))
        assert (last.started_at, last.ended_at) == (at("2026-03-16 10:00"), None)
        assert last.before == found.remaining == (Part(Unit.WORKDAYS, 7),)

    def test_a_suspension_stands_when_the_calendar_is_mended_afterwards(self) -> None:
        ledger = Ledger(
            period=workdays(5),
            anchored_at=at("2026-03-02 09:00"),
            spans=spans("2026-03-02 09:00", "2026-03-09 10:00"),
        )
        mended = WorkingCalendar(
            {**gazetted().exceptions, date(2026, 3, 7): (True, "")}, gazetted().published_years, "mended"
        )
        # On the mended calendar the five days were over on the Saturday before the hearing opened.
        found = project(ledger, calendar=mended, closing=None)
        assert (found.due_at, found.remaining) == (NEVER, (Part(Unit.DAYS, 0),))


class TestExtensions:
    """行政许可法 42: 经本行政机关负责人批准,可以延长十日。"""

    def test_an_extension_is_further_time_behind_what_there_was(self) -> None:
        found = ends(workdays(20), "2026-03-02 09:00", extended=more(workdays(10), "2026-03-20 09:00"))
        assert found.last_day == ends(workdays(30), "2026-03-02 09:00").last_day

    def test_rest_days_on_which_the_first_period_ended_count_within_the_extended_one(self) -> None:
        found = ends(days(7), "2026-09-24 09:00", extended=more(days(10), "2026-09-29 09:00"))
        assert (found.last_day, found.rolled_from) == (date(2026, 10, 12), date(2026, 10, 11))

    def test_a_period_may_be_extended_to_a_day_which_does_not_roll(self) -> None:
        found = ends(workdays(5), "2026-03-02 09:00", extended=more(date(2026, 3, 14), "2026-03-06 09:00"))
        assert (found.last_day, found.rolled_from) == (date(2026, 3, 14), None)

    def test_it_may_be_extended_to_an_hour(self) -> None:
        moment = at("2026-03-14 20:00")
        found = ends(workdays(5), "2026-03-02 09:00", extended=more(moment, "2026-03-06 09:00"))
        assert found.due_at == moment

    @pytest.mark.parametrize(
        ("limit", "due"),
        [
            (workdays(2), "2026-03-04 18:30"),
            (days(5), "2026-03-09 18:30"),  # the Saturday on which it ended was not the end
            (date(2026, 3, 7), "2026-03-07 18:30"),
            (minutes(30), "2026-03-02 10:30"),
        ],
    )
    def test_an_extension_in_hours_runs_from_the_end_of_the_last_day(
        self, limit: Period | date, due: str
    ) -> None:
        extended = more(minutes(60), "2026-03-02 09:20")
        assert ends(limit, "2026-03-02 09:00", extended=extended, closing=CLOSING).due_at == at(due)

    def test_an_extension_in_days_of_a_period_in_minutes_ends_with_the_day(self) -> None:
        found = ends(minutes(30), "2026-03-06 09:00", extended=more(workdays(1), "2026-03-06 09:10"))
        assert found.due_at == at("2026-03-10 00:00")

    def test_an_extension_granted_while_the_clock_stands_still_is_there_when_it_goes_on(self) -> None:
        turns = ("2026-03-04 10:00", "2026-03-16 10:00")
        found = ends(workdays(5), "2026-03-02 09:00", *turns, extended=more(workdays(3), "2026-03-10 09:00"))
        assert found.last_day == date(2026, 3, 24)

    def test_a_day_fixed_while_the_clock_stands_still_moves_until_it_goes_on(self) -> None:
        turns = ("2026-03-04 10:00", "2026-04-01 10:00")
        extended = more(date(2026, 3, 20), "2026-03-10 09:00")
        # Ten days ahead when it was fixed: none of them passes before the clock runs on.
        assert ends(workdays(5), "2026-03-02 09:00", *turns, extended=extended).last_day == date(2026, 4, 11)

    def test_time_used_up_and_then_extended_is_the_extension(self) -> None:
        turns = ("2026-03-09 10:00", "2026-03-16 10:00")
        found = ends(workdays(5), "2026-03-02 09:00", *turns, extended=more(workdays(3), "2026-03-10 09:00"))
        assert found.last_day == date(2026, 3, 19)


class TestCertainty:
    def test_a_hearing_into_a_year_without_a_notice_makes_the_end_provisional(self) -> None:
        turns = ("2026-12-03 10:00", "2027-01-11 10:00")
        assert not ends(workdays(5), "2026-12-01 09:00").provisional
        assert ends(workdays(5), "2026-12-01 09:00", *turns).provisional

    def test_an_end_that_an_interruption_left_behind_is_asked_about_no_more(self) -> None:
        found = ends(months(3), "2026-10-12 09:00", "2026-10-15 10:00", "2026-10-16 10:00")
        assert found.provisional
        fixed = more(date(2026, 11, 20), "2026-10-20 09:00")
        again = ends(months(3), "2026-10-12 09:00", "2026-10-15 10:00", "2026-10-16 10:00", extended=fixed)
        assert (again.last_day, again.provisional) == (date(2026, 11, 20), False)


class TestBadInput:
    @pytest.mark.parametrize("unit", list(Unit))
    @pytest.mark.parametrize("n", [-1, 20_000 * 24 * 60 + 1, 1.5, True, "5", None])
    def test_a_budget_that_is_no_number_of_days_is_refused(self, unit: Unit, n: object) -> None:
        with pytest.raises(InvalidPeriod):
            Period(unit, n)  # type: ignore[arg-type]

    @pytest.mark.parametrize("limit", [days(0), months(0), minutes(0), workdays(0)])
    def test_a_budget_of_nothing_ends_the_same_day_and_never_before_it_began(self, limit: Period) -> None:
        due = at("2026-03-04 20:00") if limit.unit is Unit.MINUTES else at("2026-03-05 00:00")
        assert ends(limit, "2026-03-04 20:00").due_at == due
        assert ends(limit, "2026-03-04 20:00", closing=CLOSING).due_at == at("2026-03-04 20:00")

    def test_a_budget_beyond_the_years_whose_rest_days_are_known_is_refused(self) -> None:
        with pytest.raises(YearBeyondCalendar):
            ends(months(1200), "2026-03-04 09:00")

    @pytest.mark.parametrize(
        ("limit", "start"),
        [
            (date.max, "2026-03-04 09:00"),
            (date(9999, 6, 1), "2026-03-04 09:00"),  # would sort behind what is suspended
            (months(1200), "9990-03-04 09:00"),
            (days(1000), "9998-03-04 09:00"),
            (minutes(60), "9999-12-31 23:30"),
        ],
    )
    def test_an_end_beyond_all_calendars_is_refused(self, limit: Period | date, start: str) -> None:
        fixed = limit if isinstance(limit, date) else None
        period = limit if isinstance(limit, Period) else None
        ledger = Ledger(period=period, until=fixed, anchored_at=at(start))
        with pytest.raises(InvalidPeriod, match="9998"):
            project(ledger, calendar=gazetted(), closing=None)

    def test_a_moment_that_means_never_is_no_end(self) -> None:
        with pytest.raises(InvalidPeriod, match="9998"):
            project(
                Ledger(period=None, until=NEVER, anchored_at=at("2026-03-04 09:00")),
                calendar=gazetted(),
                closing=None,
            )

    @pytest.mark.parametrize(
        ("turns", "message"),
        [
            ([("running", "03-03", None)], "span 1 does not follow"),
            ([("suspended", "03-02", None)], "span 1 does not follow"),
            ([("running", "03-02", "03-04"), ("running", "03-04", None)], "span 2 does not follow"),
            ([("running", "03-02", "03-04"), ("suspended", "03-05", None)], "span 2 does not follow"),
            ([("running", "03-02", "03-04"), ("suspended", "03-03", None)], "span 2 does not follow"),
            ([("running", "03-02", None), ("suspended", "03-04", None)], "span 1 has no end"),
            ([("running", "03-02", "03-01"), ("suspended", "03-01", None)], "span 1 ends before"),
            ([("running", "03-02", "03-04")], "span 1 is the last but has an end"),
        ],
    )
    def test_spans_with_gaps_or_overlaps_are_refused(
        self, turns: list[tuple[str, str, str | None]], message: str
    ) -> None:
        ledger = Ledger(
            period=workdays(5),
            anchored_at=at("2026-03-02"),
            spans=[
                Span(
                    kind=SpanKind(kind),
                    started_at=at(f"2026-{began}"),
                    ended_at=at(f"2026-{ended}") if ended else None,
                )
                for kind, began, ended in turns
            ],
        )
        with pytest.raises(ValueError, match=message):
            check_spans(ledger)
        with pytest.raises(ValueError, match=message):
            project(ledger, calendar=gazetted(), closing=None)
