"""The next piece of work goes to whoever asks first, and another one to whoever asks at the same moment."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import Engine, select

from tests import drafting as d
from tests.office import LI_SI, WANG_WU, ZHANG_SAN, Case, Office
from workflows import tables
from workflows.cases import Actor
from workflows.filters import Filter
from workflows.taking import NothingToTake, Taken, take_next

KEY = "t.check"


@pytest.fixture
def office(engine: Engine) -> Office:
    office = Office(engine).settle_in()
    office.publish(
        d.diagram(
            KEY,
            d.start(form="facts", candidates='unit("window")'),
            d.user("check", candidates='unit("window")'),
            d.user("sign", candidates='unit("window")', exclude='performer("check")'),
            d.end(),
            *d.path("start", "check", "sign", "end"),
        )
    )
    return office


def take(office: Office, person: Actor, **asked: Filter) -> Taken:
    return take_next(office.engine, by=person, at=office.now, **asked)


def assignees(office: Office) -> list[str | None]:
    query = (
        select(tables.tasks.c.assignee)
        .where(tables.tasks.c.status == "open")
        .order_by(tables.tasks.c.case_id)
    )
    with office.engine.connect() as connection:
        return list(connection.scalars(query))


def test_the_most_urgent_free_task_is_claimed_and_the_next_time_the_one_after_it(office: Office) -> None:
    opened: list[Case] = [office.start(KEY) for _ in range(3)]
    with office.engine.begin() as connection:
        connection.execute(
            tables.tasks.update().where(tables.tasks.c.case_id == opened[2].id).values(sort_at=5)
        )
    taken = [take(office, ZHANG_SAN).case_id, take(office, LI_SI).case_id, take(office, ZHANG_SAN).case_id]
    assert taken == [opened[2].id, opened[0].id, opened[1].id]
    assert assignees(office) == [LI_SI.user, ZHANG_SAN.user, ZHANG_SAN.user]
    assert all(case.verify().proven for case in opened)
    with pytest.raises(NothingToTake):
        take(office, ZHANG_SAN)


def test_who_must_not_do_a_task_or_belongs_elsewhere_is_not_given_it(office: Office) -> None:
    office.start(KEY).do("check", by=ZHANG_SAN)
    with pytest.raises(NothingToTake):
        take(office, ZHANG_SAN)
    with pytest.raises(NothingToTake):
        take(office, WANG_WU)
    assert take(office, LI_SI).name == "sign"


def test_only_what_the_filter_shows_is_taken(office: Office) -> None:
    office.start(KEY)
    office.start(KEY).do("check", by=LI_SI)
    assert take(office, ZHANG_SAN, filters=Filter(step="sign")).name == "sign"
    with pytest.raises(NothingToTake):
        take(office, ZHANG_SAN, filters=Filter(step="sign"))


def test_people_who_ask_at_once_each_get_another_one(office: Office) -> None:
    opened = [office.start(KEY) for _ in range(8)]
    people = [ZHANG_SAN, LI_SI, *(_colleague(n) for n in range(6))]
    together = Barrier(len(people))

    def ask(person: Actor) -> Taken:
        together.wait(30)
        return take(office, person)

    with ThreadPoolExecutor(len(people)) as everybody:
        taken = list(everybody.map(ask, people))
    assert {one.case_id for one in taken} == {case.id for case in opened}
    assert sorted(map(str, assignees(office))) == sorted(person.user for person in people)


def _colleague(n: int) -> Actor:
    return Actor(user=f"clerk.{n}", organisation="t", keys=frozenset({f"person:clerk.{n}", "unit:window"}))
