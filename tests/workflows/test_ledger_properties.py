"""Whatever happens to a clock, in whatever order, its ledger stays consistent."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Final

import orjson
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from workflows.calendars import LOCAL, WorkingCalendar, calendar_of, deadline, seed
from workflows.clock_change import (
    Change,
    ClockChange,
    ClockExpired,
    ClockNotSuspended,
    ClockSuspended,
    NoLaterEnd,
    OpenClock,
    apply,
    extend,
    recount,
    resume,
    suspend,
)
from workflows.ledger import NEVER, Extension, Ledger, Part, Projection, Span, SpanKind, check_spans, project
from workflows.periods import Period, Unit, days, minutes, months, workdays

MINUTE: Final = timedelta(minutes=1)
ONE_DAY: Final = timedelta(days=1)
#: Hypothesis looks at how fast a machine is that others share.
quietly = settings(deadline=None, max_examples=120, suppress_health_check=[HealthCheck.too_slow])


@cache
def calendars() -> tuple[WorkingCalendar, ...]:
    """As gazetted; with a week of rest nobody knew of, on which two Saturdays are worked; with more years."""
    base = calendar_of(seed().years, seed().days, "gazetted")
    closed = {date(2026, 3, 9) + n * ONE_DAY: (False, "临时休假") for n in range(5)}
    worked = {date(2026, 3, 21): (True, "调休"), date(2026, 4, 11): (True, "调休")}
    more_years = base.published_years | {2027, 2028, 2029}
    return (
        base,
        WorkingCalendar({**base.exceptions, **closed, **worked}, base.published_years, "a week of rest"),
        WorkingCalendar(dict(base.exceptions), more_years, "without feasts in 2027"),
    )


def day_of(moment: datetime) -> date:
    return moment.astimezone(LOCAL).date()


moments = st.one_of(
    st.datetimes(datetime(2025, 11, 1), datetime(2026, 11, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    # Before the week of rest that the calendars do not agree about.
    st.datetimes(datetime(2026, 2, 10), datetime(2026, 3, 12), timezones=st.just(UTC)),  # noqa: DTZ001
)
closings = st.sampled_from([None, time(17, 30), time(12)])
budgets = st.one_of(
    st.builds(workdays, st.integers(0, 60)),
    st.builds(days, st.integers(0, 90)),
    st.builds(months, st.integers(0, 12)),
    st.builds(minutes, st.integers(0, 5_000)),
)
further = st.one_of(
    st.builds(workdays, st.integers(1, 20)),
    st.builds(days, st.integers(1, 30)),
    st.builds(months, st.integers(1, 3)),
    st.builds(minutes, st.integers(1, 5_000)),
)
fixed = st.one_of(
    st.dates(date(2026, 1, 1), date(2027, 6, 1)),
    st.datetimes(datetime(2026, 1, 1), datetime(2027, 6, 1), timezones=st.just(UTC)),  # noqa: DTZ001
)
gaps = st.one_of(st.integers(0, 600), st.integers(0, 40_000))
deeds = st.one_of(
    st.just("suspend"),
    st.just("resume"),
    st.tuples(st.just("extend"), st.one_of(further, fixed)),
    st.tuples(st.just("calendar"), st.integers(0, 2)),
    st.tuples(st.just("calendar"), st.integers(0, 2)),
)
stories = st.lists(st.tuples(gaps, deeds), min_size=3, max_size=10)
workday_stories = st.lists(
    st.tuples(
        gaps,
        st.one_of(
            st.just("suspend"),
            st.just("resume"),
            st.tuples(st.just("extend"), st.builds(workdays, st.integers(1, 20))),
        ),
    ),
    min_size=2,
    max_size=10,
)


@dataclass
class Life:
    """A clock with what happens to it, each thing refused or entered in its ledger."""

    clock: OpenClock
    closing: time | None
    at: datetime
    calendar: WorkingCalendar = field(default_factory=lambda: calendars()[0])
    changes: list[tuple[ClockChange, WorkingCalendar]] = field(default_factory=list)

    @classmethod
    def begin(cls, limit: Period | date | datetime, start: datetime, closing: time | None) -> Life:
        period = limit if isinstance(limit, Period) else None
        ledger = Ledger(
            period=period,
            until=None if period is not None else limit,  # type: ignore[arg-type]
            anchored_at=start,
            spans=(Span(kind=SpanKind.RUNNING, started_at=start),),
        )
        found = project(ledger, calendar=calendars()[0], closing=closing)
        clock = OpenClock(
            number=1,
            name="reply",
            provision="",
            basis="statutory",
            ledger=ledger,
            due_at=found.due_at,
            provisional=found.provisional,
        )
        return cls(clock, closing, start)

    def count(self, ledger: Ledger) -> Projection:
        return project(ledger, calendar=self.calendar, closing=self.closing)

    def enter(self, change: ClockChange | None) -> None:
        if change is not None:
            self.clock = apply(self.clock, change)
            self.changes.append((change, self.calendar))

    def suspend(self) -> None:
        self.enter(
            suspend(self.clock, at=self.at, reason="听证", whose="third-party", details={"document": "1号"})
        )

    def resume(self) -> None:
        self.enter(resume(self.clock, at=self.at, reason="听证结束", count=self.count))

    def extend(self, limit: Period | date | datetime) -> None:
        self.enter(
            extend(self.clock, at=self.at, limit=limit, reason="案情复杂", details={}, count=self.count)
        )

    def recount(self) -> None:
        self.enter(recount(self.clock, at=self.at, reason="放假通知", count=self.count))

    def live(self, story: list[tuple[int, object]]) -> Life:
        for gap, deed in story:
            self.at += gap * MINUTE
            try:
                match deed:
                    case "suspend":
                        self.suspend()
                    case "resume":
                        self.resume()
                    case ("extend", limit):
                        self.extend(limit)
                    case ("calendar", int(number)):
                        self.calendar = calendars()[number]
                        self.recount()
            except (ClockExpired, ClockSuspended, ClockNotSuspended, NoLaterEnd):
                continue
        return self


lives = st.builds(
    lambda limit, start, closing, story: Life.begin(limit, start, closing).live(story),
    st.one_of(budgets, budgets, fixed),
    moments,
    closings,
    stories,
)
workday_lives = st.builds(
    lambda limit, start, closing, story: Life.begin(limit, start, closing).live(story),
    st.builds(workdays, st.integers(0, 40)),
    moments,
    closings,
    workday_stories,
)


@quietly
@given(budgets, moments, closings, st.integers(0, 2))
def test_a_ledger_nothing_happened_to_ends_when_a_new_clock_ends(
    limit: Period, start: datetime, closing: time | None, number: int
) -> None:
    calendar = calendars()[number]
    counted = deadline(limit, start=start, calendar=calendar, closing=closing)
    found = project(Ledger(period=limit, anchored_at=start), calendar=calendar, closing=closing)
    assert (found.due_at, found.last_day, found.provisional, found.rolled_from, found.calendar_version) == (
        counted.due_at,
        counted.last_day,
        counted.provisional,
        counted.rolled_from,
        counted.calendar_version,
    )


@quietly
@given(fixed, moments, closings)
def test_a_date_or_moment_nothing_happened_to_ends_when_a_new_clock_ends(
    limit: date, start: datetime, closing: time | None
) -> None:
    calendar = calendars()[0]
    counted = deadline(limit, start=start, calendar=calendar, closing=closing)
    found = project(Ledger(period=None, until=limit, anchored_at=start), calendar=calendar, closing=closing)
    assert (found.due_at, found.last_day, found.provisional) == (counted.due_at, counted.last_day, False)


@quietly
@given(lives)
def test_spans_follow_each_other_without_gaps_and_the_last_says_whether_the_clock_stands_still(
    life: Life,
) -> None:
    ledger = life.clock.ledger
    check_spans(ledger)
    assert ledger.spans[0].started_at == ledger.anchored_at
    assert all(
        one.ended_at == two.started_at for one, two in zip(ledger.spans, ledger.spans[1:], strict=False)
    )
    assert [span.ended_at is None for span in ledger.spans] == [False] * (len(ledger.spans) - 1) + [True]
    stands = ledger.spans[-1].kind is SpanKind.SUSPENDED
    assert life.clock.is_suspended is stands
    for calendar in calendars():
        assert project(ledger, calendar=calendar, closing=life.closing).is_suspended is stands


@quietly
@given(lives)
def test_the_ledger_with_a_change_comes_to_what_the_change_says(life: Life) -> None:
    found = life.count(life.clock.ledger)
    assert found.due_at == life.clock.due_at
    if life.changes and not found.is_suspended:
        change, calendar = life.changes[-1]
        assert (change.due_at, change.provisional) == (found.due_at, found.provisional)
        assert change.calendar_version == calendar.version


@quietly
@given(lives)
def test_counting_anew_changes_nothing_the_second_time(life: Life) -> None:
    for calendar in calendars():
        life.calendar = calendar
        life.recount()
        assert recount(life.clock, at=life.at, reason="放假通知", count=life.count) is None


@quietly
@given(lives)
def test_what_the_history_keeps_of_a_change_reads_back_as_the_change(life: Life) -> None:
    for change, _ in life.changes:
        assert ClockChange.from_json(orjson.loads(orjson.dumps(change.to_json()))) == change


@quietly
@given(lives)
def test_a_history_read_back_leads_to_the_same_clock(life: Life) -> None:
    ledger = Ledger(
        period=life.clock.ledger.period,
        until=life.clock.ledger.until,
        anchored_at=life.clock.ledger.anchored_at,
        spans=[Span(kind=SpanKind.RUNNING, started_at=life.clock.ledger.anchored_at)],
    )
    clock = OpenClock(
        number=1, name="reply", provision="", basis="statutory", ledger=ledger, due_at=life.clock.due_at
    )
    for change, _ in life.changes:
        clock = apply(clock, ClockChange.from_json(change.to_json()))
    if life.changes:
        assert list(clock.ledger.spans) == list(life.clock.ledger.spans)
        assert list(clock.ledger.extensions) == list(life.clock.ledger.extensions)
        assert clock.due_at == life.clock.due_at


def amount(parts: tuple[Part, ...]) -> int:
    return sum(part.n for part in parts)


@quietly
@given(workday_lives)
def test_workdays_used_and_workdays_left_are_the_budget_and_its_extensions(life: Life) -> None:
    found, ledger = life.count(life.clock.ledger), life.clock.ledger
    assert ledger.period is not None
    granted = ledger.period.n + sum(one.period.n for one in ledger.extensions if one.period is not None)
    used = 0
    for stretch in found.stretches:
        assert {part.unit for part in stretch.before if part.n} <= {Unit.WORKDAYS}
        if stretch.ended_at is not None:
            worked = life.calendar.workdays_between(day_of(stretch.started_at), day_of(stretch.ended_at))
            # In whole days, and never more than there was: of a period that rolled from a rest day to the
            # workday on which it was suspended, that day is none of its own.
            gone = min(worked, amount(stretch.before))
            assert amount(stretch.before) - amount(stretch.after) == gone
            used += gone
    # What was granted since it was suspended is counted when it goes on.
    waiting = 0
    if found.is_suspended:
        last = ledger.spans[-1].started_at
        waiting = sum(one.period.n for one in ledger.extensions if one.period and one.granted_at > last)
    assert used + amount(found.remaining) + waiting == granted
    if not found.is_suspended and found.last_day is not None:
        began = day_of(found.stretches[-1].started_at)
        assert life.calendar.workdays_between(began, found.last_day) == max(
            amount(found.remaining), 0 if life.calendar.is_workday(began) else 1
        )


@quietly
@given(workday_lives)
def test_a_clerk_who_crosses_off_days_comes_to_the_same_last_day(life: Life) -> None:
    ledger = life.clock.ledger
    assert ledger.period is not None
    left = ledger.period.n + sum(one.period.n for one in ledger.extensions if one.period is not None)
    stops = [
        (day_of(span.started_at), day_of(span.ended_at))
        for span in ledger.spans
        if span.kind is SpanKind.SUSPENDED and span.ended_at is not None
    ]
    assume(not life.clock.is_suspended)
    day = day_of(ledger.anchored_at)
    while left:
        day += ONE_DAY
        if life.calendar.is_workday(day) and not any(first < day <= last for first, last in stops):
            left -= 1
    # Used up when it was suspended: it ends on the day on which it goes on.
    day = max([day, *(last for _, last in stops)])
    while not life.calendar.is_workday(day):
        day += ONE_DAY
    assert life.count(ledger).last_day == day


@quietly
@given(budgets, moments, closings, gaps, st.integers(0, 24 * 60))
def test_a_hearing_of_less_than_a_day_changes_nothing_unless_it_closed_after_business_on_the_last_day(
    limit: Period, start: datetime, closing: time | None, gap: int, length: int
) -> None:
    # The day of its opening counts as used and is the new starting day: so it is counted exactly once.
    assume(limit.unit is not Unit.MINUTES)
    life = Life.begin(limit, start, closing)
    due = life.clock.due_at
    opened = start + gap * MINUTE
    closed = opened + length * MINUTE
    assume(opened <= due and day_of(opened) == day_of(closed))
    life.live([(gap, "suspend"), (length, "resume")])
    assert len(life.changes) == 2
    assert life.clock.due_at == max(due, closed)


@quietly
@given(st.integers(0, 5_000), moments, closings, st.integers(0, 5_000), gaps)
def test_minutes_are_suspended_to_the_minute(
    budget: int, start: datetime, closing: time | None, gap: int, length: int
) -> None:
    assume(gap <= budget)
    life = Life.begin(minutes(budget), start, closing).live([(gap, "suspend"), (length, "resume")])
    assert life.clock.due_at == start + (budget + length) * MINUTE


@quietly
@given(budgets, moments, closings, gaps, gaps)
def test_a_suspension_never_brings_the_end_forward(
    limit: Period, start: datetime, closing: time | None, gap: int, length: int
) -> None:
    life = Life.begin(limit, start, closing)
    due = life.clock.due_at
    assume(start + gap * MINUTE <= due)
    life.live([(gap, "suspend"), (length, "resume")])
    assert life.clock.due_at >= max(due, life.at)


@quietly
@given(lives, further)
def test_an_extension_never_brings_the_end_forward(life: Life, limit: Period) -> None:
    assume(not life.clock.is_suspended and life.at <= life.clock.due_at)
    before = life.count(life.clock.ledger).due_at
    ledger = Ledger(
        period=life.clock.ledger.period,
        until=life.clock.ledger.until,
        anchored_at=life.clock.ledger.anchored_at,
        spans=life.clock.ledger.spans,
        extensions=[*life.clock.ledger.extensions, Extension(granted_at=life.at, period=limit)],
    )
    assert life.count(ledger).due_at >= before


@quietly
@given(lives)
def test_an_extension_that_was_approved_leads_to_a_later_end(life: Life) -> None:
    due, calendar = None, None
    for change, on in life.changes:
        if change.change is Change.EXTENDED and due is not None and due != NEVER and on is calendar:
            assert change.due_at > due
        due, calendar = change.due_at, on
