"""What may happen to a legal period while it runs, and what is refused."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import cache

import orjson
import pytest
from sqlalchemy import Engine, insert, select

from tests import drafting as d
from tests.office import Office
from workflows import tables
from workflows.calendar_store import load_calendar, renew_version
from workflows.calendars import LOCAL, WorkingCalendar, calendar_of, seed
from workflows.cases.clock_state import ClockState, clock_state
from workflows.cases.ledgers import ledgers_of, open_clocks
from workflows.clock_change import (
    AlreadyExtended,
    Change,
    ClockChange,
    ClockExpired,
    ClockNotSuspended,
    ClockSuspended,
    Count,
    ExtensionTooLong,
    NoLaterEnd,
    OpenClock,
    apply,
    extend,
    extension,
    fixed_moment,
    recount,
    resume,
    suspend,
)
from workflows.database import reading, transaction
from workflows.ledger import NEVER, Ledger, Projection, Span, SpanKind, project
from workflows.periods import InvalidPeriod, Period, days, minutes, months, workdays


@cache
def gazetted() -> WorkingCalendar:
    return calendar_of(seed().years, seed().days, "gazetted")


def at(text: str) -> datetime:
    """A moment on the wall clock of the office."""
    return datetime.fromisoformat(text).replace(tzinfo=LOCAL).astimezone(UTC)


def counting(calendar: WorkingCalendar, closing: time | None = None) -> Count:
    def count(ledger: Ledger) -> Projection:
        return project(ledger, calendar=calendar, closing=closing)

    return count


def begun(limit: Period | date, start: str = "2026-03-02 09:00", *, number: int = 7) -> OpenClock:
    """A clock, running; 2 March 2026 is a Monday in weeks without holidays."""
    fixed = limit if isinstance(limit, date) else None
    ledger = Ledger(
        period=limit if isinstance(limit, Period) else None,
        until=fixed,
        anchored_at=at(start),
        spans=(Span(kind=SpanKind.RUNNING, started_at=at(start)),),
    )
    found = counting(gazetted())(ledger)
    return OpenClock(
        number=number,
        name="reply",
        provision="office.regulation.3",
        basis="statutory",
        ledger=ledger,
        due_at=found.due_at,
        provisional=found.provisional,
    )


def held(clock: OpenClock, moment: str) -> OpenClock:
    change = suspend(
        clock, at=at(moment), reason="听证", whose="third-party", details={"document": "某听〔2026〕1号"}
    )
    return apply(clock, change)


def longer(clock: OpenClock, moment: str, limit: Period | date | datetime, **how: object) -> ClockChange:
    how = {"count": counting(gazetted()), **how}
    return extend(clock, at=at(moment), limit=limit, reason="案情复杂", details={}, **how)  # type: ignore[arg-type]


def last_day(change: ClockChange) -> date:
    return (change.due_at - timedelta(microseconds=1)).astimezone(LOCAL).date()


class TestSuspending:
    def test_a_suspended_clock_is_due_never_and_says_why_and_whose_time_passes(self) -> None:
        clock = begun(workdays(10))
        change = suspend(
            clock, at=at("2026-03-05 15:00"), reason="听证", whose="third-party", details={"document": "1号"}
        )
        assert (change.change, change.due_at, change.number) == (Change.SUSPENDED, NEVER, 7)
        after = apply(clock, change)
        assert after.is_suspended
        assert after.ledger.spans[-1].reason == "听证"
        assert not clock.is_suspended

    def test_what_stands_still_is_not_suspended_again_and_what_runs_is_not_resumed(self) -> None:
        clock = begun(workdays(10))
        with pytest.raises(ClockNotSuspended):
            resume(clock, at=at("2026-03-05 15:00"), reason="", count=counting(gazetted()))
        with pytest.raises(ClockSuspended):
            held(held(clock, "2026-03-05 15:00"), "2026-03-06 15:00")

    def test_the_last_moment_of_a_period_still_belongs_to_it(self) -> None:
        clock = begun(workdays(5))
        assert held(clock, "2026-03-10 00:00").is_suspended
        with pytest.raises(ClockExpired) as refusal:
            held(clock, "2026-03-10 00:01")
        assert "2026-03-10 00:00" in refusal.value.in_chinese()

    def test_a_resumed_clock_runs_on_with_what_was_left(self) -> None:
        clock = held(begun(workdays(10)), "2026-03-05 15:00")
        change = resume(clock, at=at("2026-03-16 10:00"), reason="听证结束", count=counting(gazetted()))
        assert (change.change, last_day(change)) == (Change.RESUMED, date(2026, 3, 25))
        assert change.calendar_version == "gazetted"
        assert apply(clock, change).due_at == change.due_at

    def test_a_clock_without_entries_in_its_ledger_can_be_suspended(self) -> None:
        bare = OpenClock(
            number=1,
            name="reply",
            provision="",
            basis="set",
            ledger=Ledger(period=workdays(5), anchored_at=at("2026-03-02 09:00")),
            due_at=at("2026-03-10 00:00"),
        )
        kinds = [span.kind for span in held(bare, "2026-03-04 09:00").ledger.spans]
        assert kinds == [SpanKind.RUNNING, SpanKind.SUSPENDED]


class TestExtending:
    @pytest.mark.parametrize(
        ("limit", "last"),
        [
            (workdays(5), date(2026, 3, 16)),
            (days(5), date(2026, 3, 16)),  # the Saturday rolls
            (months(1), date(2026, 4, 9)),
            (date(2026, 3, 20), date(2026, 3, 20)),
            (at("2026-03-20 20:00"), date(2026, 3, 20)),
        ],
    )
    def test_a_period_a_date_or_a_moment_extends_a_clock(
        self, limit: Period | date | datetime, last: date
    ) -> None:
        assert last_day(longer(begun(workdays(5)), "2026-03-05 09:00", limit)) == last

    def test_a_moment_without_an_offset_is_on_the_clock_of_the_office(self) -> None:
        naive = datetime(2026, 3, 20, 20, 0)  # noqa: DTZ001
        clock = begun(workdays(5))
        change = longer(clock, "2026-03-05 09:00", naive)
        assert change.due_at == at("2026-03-20 20:00")
        assert counting(gazetted())(apply(clock, change).ledger).due_at == change.due_at

    @pytest.mark.parametrize("limit", [date(2026, 3, 9), date(2026, 3, 5), days(0), workdays(0), minutes(0)])
    def test_an_extension_that_leads_to_no_later_end_is_refused(self, limit: Period | date) -> None:
        with pytest.raises(NoLaterEnd):
            longer(begun(workdays(5)), "2026-03-05 09:00", limit)

    def test_what_is_over_is_not_extended(self) -> None:
        with pytest.raises(ClockExpired):
            longer(begun(workdays(5)), "2026-03-10 00:01", workdays(5))

    @pytest.mark.parametrize("limit", [workdays(11), date(2026, 3, 24), months(1)])
    def test_an_extension_beyond_the_bound_is_refused_in_whatever_unit(self, limit: Period | date) -> None:
        with pytest.raises(ExtensionTooLong) as refusal:
            longer(begun(workdays(5)), "2026-03-05 09:00", limit, bound=workdays(10))
        assert "10个工作日" in refusal.value.in_chinese()

    @pytest.mark.parametrize("limit", [workdays(10), date(2026, 3, 23), days(14)])
    def test_an_extension_up_to_the_bound_is_granted(self, limit: Period | date) -> None:
        change = longer(begun(workdays(5)), "2026-03-05 09:00", limit, bound=workdays(10))
        assert last_day(change) == date(2026, 3, 23)

    def test_a_bound_in_hours_measures_an_extension_of_days(self) -> None:
        clock = begun(workdays(5))
        assert longer(clock, "2026-03-05 09:00", minutes(60), bound=minutes(60)).due_at == at(
            "2026-03-10 01:00"
        )
        with pytest.raises(ExtensionTooLong):
            longer(clock, "2026-03-05 09:00", workdays(1), bound=minutes(60))

    @pytest.mark.parametrize(("times", "granted"), [(0, 0), (1, 1), (2, 2)])
    def test_a_clock_is_extended_as_often_as_it_may_be(self, times: int, granted: int) -> None:
        clock = begun(workdays(5))
        for _ in range(granted):
            clock = apply(clock, longer(clock, "2026-03-05 09:00", workdays(1), times=times))
        with pytest.raises(AlreadyExtended):
            longer(clock, "2026-03-05 09:00", workdays(1), times=times)

    @pytest.mark.parametrize("limit", [workdays(11), date(2026, 4, 1), months(12)])
    def test_a_clock_that_stands_still_is_extended_within_the_bound_too(self, limit: Period | date) -> None:
        clock = held(begun(workdays(5)), "2026-03-04 09:00")
        with pytest.raises(ExtensionTooLong):
            longer(clock, "2026-03-10 09:00", limit, bound=workdays(10))

    @pytest.mark.parametrize("limit", [workdays(0), date(2026, 3, 13), date(2026, 3, 1)])
    def test_a_clock_that_stands_still_needs_a_later_end_too(self, limit: Period | date) -> None:
        # Three working days were left: on 10 March they would end on Friday the 13th.
        clock = held(begun(workdays(5)), "2026-03-04 09:00")
        with pytest.raises(NoLaterEnd):
            longer(clock, "2026-03-10 09:00", limit)

    def test_it_keeps_standing_still_and_has_the_extension_when_it_goes_on(self) -> None:
        clock = held(begun(workdays(5)), "2026-03-04 09:00")
        change = longer(clock, "2026-03-10 09:00", workdays(2), bound=workdays(10))
        assert change.due_at == NEVER
        going = resume(
            apply(clock, change), at=at("2026-03-16 09:00"), reason="听证结束", count=counting(gazetted())
        )
        assert last_day(going) == date(2026, 3, 23)


class TestCountingAnew:
    @pytest.fixture
    def closed(self) -> WorkingCalendar:
        """People do not work on 9 March after all."""
        exceptions = {**gazetted().exceptions, date(2026, 3, 9): (False, "临时休假")}
        return WorkingCalendar(exceptions, gazetted().published_years, "closed")

    def test_a_day_of_rest_nobody_knew_of_moves_the_end(self, closed: WorkingCalendar) -> None:
        clock = begun(workdays(5))
        change = recount(clock, at=at("2026-03-05 09:00"), reason="临时休假", count=counting(closed))
        assert change is not None
        assert (last_day(change), change.calendar_version) == (date(2026, 3, 10), "closed")
        moved = apply(clock, change)
        assert recount(moved, at=at("2026-03-06 09:00"), reason="", count=counting(closed)) is None

    def test_what_stands_still_is_counted_when_it_goes_on(self, closed: WorkingCalendar) -> None:
        clock = held(begun(workdays(5)), "2026-03-04 09:00")
        assert recount(clock, at=at("2026-03-05 09:00"), reason="", count=counting(closed)) is None
        change = resume(clock, at=at("2026-03-06 09:00"), reason="", count=counting(closed))
        assert last_day(change) == date(2026, 3, 12)

    def test_a_provisional_end_is_counted_anew_once_and_becomes_certain_once(self) -> None:
        notice = WorkingCalendar(
            dict(gazetted().exceptions), gazetted().published_years | {2027, 2028}, "with 2027"
        )
        clock = begun(workdays(5), "2027-03-01 09:00")
        assert clock.provisional
        moment = at("2027-03-02 09:00")
        assert recount(clock, at=moment, reason="", count=counting(gazetted())) is None
        change = recount(clock, at=moment, reason="放假通知", count=counting(notice))
        assert change is not None
        assert (change.due_at, change.provisional) == (clock.due_at, False)
        assert recount(apply(clock, change), at=moment, reason="", count=counting(notice)) is None

    def test_a_date_somebody_fixed_is_not_moved_by_any_calendar(self, closed: WorkingCalendar) -> None:
        clock = begun(date(2026, 3, 9))
        assert recount(clock, at=at("2026-03-05 09:00"), reason="", count=counting(closed)) is None


def test_a_clock_that_was_met_stays_met_whatever_the_calendar_becomes(engine: Engine) -> None:
    office = Office(engine).settle_in()
    office.publish(
        d.diagram(
            "t.met",
            d.start(),
            d.operator("begin", "start-clock", clock='"reply"', limit="workdays(10)"),
            d.user("reply", clock="reply"),
            d.end(),
            *d.path("start", "begin", "reply", "end"),
        )
    )
    case = office.start("t.met")
    # Ten working days from 8 September end on the 21st, because Sunday the 20th is worked.
    office.wait(days=13)
    case.do("reply")
    with transaction(engine) as connection:
        for day in (date(2026, 9, 12), date(2026, 9, 13), date(2026, 9, 19)):
            connection.execute(insert(tables.calendar_days).values(day=day, is_workday=True, name="调休"))
        renew_version(connection)
    with reading(engine) as connection:
        row = connection.execute(select(tables.clocks).where(tables.clocks.c.case_id == case.id)).one()
        (ledger,) = ledgers_of(connection, case.id, [row]).values()
        counted = project(ledger, calendar=load_calendar(connection), closing=None)
        assert open_clocks(connection, case.id) == {}
    assert counted.due_at < row.stopped_at <= row.due_at
    now = row.stopped_at + timedelta(days=100)
    found = clock_state(row.state, due_at=row.due_at, stopped_at=row.stopped_at, now=now)
    assert found is ClockState.MET


class TestHistory:
    @pytest.mark.parametrize(
        "entry",
        [
            ClockChange(number=7, name="reply", change=Change.SUSPENDED, at=at("2026-03-05"), due_at=NEVER),
            ClockChange(
                number=-3,
                name="回复",
                change=Change.EXTENDED,
                at=at("2026-03-05 09:00:00.000001"),
                due_at=at("2026-03-20"),
                provisional=True,
                calendar_version="v",
                reason="案情复杂",
                limit="5 workdays",
                details={"document": "某批〔2026〕1号", "asked_by": None, "pages": 0, "urgent": False},
            ),
            ClockChange(
                number=0,
                name="reply",
                change=Change.RECOUNTED,
                at=datetime(1970, 1, 1, tzinfo=UTC),
                due_at=datetime(1970, 1, 1, tzinfo=UTC),
            ),
        ],
    )
    def test_an_entry_of_the_history_reads_back_as_it_was(self, entry: ClockChange) -> None:
        assert ClockChange.from_json(orjson.loads(orjson.dumps(entry.to_json()))) == entry

    def test_what_is_empty_is_not_kept(self) -> None:
        entry = ClockChange(
            number=7, name="reply", change=Change.SUSPENDED, at=at("2026-03-05"), due_at=NEVER
        )
        assert sorted(entry.to_json()) == ["at", "change", "name", "number"]


class TestLimits:
    @pytest.mark.parametrize(
        ("text", "found"),
        [
            ("2026-03-20", date(2026, 3, 20)),
            ("2026-03-20T20:00:00+08:00", at("2026-03-20 20:00")),
            ("2026-03-20T12:00:00Z", at("2026-03-20 20:00")),
            ("2026-03-20T20:00", at("2026-03-20 20:00")),
            ("2 workdays", None),
            ("20 minutes", None),
            ("2026-02-30", None),
            ("", None),
        ],
    )
    def test_a_text_is_a_date_a_moment_or_neither(self, text: str, found: date | None) -> None:
        assert fixed_moment(text) == found

    @pytest.mark.parametrize("limit", [workdays(5), days(0), months(13), minutes(90)])
    def test_an_extension_is_kept_as_text_and_read_back(self, limit: Period) -> None:
        assert extension(str(limit), granted_at=at("2026-03-05")).period == limit

    @pytest.mark.parametrize("text", ["soon", "-5 workdays", "99999999 days", "5", "2026-02-30"])
    def test_a_text_that_is_no_limit_is_refused(self, text: str) -> None:
        with pytest.raises(InvalidPeriod):
            extension(text, granted_at=at("2026-03-05"))

    @pytest.mark.parametrize("absurd", [date.max, date(9999, 6, 1), NEVER])
    def test_nobody_extends_a_clock_for_ever(self, absurd: date) -> None:
        with pytest.raises(InvalidPeriod):
            longer(begun(workdays(5)), "2026-03-05 09:00", absurd)
