"""The proof of a period says what each of its days is, and comes to the same end as its projection."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workflows.calendars import LOCAL, calendar_of, seed
from workflows.ledger import Extension, Ledger, Span, SpanKind, project
from workflows.periods import Period, Unit, days, minutes, months, workdays
from workflows.provenance import MOST_DAYS, Mark, Proof, ProvenDay, prove

_SEED = seed()
CALENDAR = calendar_of(_SEED.years, _SEED.days, "试")
CLOSING = time(17, 0)
#: Tuesday; Mid-Autumn is on Friday 25 September, Sunday the 20th is worked.
TUESDAY = datetime(2026, 9, 8, 10, tzinfo=LOCAL)


def proof_of(
    period: Period | None,
    *,
    at: datetime = TUESDAY,
    pauses: tuple[tuple[int, int | None], ...] = (),
    **rest: object,
) -> Proof:
    """A proof with suspensions from one day to another, counted from the anchor."""
    ledger = Ledger(period=period, anchored_at=at, spans=spans(at, pauses), **rest)  # type: ignore[arg-type]
    return prove(ledger, calendar=CALENDAR, closing=CLOSING)


def spans(at: datetime, pauses: tuple[tuple[int, int | None], ...]) -> list[Span]:
    found, start = [], at
    for first, last in pauses:
        stop = at + timedelta(days=first)
        found.append(Span(kind=SpanKind.RUNNING, started_at=start, ended_at=stop))
        start = at + timedelta(days=last) if last is not None else start
        end = start if last is not None else None
        found.append(Span(kind=SpanKind.SUSPENDED, started_at=stop, ended_at=end, reason="听证"))
        if last is None:
            return found
    return [*found, Span(kind=SpanKind.RUNNING, started_at=start)]


def told(proof: Proof) -> dict[str, str]:
    """Day of the month → its marks."""
    return {f"{one.day:%m-%d}": " ".join(one.marks) for one in proof.days}


def test_a_hearing_in_the_middle_is_told_day_by_day() -> None:
    proof = proof_of(workdays(4), pauses=((2, 9),))
    assert told(proof) == {
        "09-08": "start",
        "09-09": "counted",
        "09-10": "counted halted",
        **{f"09-{day}": "suspended" for day in range(11, 17)},
        "09-17": "resumed",
        "09-18": "counted",
        "09-19": "skipped",
        "09-20": "counted last",
    }
    assert [day.n for day in proof.days if day.n] == [1, 2, 3, 4]
    assert {day.why for day in proof.days if day.has(Mark.SUSPENDED)} == {"听证"}
    assert proof.days[-1].reason.zh == "调休上班（国庆节）"


def test_the_last_day_that_is_a_holiday_moves_on_and_the_proof_says_so() -> None:
    proof = proof_of(days(17))
    assert told(proof) | {"09-24": "counted"} == told(proof)
    assert [told(proof)[f"09-{day}"] for day in (25, 26, 27, 28)] == [
        "counted",
        "rolled",
        "rolled",
        "rolled last",
    ]
    assert proof.projection.rolled_from == date(2026, 9, 25)


def test_a_period_that_stands_still_ends_with_the_day_on_which_it_stopped() -> None:
    proof = proof_of(workdays(4), pauses=((2, None),))
    assert list(told(proof).values())[-1] == "counted halted"
    assert proof.left == ((Unit.WORKDAYS, 2),)
    ledger = Ledger(period=workdays(4), anchored_at=TUESDAY, spans=spans(TUESDAY, ((2, None),)))
    later = prove(ledger, calendar=CALENDAR, closing=CLOSING, through=date(2026, 9, 14))
    assert told(later)["09-14"] == "suspended"


def test_what_is_granted_while_it_stands_still_is_left_as_well() -> None:
    more = Extension(granted_at=TUESDAY + timedelta(days=3), period=workdays(5))
    proof = proof_of(workdays(4), pauses=((2, None),), extensions=[more])
    assert proof.left == ((Unit.WORKDAYS, 2), (Unit.WORKDAYS, 5))


def test_days_before_a_fixed_date_pass_and_are_not_counted() -> None:
    proof = proof_of(None, until=date(2026, 9, 12))
    assert told(proof)["09-11"] == "passed"
    # Who fixed a Saturday meant a Saturday.
    assert told(proof)["09-12"] == "passed last"
    assert proof.counted == 0


def test_a_date_that_nobody_lives_to_see_is_proved_as_far_as_anybody_reads() -> None:
    proof = proof_of(None, until=date(2090, 1, 1))
    assert not proof.whole
    assert len(proof.days) == MOST_DAYS


def test_minutes_are_not_counted_in_days() -> None:
    proof = proof_of(minutes(3 * 24 * 60))
    assert list(told(proof).values()) == ["start", "passed", "passed", "passed last"]


# --- any ledger ---------------------------------------------------------------------------------------------

LENGTHS = {Unit.WORKDAYS: workdays, Unit.DAYS: days, Unit.MONTHS: months, Unit.MINUTES: minutes}
#: To the minute, from 2018 to the autumn of 2026.
MOMENTS = st.integers(0, 4_600_000).map(lambda n: datetime(2018, 1, 1, tzinfo=UTC) + timedelta(minutes=n))


@st.composite
def ledgers(draw: st.DrawFn) -> Ledger:
    """A period that was suspended and resumed a few times before it was over, and extended now and then."""
    unit = draw(st.sampled_from(list(LENGTHS)))
    most = {Unit.WORKDAYS: 40, Unit.DAYS: 60, Unit.MONTHS: 4, Unit.MINUTES: 20_000}[unit]
    at = draw(MOMENTS)
    fixed = draw(st.none() | st.integers(0, 40)) if unit is Unit.DAYS else None
    until = None if fixed is None else at.astimezone(LOCAL).date() + timedelta(days=fixed)
    period = None if until is not None else LENGTHS[unit](draw(st.integers(0, most)))
    ledger = Ledger(
        period=period, anchored_at=at, until=until, spans=[Span(kind=SpanKind.RUNNING, started_at=at)]
    )
    for _ in range(draw(st.integers(0, 3))):
        ledger = _extended(draw, _paused(draw, ledger), unit)
    return ledger


def _paused(draw: st.DrawFn, ledger: Ledger) -> Ledger:
    last = ledger.spans[-1]
    due = project(ledger, calendar=CALENDAR, closing=CLOSING).due_at
    room = (due - last.started_at) // timedelta(minutes=1)
    if last.kind is SpanKind.SUSPENDED or room < 0:
        return ledger
    stop = last.started_at + timedelta(minutes=draw(st.integers(0, min(room, 60_000))))
    done = [*ledger.spans[:-1], Span(kind=SpanKind.RUNNING, started_at=last.started_at, ended_at=stop)]
    length = draw(st.none() | st.integers(0, 40_000))
    if length is None:
        still = [*done, Span(kind=SpanKind.SUSPENDED, started_at=stop)]
    else:
        on = stop + timedelta(minutes=length)
        still = [
            *done,
            Span(kind=SpanKind.SUSPENDED, started_at=stop, ended_at=on),
            Span(kind=SpanKind.RUNNING, started_at=on),
        ]
    return Ledger(
        period=ledger.period,
        anchored_at=ledger.anchored_at,
        until=ledger.until,
        spans=still,
        extensions=ledger.extensions,
    )


def _extended(draw: st.DrawFn, ledger: Ledger, unit: Unit) -> Ledger:
    if unit is Unit.MINUTES or not draw(st.booleans()):
        return ledger
    more = draw(st.builds(workdays, st.integers(1, 10)) | st.builds(days, st.integers(1, 20)))
    granted = ledger.spans[-1].started_at
    return Ledger(
        period=ledger.period,
        anchored_at=ledger.anchored_at,
        until=ledger.until,
        spans=ledger.spans,
        extensions=[*ledger.extensions, Extension(granted_at=granted, period=more)],
    )


@settings(max_examples=250, deadline=None)
@given(ledgers())
def test_the_proof_of_any_ledger_comes_to_the_end_its_projection_gives(ledger: Ledger) -> None:
    projection = project(ledger, calendar=CALENDAR, closing=CLOSING)
    proof = prove(ledger, calendar=CALENDAR, closing=CLOSING)
    first = ledger.anchored_at.astimezone(LOCAL).date()
    every = [first + timedelta(days=n) for n in range(len(proof.days))]
    assert [one.day for one in proof.days] == every
    assert [one.n for one in proof.days if one.n] == list(range(1, proof.counted + 1))
    if projection.last_day is None:
        stopped = ledger.spans[-1].started_at.astimezone(LOCAL).date()
        assert proof.days[-1].day == stopped
    else:
        assert proof.days[-1].day == projection.last_day
        assert proof.days[-1].has(Mark.LAST)
        # Only days after the one on which it would have ended are there because it moved on.
        nominal = projection.rolled_from or projection.last_day
        assert all(one.day > nominal for one in _last_stretch(proof) if one.has(Mark.ROLLED))
    assert _rest_days_count_only_where_they_should(proof)


@settings(max_examples=150, deadline=None)
@given(ledgers())
def test_every_day_of_a_period_is_counted_once_and_no_other(ledger: Ledger) -> None:
    units = {one.period.unit for one in ledger.extensions if one.period}
    units |= {ledger.period.unit} if ledger.period else {Unit.MINUTES}
    if units not in ({Unit.WORKDAYS}, {Unit.DAYS}):
        return
    proof = prove(ledger, calendar=CALENDAR, closing=CLOSING)
    assert ledger.period is not None
    whole = ledger.period.n + sum(one.period.n for one in ledger.extensions if one.period)
    left = 0 if proof.projection.last_day is not None else sum(part.n for part in proof.left)
    assert proof.counted + left >= whole - _granted_too_late(ledger)
    assert proof.counted + left <= whole


def _granted_too_late(ledger: Ledger) -> int:
    """What a clock that stands still got in the very moment it stopped is not left twice."""
    last = ledger.spans[-1]
    return sum(
        one.period.n
        for one in ledger.extensions
        if one.period and last.kind is SpanKind.SUSPENDED and one.granted_at == last.started_at
    )


def _last_stretch(proof: Proof) -> list[ProvenDay]:
    """Days after the one on which counting began last."""
    starts = [n for n, one in enumerate(proof.days) if one.has(Mark.START) or one.has(Mark.RESUMED)]
    return list(proof.days[starts[-1] + 1 :])


def _rest_days_count_only_where_they_should(proof: Proof) -> bool:
    units = {part.unit for stretch in proof.projection.stretches for part in stretch.before}
    if units != {Unit.WORKDAYS}:
        return True
    return all(one.reason.is_workday for one in proof.days if one.n is not None)


@pytest.mark.parametrize("period", [workdays(0), days(0), months(0)])
def test_a_period_of_no_length_ends_on_the_day_on_which_it_began(period: Period) -> None:
    proof = proof_of(period)
    assert told(proof) == {"09-08": "start last"}
