"""More time is asked for by one person and granted by another, and both stay on record."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import orjson
import pytest
from sqlalchemy import Engine, insert, select, update

from tests import drafting as d
from tests.office import LI_SI, ORGANISATION, QIAN_QI, WANG_WU, ZHANG_SAN, Case, Office
from workflows import tables
from workflows.cases import NotPermitted
from workflows.cases.correcting import ReasonMissing
from workflows.cases.extension_requests import (
    NoSuchApprover,
    NoSuchRequest,
    RequestDecided,
    RequestPending,
    ask_extension,
    grant_extension,
    refuse_extension,
    requests_of,
    waiting_for,
)
from workflows.cases.timekeeping import OwnApplication
from workflows.clock_change import ClockExpired, ExtensionTooLong
from workflows.database import reading, transaction
from workflows.errors import WorkflowError
from workflows.people import membership_rows
from workflows.periods import workdays

RULES = {
    "time": {
        "suspension": {"by": ["unit:chiefs"]},
        "extension": {"by": ["leader:window"], "times": 1, "bound": "10 workdays"},
    }
}
DIAGRAM = d.diagram(
    "t.reply",
    d.start(),
    d.user("reply", clock="reply"),
    d.boundary("limit", "reply", d.timer("workdays(10)"), interrupting=False, clock="reply"),
    d.user("overdue"),
    d.end(),
    *d.path("start", "reply", "end"),
    *d.path("limit", "overdue", "end"),
)


@pytest.fixture
def case(engine: Engine) -> Case:
    office = Office(engine).settle_in()
    with transaction(engine) as connection:
        connection.execute(
            update(tables.organisations)
            .where(tables.organisations.c.slug == ORGANISATION)
            .values(settings=orjson.dumps(RULES).decode())
        )
        for user, leads in ((ZHANG_SAN.user, ()), (WANG_WU.user, ("window",)), ("sun.ba", ("window",))):
            connection.execute(
                insert(tables.people).values(user=user, organisation=ORGANISATION, name=f"{user}某")
            )
            connection.execute(
                insert(tables.memberships), membership_rows(user, units=("window",), leads=leads, roles=())
            )
    office.publish(DIAGRAM)
    return office.start("t.reply")


def ask(case: Case, **how: Any) -> int:
    how = {
        "name": "reply",
        "limit": workdays(5),
        "reason": "案情复杂",
        "approver": "wang.wu",
        "by": ZHANG_SAN,
    } | how
    made: list[int] = []
    case.act("ask", lambda c, **k: made.append(ask_extension(c, **k, **how)), None)
    return made[0]


def grant(case: Case, request: int, **how: Any) -> None:
    how = {"decision": "同意", "by": WANG_WU} | how
    case.act("grant", lambda c, **k: grant_extension(c, request=request, **k, **how), None)


def refuse(case: Case, request: int, **how: Any) -> None:
    how = {"decision": "可以按期办结", "by": WANG_WU} | how
    case.act("refuse", lambda c, **k: refuse_extension(c, request=request, **k, **how), None)


def statuses(case: Case) -> list[str]:
    with reading(case.office.engine) as connection:
        return [one.status for one in requests_of(connection, case.id)]


def due_at(case: Case) -> str:
    with reading(case.office.engine) as connection:
        found = connection.execute(select(tables.clocks.c.due_at).where(tables.clocks.c.case_id == case.id))
        return f"{found.scalar_one():%m-%d}"


def kinds(case: Case) -> list[str]:
    return [event.kind for event in case.events()]


def leads(case: Case, *, days: int) -> None:
    """王五 leads the unit until so many days from today."""
    wang_wus = (tables.memberships.c.user == WANG_WU.user) & (tables.memberships.c.kind == "leads")
    last = case.office.now.date() + timedelta(days=days)
    with transaction(case.office.engine) as connection:
        connection.execute(update(tables.memberships).where(wang_wus).values(until=last))


def test_whose_last_day_as_a_leader_is_to_come_may_still_be_asked(case: Case) -> None:
    leads(case, days=3)
    ask(case)
    assert statuses(case) == ["asked"]


def test_whose_last_day_as_a_leader_is_over_is_not_asked(case: Case) -> None:
    leads(case, days=-1)
    with pytest.raises(NoSuchApprover):
        ask(case)


def test_what_one_asks_for_another_grants_and_the_clock_runs_longer(case: Case) -> None:
    before = due_at(case)
    request = ask(case)
    assert due_at(case) == before
    with reading(case.office.engine) as connection:
        assert waiting_for(connection, "wang.wu") == [(case.row.number, request)]
    grant(case, request)
    assert (before, due_at(case)) == ("09-21", "09-29")
    assert statuses(case) == ["granted"]
    assert kinds(case)[-2:] == ["extension-asked", "clock-extended"]
    with reading(case.office.engine) as connection:
        assert waiting_for(connection, "wang.wu") == []
        details = connection.execute(select(tables.clock_extensions.c.details)).scalar_one()
    assert orjson.loads(details) == {
        "asked_by": "zhang.san",
        "by": "wang.wu",
        "decision": "同意",
        "request": request,
    }


def test_a_refusal_leaves_the_clock_as_it_was_and_one_may_ask_again(case: Case) -> None:
    before = due_at(case)
    refuse(case, ask(case))
    assert due_at(case) == before
    assert kinds(case)[-1] == "extension-declined"
    grant(case, ask(case, limit=workdays(2)))
    assert statuses(case) == ["refused", "granted"]


REFUSALS: list[tuple[type[WorkflowError], Callable[[Case], object]]] = [
    (NotPermitted, lambda case: ask(case, by=QIAN_QI)),
    (ReasonMissing, lambda case: ask(case, reason=" ")),
    (NoSuchApprover, lambda case: ask(case, approver="li.si")),
    (NoSuchApprover, lambda case: ask(case, by=WANG_WU)),
    (ExtensionTooLong, lambda case: ask(case, limit=workdays(11))),
    (RequestPending, lambda case: (ask(case), ask(case))),
    (NotPermitted, lambda case: grant(case, ask(case), by=LI_SI)),
    (NotPermitted, lambda case: refuse(case, ask(case), by=LI_SI)),
    (ReasonMissing, lambda case: refuse(case, ask(case), decision="")),
    (OwnApplication, lambda case: grant(case, ask(case, by=WANG_WU, approver="sun.ba"))),
    (OwnApplication, lambda case: refuse(case, ask(case, by=WANG_WU, approver="sun.ba"))),
    (NoSuchRequest, lambda case: grant(case, 99)),
]


@pytest.mark.parametrize(("error", "act"), REFUSALS)
def test_what_is_not_allowed_leaves_the_clock_alone(
    case: Case, error: type[WorkflowError], act: Callable[[Case], object]
) -> None:
    before = due_at(case)
    with pytest.raises(error):
        act(case)
    assert due_at(case) == before


def test_an_application_is_decided_once(case: Case) -> None:
    request = ask(case)
    grant(case, request)
    for decide in (grant, refuse):
        with pytest.raises(RequestDecided):
            decide(case, request)
    assert statuses(case) == ["granted"]


def test_what_is_over_is_not_extended_however_early_one_asked(case: Case) -> None:
    request = ask(case)
    case.wait(days=20)
    with pytest.raises(ClockExpired):
        grant(case, request)
    refuse(case, request, decision="已经逾期")
    assert statuses(case) == ["refused"]
