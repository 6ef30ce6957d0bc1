"""A batch counts open deadlines anew, whatever happens to whoever counts."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from sqlalchemy import Engine, event, insert, select, update

from tests.office import ORGANISATION, ZHANG_SAN, ZHAO_LIU, Case, Office
from tests.workflows.gazetting import batch, clock, count, gazette, last_day, open_office, write
from workflows import calendar_recounts, cases
from workflows.calendar_batches import note_progress, undo
from workflows.calendar_recounts import next_recount_at, remaining
from workflows.clock import SetClock
from workflows.database import reading, transaction
from workflows.deliveries import deliverers
from workflows.duties import catch_up
from workflows.tables import clock_spans, installation, organisations, rungs
from workflows.verification import verify

LADDER = {
    "bases": ["set"],
    "rungs": [
        {"name": "yellow", "title": "黄牌", "tone": "yellow", "before": "2 workdays", "to": ["performers"]},
        {"name": "overdue", "title": "超期", "tone": "overdue", "to": ["performers"]},
    ],
}


@pytest.fixture
def office(engine: Engine) -> Office:
    return open_office(engine)


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two cases in a transaction."""
    monkeypatch.setattr(calendar_recounts, "CHUNK", 2)


def kinds(case: Case) -> list[str]:
    return [one.kind for one in case.events()]


def proven(office: Office, *several: Case) -> bool:
    with reading(office.engine) as connection:
        return all(verify(connection, case.id).proven for case in several)


def test_clock_timers_and_task_move_together_and_the_history_says_by_whom(office: Office) -> None:
    case = office.start("t.reply", n=38)
    made = gazette(office)
    assert (made.moved, made.settled, last_day(case)) == (1, 0, "02-12")
    assert {row.element_id: f"{row.due_at:%m-%d %H}" for row in case.timers()} == {
        "limit": "02-12 16",
        "soon": "02-11 16",
    }
    (task,) = case.tasks()
    assert (f"{task.due_at:%m-%d}", task.provisional) == ("02-12", False)
    (*_, last) = case.events()
    assert (last.kind, last.actor) == ("clock-recounted", "zhao.liu")
    assert last.body["command"] == {"batch": made.id, "note": "按通知"}
    assert last.body["ledger"][0]["change"] == "recounted"
    assert case.verify().proven


def test_a_deadline_that_stays_becomes_certain(office: Office) -> None:
    case = office.start("t.reply", n=36)
    assert last_day(case) == "02-03?"
    made = gazette(office)
    assert (made.moved, made.settled, last_day(case)) == (0, 1, "02-03")
    assert case.tasks()[0].provisional is False


def test_cases_it_does_not_touch_get_no_event(office: Office) -> None:
    case = office.start("t.reply", n=5)
    gazette(office)
    assert "clock-recounted" not in kinds(case)


def test_a_case_goes_on_as_before(office: Office) -> None:
    case = office.start("t.reply", n=38)
    gazette(office)
    case.do("reply")
    assert case.status == "closed"
    assert clock(case).stopped_at == office.now


@pytest.mark.usefixtures("small")
def test_whoever_is_stopped_goes_on_where_he_stopped(office: Office) -> None:
    several = [office.start("t.reply", n=38) for _ in range(5)]
    number = write(office)
    assert count(office, chunks=1) == 1
    assert batch(office, number).reached_case == several[1].id
    with reading(office.engine) as connection:
        assert remaining(connection, batch(office, number)) == 3
        assert next_recount_at(connection) == office.now
    assert [last_day(case) for case in several] == ["02-12", "02-12", "02-11?", "02-11?", "02-11?"]
    count(office)
    done = batch(office, number)
    assert (done.is_done, done.moved) == (True, 5)
    assert [kinds(case).count("clock-recounted") for case in several] == [1] * 5
    assert proven(office, *several)
    assert count(office) == 0


