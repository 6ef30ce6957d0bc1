"""Whoever leaves leaves nothing behind: their work goes to others, and somebody answers for every case."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import Engine, insert, select

from tests import drafting as d
from tests.office import ORGANISATION, Case, Office
from workflows import cases, tables
from workflows.absences import absences_of, enter_absence
from workflows.cases import Actor
from workflows.clock import BEIJING, SetClock
from workflows.database import reading, transaction
from workflows.departures import (
    NotLeaving,
    UnusableSuccessor,
    call_off_departure,
    departure_of,
    open_work,
    plan_departure,
)
from workflows.directory import LastAdministrator, changes_of, dismiss
from workflows.duties import catch_up, next_moment
from workflows.people import NoSuchPerson, actor_of, add_person
from workflows.successions import hand_on_due
from workflows.tokens import bearer_of, issue_token

LAST_DAY = date(2026, 9, 9)
MIDNIGHT = datetime(2026, 9, 10, tzinfo=BEIJING)
#: user → units, units led, roles.
PEOPLE = {
    "leaver": (["window"], [], []),
    "heir": (["window"], [], []),
    "other": (["window"], [], []),
    "head": (["chiefs"], ["window"], []),
    "admin": ([], [], ["process-admin"]),
}


@pytest.fixture
def office(engine: Engine) -> Office:
    office = Office(engine).settle_in()
    with transaction(engine) as connection:
        rows = [("unit", "window"), ("unit", "chiefs"), ("role", "process-admin")]
        connection.execute(
            insert(tables.groups),
            [{"organisation": ORGANISATION, "kind": kind, "slug": s, "name": s} for kind, s in rows],
        )
        for user, (units, leads, roles) in PEOPLE.items():
            how = {"organisation": ORGANISATION, "name": user, "password": None}
            add_person(connection, user=user, units=units, leads=leads, roles=roles, **how)
    office.publish(
        d.diagram(
            "t.one",
            d.start(),
            d.user("a"),
            d.user("b", exclude='performer("a")'),
            d.end(),
            *d.path("start", "a", "b", "end"),
        )
    )
    return office


def actor(office: Office, user: str) -> Actor:
    with reading(office.engine) as connection:
        return actor_of(connection, user, at=office.now)


def held(office: Office, by: str = "leaver") -> Case:
    return office.start("t.one", by=actor(office, by)).claim("a", by=actor(office, by))


def leave(
    office: Office,
    successor: str | None = "heir",
    *,
    user: str = "leaver",
    last_day: date = LAST_DAY,
    choices: Mapping[tuple[int, int], str | None] | None = None,
) -> None:
    with transaction(office.engine) as connection:
        plan_departure(
            connection,
            user=user,
            last_day=last_day,
            successor=successor,
            choices=choices,
            by=actor(office, "admin"),
            at=office.now,
        )


def night_falls(office: Office) -> int:
    """The scheduler wakes some hours after the last day is over."""
    office.now = MIDNIGHT + timedelta(hours=3)
    return catch_up(office.engine, SetClock(office.now), {})["departures"]


def standing(case: Case) -> tuple[str | None, str]:
    return case.tasks()[0].assignee, case.row.answerable


def test_open_work_goes_to_the_colleague_named_when_the_last_day_is_over(office: Office) -> None:
    case = held(office)
    leave(office)
    with reading(office.engine) as connection:
        assert next_moment(office.engine, {}) == MIDNIGHT
        assert actor_of(connection, "leaver", at=MIDNIGHT - timedelta(minutes=1)).user == "leaver"
    assert standing(case) == ("leaver", "leaver")
    assert night_falls(office) == 2
    assert standing(case) == ("heir", "heir")
    last = case.events()[-1]
    assert (last.kind, last.actor, last.at) == ("handed-on", "system", MIDNIGHT)
    assert last.body["command"]["because"] == "left"
    assert last.body["answerable"] == "heir"
    assert case.verify().proven
    case.do("a", by=actor(office, "heir"))
    assert night_falls(office) == 0


def test_who_has_left_signs_in_no_more_and_their_tokens_are_void(office: Office) -> None:
    with transaction(office.engine) as connection:
        token = issue_token(connection, user="leaver", name="t", days=30, at=office.now)
    leave(office)
    for user, at in (("leaver", MIDNIGHT), ("leaver", MIDNIGHT + timedelta(days=9))):
        with reading(office.engine) as connection, pytest.raises(NoSuchPerson):
            actor_of(connection, user, at=at)
    night_falls(office)
    with reading(office.engine) as connection:
        assert bearer_of(connection, token, at=office.now) is None
        kinds = [change.kind for change in changes_of(connection, ORGANISATION, user="leaver")]
    assert kinds == ["left", "leaving"]


def test_single_tasks_go_elsewhere_or_back_to_the_unit(office: Office) -> None:
    kept, given, returned = held(office), held(office), held(office)
    choices = {
        (given.id, given.numbers("a")[0]): "other",
        (returned.id, returned.numbers("a")[0]): None,
    }
    leave(office, choices=choices)
    night_falls(office)
    assert standing(kept) == ("heir", "heir")
    assert standing(given)[0] == "other"
    assert standing(returned) == (None, "heir")
    assert all(case.verify().proven for case in (kept, given, returned))


def test_without_a_successor_work_returns_and_the_head_of_the_unit_answers(office: Office) -> None:
    case = held(office)
    leave(office, None)
    night_falls(office)
    assert standing(case) == (None, "head")


def test_a_successor_who_is_kept_out_gets_neither_the_task_nor_the_case(office: Office) -> None:
    case = office.start("t.one", by=actor(office, "other")).do("a", by=actor(office, "heir"))
    case.claim("b", by=actor(office, "leaver"))
    leave(office)
    night_falls(office)
    assert standing(case) == (None, "head")


def test_a_case_one_answers_for_without_a_task_in_it_is_passed_on_too(office: Office) -> None:
    case = office.start("t.one", by=actor(office, "leaver"))
    with reading(office.engine) as connection:
        found = open_work(connection, "leaver", at=office.now)
    assert (found.task_count, found.case_count, found.cases[0][1]) == (0, 1, case.row.number)
    leave(office, None)
    night_falls(office)
    assert standing(case) == (None, "head")
    taken = office.start("t.one", by=actor(office, "other"))
    assert standing(taken) == (None, "other")


def test_what_was_lent_borrowed_and_offered_finds_its_way(office: Office) -> None:
    leaver, heir, other = (actor(office, user) for user in ("leaver", "heir", "other"))
    lent, borrowed, offered, passing = (
        held(office),
        held(office, "other"),
        held(office, "other"),
        held(office),
    )
    how = {"number": 3, "reason": "请协助", "at": office.now}
    with transaction(office.engine) as connection:
        how["number"] = lent.numbers("a")[0]
        cases.lend(connection, case_id=lent.id, to=other, by=leaver, **how)
        cases.lend(connection, case_id=borrowed.id, to=leaver, by=other, **how)
        cases.hand_over(connection, case_id=offered.id, to=leaver, by=other, **how)
        cases.hand_over(connection, case_id=passing.id, to=other, by=leaver, **how)
    with reading(office.engine) as connection:
        found = open_work(connection, "leaver", at=office.now)
    parts = {task.case_id: task.part for task in found.tasks}
    assert [parts[case.id] for case in (lent, borrowed, offered, passing)] == [
        "lent",
        "borrowed",
        "offered",
        "held",
    ]
    leave(office)
    night_falls(office)
    rows = [case.tasks()[0] for case in (lent, borrowed, offered, passing)]
    assert [(row.assignee, row.lent_by, row.offered_to) for row in rows] == [
        ("other", "heir", None),
        ("other", None, None),
        ("other", None, None),
        ("heir", None, "other"),
    ]
    assert [case.row.answerable for case in (lent, borrowed, offered, passing)] == [
        "heir",
        "other",
        "other",
        "heir",
    ]
    assert heir.user == "heir"


def test_colleagues_are_not_left_waiting_for_one_who_has_gone(office: Office) -> None:
    with transaction(office.engine) as connection:
        enter_absence(
            connection,
            user="other",
            substitute="leaver",
            since=office.now,
            until=office.now + timedelta(days=9),
            reason="休假",
            by="other",
            at=office.now,
        )
        shared = {"organisation": ORGANISATION, "owner": "leaver", "filters": "{}", "created_at": office.now}
        connection.execute(insert(tables.saved_queues).values(name="急件", unit="window", **shared))
    with reading(office.engine) as connection:
        found = open_work(connection, "leaver", at=office.now)
        assert ([one[0] for one in found.stands_in], found.queues) == (["other"], ("急件",))
    leave(office)
    night_falls(office)
    with reading(office.engine) as connection:
        assert [one.substitute for one in absences_of(connection, ORGANISATION, from_=office.now)] == [None]
        assert connection.scalars(select(tables.saved_queues.c.owner)).all() == ["heir"]


def test_somebody_may_stay_after_all_until_the_day_is_over(office: Office) -> None:
    case = held(office)
    leave(office)
    with transaction(office.engine) as connection:
        call_off_departure(connection, "leaver", by=actor(office, "admin"), at=office.now)
        assert departure_of(connection, "leaver") is None
    assert night_falls(office) == 0
    assert standing(case) == ("leaver", "leaver")
    with transaction(office.engine) as connection, pytest.raises(NotLeaving):
        call_off_departure(connection, "leaver", by=actor(office, "admin"), at=office.now)


def test_what_is_entered_again_replaces_what_was_entered(office: Office) -> None:
    case = held(office)
    leave(office)
    leave(office, "other")
    night_falls(office)
    assert standing(case)[0] == "other"


def test_a_last_day_in_the_past_takes_effect_at_once(office: Office) -> None:
    case = held(office)
    leave(office, last_day=date(2026, 9, 1))
    assert hand_on_due(office.engine, SetClock(office.now)) == 2
    assert standing(case) == ("heir", "heir")
    assert case.events()[-1].at == office.now


@pytest.mark.parametrize("successor", ["leaver", "nobody", "gone"])
def test_work_goes_to_somebody_who_stays(office: Office, successor: str) -> None:
    with transaction(office.engine) as connection:
        add_person(connection, user="gone", organisation=ORGANISATION, name="gone", password=None)
    leave(office, None, user="gone")
    with pytest.raises(UnusableSuccessor):
        leave(office, successor, last_day=LAST_DAY + timedelta(days=1))


def test_the_last_administrator_stays(office: Office) -> None:
    with pytest.raises(LastAdministrator):
        leave(office, user="admin")


def test_an_account_that_is_closed_leaves_no_work_behind(office: Office) -> None:
    case = held(office)
    with transaction(office.engine) as connection:
        dismiss(connection, user="leaver", by=actor(office, "admin"), at=office.now)
    with reading(office.engine) as connection, pytest.raises(NoSuchPerson):
        actor_of(connection, "leaver", at=office.now)
    assert hand_on_due(office.engine, SetClock(office.now)) == 2
    assert standing(case) == (None, "head")


def test_broken_off_it_goes_on_where_it_stopped_and_does_nothing_twice(office: Office) -> None:
    many = [held(office) for _ in range(6)]
    leave(office)
    office.now = MIDNIGHT
    clock = SetClock(MIDNIGHT)
    assert hand_on_due(office.engine, clock, most=2) == 2
    assert hand_on_due(office.engine, clock, stopping=lambda: True) == 0
    with ThreadPoolExecutor(3) as nodes:
        list(nodes.map(lambda _: hand_on_due(office.engine, clock), range(3)))
    hand_on_due(office.engine, clock)
    assert all(standing(case) == ("heir", "heir") for case in many)
    assert [[event.kind for event in case.events()].count("handed-on") for case in many] == [1] * 6
    assert all(case.verify().proven for case in many)
    with reading(office.engine) as connection:
        (row,) = connection.execute(select(tables.departures)).all()
        left = [one for one in changes_of(connection, ORGANISATION, user="leaver") if one.kind == "left"]
    assert (row.status, row.handed, len(left)) == ("done", 6, 1)
    assert next_moment(office.engine, {}) is None
