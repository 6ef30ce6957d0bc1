"""Registering visits, striking them out, taking over what was passed on; nothing is ever deleted."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Connection, Row, insert, select, update

from workflows import outbox
from workflows.cases import Actor, NotPermitted
from workflows.cases.correcting import ReasonMissing
from workflows.cases.identities import secret_of
from workflows.clock import BEIJING
from workflows.counter_rules import CounterRules, Decision
from workflows.counters import next_value
from workflows.references import reference_of
from workflows.tables import cases, visit_identities, visits
from workflows.visits.access import own_units
from workflows.visits.visit import (
    PERSONAL,
    Given,
    NoSuchVisit,
    NothingToReceive,
    VisitInvalid,
    VisitStruckOut,
    VisitTooOld,
    faults_of,
)

#: Letters about visits belong to no case.
_NO_CASE = 0
_PLAIN = ("kind", "matter", "asked", "said", "unit", "body", "receiver", "place", "contact")


def register_visit(
    connection: Connection,
    given: Given,
    *,
    rules: CounterRules,
    units: Iterable[str],
    by: Actor,
    at: datetime,
    case_id: int | None = None,
) -> str:
    """Write a visit down and return its number; ``units`` are the slugs there are.

    Who the visitor is goes apart. A unit it is passed to gets a letter, which names nobody. Raises
    ``VisitInvalid``.
    """
    faults = faults_of(given, rules)
    if given.unit is not None and given.unit not in units:
        faults["unit"] = ("没有这个部门", "There is no such unit")
    if faults:
        raise VisitInvalid(
            {name: zh for name, (zh, _) in faults.items()}, {name: en for name, (_, en) in faults.items()}
        )
    day = at.astimezone(BEIJING).date()
    count = next_value(connection, f"visit:{by.organisation}:{day.isoformat()}")
    number = f"{day:%Y%m%d}-{count:03d}"
    made = connection.execute(
        insert(visits).values(
            organisation=by.organisation,
            number=number,
            day=day,
            at=at,
            by=by.user,
            decision=given.decision.value,
            case_id=case_id,
            **{name: getattr(given, name) for name in _PLAIN},
        )
    ).inserted_primary_key
    assert made is not None
    _set_apart(connection, int(made[0]), given, by.organisation)
    if given.unit is not None:
        _tell(connection, int(made[0]), number, given.unit, by=by, at=at)
    return number


def _set_apart(connection: Connection, visit_id: int, given: Given, organisation: str) -> None:
    values = {name: text for name in PERSONAL if (text := getattr(given, name))}
    if not values:
        return
    secret = secret_of(connection, organisation)
    rows = [
        {
            "visit_id": visit_id,
            "field": name,
            "hash": reference_of(text, secret),
            "value": orjson.dumps(text).decode(),
        }
        for name, text in values.items()
    ]
    connection.execute(insert(visit_identities), rows)


def _tell(connection: Connection, visit_id: int, number: str, unit: str, *, by: Actor, at: datetime) -> None:
    body = {
        "what": "visit-passed",
        "visit": number,
        "organisation": by.organisation,
        "from": by.user,
        "to": [f"unit:{unit}"],
    }
    outbox.post(connection, key=f"visit-{visit_id}", kind="notify", case_id=_NO_CASE, body=body, at=at)


def visit_row(connection: Connection, number: str, *, organisation: str) -> Row[Any]:
    """The visit of that number in an organisation. Raises ``NoSuchVisit``."""
    query = (
        select(visits, cases.c.number.label("case"))
        .outerjoin(cases, visits.c.case_id == cases.c.id)
        .where(visits.c.organisation == organisation, visits.c.number == number)
    )
    row = connection.execute(query).one_or_none()
    if row is None:
        raise NoSuchVisit(number=number)
    return row


def void_visit(connection: Connection, row: Row[Any], *, reason: str, at: datetime, by: Actor) -> None:
    """Strike a visit out on its own day; its case, if it led to one, goes on.

    Raises ``ReasonMissing``, ``VisitTooOld``, ``VisitStruckOut``.
    """
    if not reason.strip():
        raise ReasonMissing(number=row.number)
    if at.astimezone(BEIJING).date() != row.day:
        raise VisitTooOld(number=row.number)
    changed = connection.execute(
        update(visits)
        .where(visits.c.id == row.id, visits.c.void_at.is_(None))
        .values(void_at=at, void_by=by.user, void_reason=reason.strip()[:200])
    )
    if changed.rowcount == 0:
        raise VisitStruckOut(number=row.number)


def receive_visit(connection: Connection, row: Row[Any], *, at: datetime, by: Actor) -> None:
    """Take over a visit that was passed to a unit of one's own.

    Raises ``NotPermitted``, ``NothingToReceive``.
    """
    if row.unit is None:
        raise NothingToReceive(number=row.number)
    if row.unit not in own_units(by):
        raise NotPermitted(user=by.user, visit=row.number)
    changed = connection.execute(
        update(visits)
        .where(visits.c.id == row.id, visits.c.void_at.is_(None), visits.c.received_at.is_(None))
        .values(received_at=at, received_by=by.user)
    )
    if changed.rowcount == 0:
        raise NothingToReceive(number=row.number)


def is_to_open(row: Row[Any], rules: CounterRules) -> bool:
    """Whether a case is still to be opened of a visit."""
    begins = rules.opening_for(Decision(row.decision)) is not None
    return begins and row.case_id is None and row.void_at is None


def note_case(connection: Connection, row: Row[Any], case_id: int) -> None:
    """Note which case a visit led to. Raises ``VisitStruckOut`` when it was struck out meanwhile."""
    changed = connection.execute(
        update(visits)
        .where(visits.c.id == row.id, visits.c.void_at.is_(None), visits.c.case_id.is_(None))
        .values(case_id=case_id)
    )
    if changed.rowcount == 0:
        raise VisitStruckOut(number=row.number)