@pytest.mark.usefixtures("small")
def test_a_chunk_that_breaks_leaves_nothing_behind(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """Killed within a chunk, as far as the database can tell."""
    several = [office.start("t.reply", n=38) for _ in range(3)]
    number = write(office)

    def break_off(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(calendar_recounts, "note_progress", break_off)
        count(office)
    assert [last_day(case) for case in several] == ["02-11?"] * 3
    assert batch(office, number).reached_case == 0
    count(office)
    assert batch(office, number).moved == 3
    assert proven(office, *several)


def test_a_clock_entered_on_the_calendar_before_while_the_batch_began_is_found_at_its_end(
    office: Office,
) -> None:
    case = office.start("t.reply", n=38)
    number = write(office)
    with transaction(office.engine) as connection:
        # A command that had read the calendar before commits behind the back of who counts.
        note_progress(connection, batch(office, number), reached=case.id, moved=0, settled=0)
    count(office)
    assert last_day(case) == "02-12"
    assert batch(office, number).is_done


def test_the_scheduler_finishes_a_batch_before_any_deadline_it_moves_fires(office: Office) -> None:
    case = office.start("t.reply", n=38)
    number = write(office)
    # The last day by the calendar before is over, the one by the notice is not.
    office.wait(days=59, hours=15)
    assert clock(case).due_at < office.now
    done = catch_up(office.engine, SetClock(office.now), deliverers(spool=None, webhook=None))
    assert done["recounts"] == 2
    assert batch(office, number).is_done
    assert last_day(case) == "02-12"
    assert sorted(case.open()) == ["hurry", "reply"]
    assert case.verify().proven


def test_a_clock_comes_to_its_rung_later_when_it_moves_later(office: Office) -> None:
    with transaction(office.engine) as connection:
        settings = orjson.dumps({"time": {"ladder": [LADDER]}}).decode()
        connection.execute(update(organisations).values(settings=settings))
    case = office.start("t.reply", n=38)
    assert (clock(case).rung, f"{clock(case).rung_at:%m-%d}") == ("yellow", "02-03")
    with transaction(office.engine) as connection:
        row = {"case_id": case.id, "clock": clock(case).number, "rung": "yellow"}
        moment = {"due_at": clock(case).due_at, "reached_at": office.now}
        connection.execute(insert(rungs).values(**row, **moment))
    gazette(office)
    assert (clock(case).rung, clock(case).rung_at) == ("overdue", clock(case).due_at)


def test_an_office_that_closes_at_half_past_five_still_does(office: Office) -> None:
    with transaction(office.engine) as connection:
        mine = organisations.c.slug == ORGANISATION
        connection.execute(update(organisations).where(mine).values(settings='{"closing": "17:30"}'))
    case = office.start("t.reply", n=38)
    gazette(office)
    assert f"{clock(case).due_at:%m-%d %H:%M}" == "02-12 09:30"
    assert case.verify().proven


def test_its_own_day_off_moves_the_deadlines_of_one_office(office: Office) -> None:
    case = office.start("t.reply", n=5)
    made = gazette(office, "2026-12-17 放假 局庆", local=True)
    assert (made.moved, last_day(case)) == (1, "12-22")
    later = office.start("t.reply", n=5)
    assert last_day(later) == "12-22"
    back = gazette(office, "2026-12-17 恢复", local=True)
    assert (back.moved, last_day(case)) == (2, "12-21")
    assert proven(office, case, later)
    with reading(office.engine) as connection:
        keys = connection.execute(select(installation.c.key)).scalars().all()
    assert "calendar-version:t" not in keys


def test_the_cost_is_statements_by_chunk_not_by_case(office: Office) -> None:
    def cost() -> int:
        statements: list[str] = []

        def note(_c: object, _k: object, statement: str, *_: object) -> None:
            statements.append(statement)

        number = write(office)
        event.listen(office.engine, "before_cursor_execute", note)
        count(office)
        event.remove(office.engine, "before_cursor_execute", note)
        with transaction(office.engine) as connection:
            undo(connection, number, note="重来", by=ZHAO_LIU, at=office.now)
        count(office)
        return len(statements)

    office.start("t.reply", n=38)
    one = cost()
    for _ in range(10):
        office.start("t.reply", n=38)
    assert cost() == one


def test_a_clock_that_stood_still_is_counted_by_its_spans(office: Office) -> None:
    with transaction(office.engine) as connection:
        rules = {
            "time": {
                "procedures": [{"slug": "hearing", "name": "听证", "whose": "third-party"}],
                "suspension": {"by": ["unit:window"]},
            }
        }
        connection.execute(update(organisations).values(settings=orjson.dumps(rules).decode()))
    case = office.start("t.reply", n=33)
    how = {"procedure": "hearing", "details": {"document": "某听1号"}, "by": ZHANG_SAN}
    case.act("hold", lambda c, **k: cases.suspend_clocks(c, **k, **how), None)
    office.wait(days=7)
    case.act("go on", lambda c, **k: cases.resume_clocks(c, reason="听证结束", by=ZHANG_SAN, **k), None)
    gazette(office)
    assert last_day(case) == "02-12"
    assert case.verify().proven
    with reading(office.engine) as connection:
        spans = connection.execute(select(clock_spans.c.number).where(clock_spans.c.case_id == case.id))
        assert len(spans.all()) == 3
