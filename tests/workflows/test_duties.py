"""Catching up with everything that fell due."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import Connection, Engine, insert, select

from tests.drafting import boundary, catch, diagram, end, message, operator, path, race, start, timer, user
from tests.office import Office
from workflows import duties
from workflows.clock import SetClock
from workflows.database import reading, transaction
from workflows.deliveries import deliverers
from workflows.duties import catch_up, next_moment
from workflows.tables import cases, definitions, schedules

#: A case that is decided by word from another or, failing that, by a deadline.
DECIDED = diagram(
    "t.decided",
    start(form="facts"),
    race("first"),
    catch("word", message("word")),
    catch("deadline", timer("minutes(n)")),
    end("in-time", outcome="in-time"),
    end("too-late", outcome="too-late"),
    *path("start", "first", "word", "in-time"),
    *path("first", "deadline", "too-late"),
)
#: A case that sends word after a while.
TELLING = diagram(
    "t.telling",
    start(form="facts"),
    user("do"),
    boundary("while", "do", timer("minutes(n)")),
    operator("tell", "send-message", case="text", message='"word"'),
    end(),
    end("told"),
    *path("start", "do", "end"),
    *path("while", "tell", "told"),
)
#: A case that asks for the like of itself.
BREEDING = diagram(
    "t.breeding",
    start(),
    operator("again", "start-case", process='"t.breeding"'),
    end(),
    *path("start", "again", "end"),
)

BY_KIND = deliverers(spool=None, webhook=None)


@pytest.fixture
def office(engine: Engine, clock: SetClock) -> Office:
    office = Office(engine, now=clock.now()).settle_in()
    for xml in (DECIDED, TELLING, BREEDING):
        office.publish(xml)
    return office


def test_nothing_is_due_in_an_empty_office(engine: Engine, clock: SetClock) -> None:
    assert next_moment(engine, BY_KIND) is None
    assert catch_up(engine, clock, BY_KIND).total() == 0


def test_after_downtime_word_sent_in_time_comes_before_the_deadline_it_meets(
    office: Office, clock: SetClock
) -> None:
    decided = office.start("t.decided", n=60)
    office.start("t.telling", n=30, text=decided.row.number)
    assert next_moment(office.engine, BY_KIND) == clock.now() + timedelta(minutes=30)
    clock.set(clock.now() + timedelta(days=3))
    done = catch_up(office.engine, clock, BY_KIND)
    assert (done["timers"], done["letters"]) == (1, 1)
    assert decided.outcome == "in-time"
    assert decided.events()[-1].at == office.now + timedelta(minutes=30)


def test_after_downtime_word_sent_too_late_comes_after_the_deadline(office: Office, clock: SetClock) -> None:
    decided = office.start("t.decided", n=20)
    office.start("t.telling", n=30, text=decided.row.number)
    clock.set(clock.now() + timedelta(days=3))
    catch_up(office.engine, clock, BY_KIND)
    assert decided.outcome == "too-late"


def test_what_cannot_be_done_first_does_not_hold_up_what_comes_after(office: Office, clock: SetClock) -> None:
    decided = [office.start("t.decided", n=10 + n) for n in range(3)]
    with transaction(office.engine) as connection:
        definition = connection.execute(select(definitions.c.id)).scalars().first()
        connection.execute(
            insert(schedules).values(
                definition_id=definition, element_id="start", period="daily", next_at=clock.now()
            )
        )

    def refuse(connection: Connection, **_: object) -> int:
        raise RuntimeError("cannot begin")

    clock.set(clock.now() + timedelta(hours=1))
    assert catch_up(office.engine, clock, BY_KIND, start=refuse)["timers"] == 3
    assert {case.outcome for case in decided} == {"too-late"}


def test_cases_that_start_each_other_for_ever_do_not_keep_the_scheduler(
    office: Office, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(duties, "ROUNDS", 5)
    office.start("t.breeding")
    assert catch_up(office.engine, clock, BY_KIND)["letters"] == 5
    with reading(office.engine) as connection:
        assert len(connection.execute(select(cases)).all()) == 6


def test_a_scheduler_told_to_stop_begins_nothing_more(office: Office, clock: SetClock) -> None:
    office.start("t.breeding")
    assert catch_up(office.engine, clock, BY_KIND, stopping=lambda: True).total() == 0
