"""Who works at the counter, who sees a visit, and who may know whose it is."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, select

from workflows.cases import Actor, NotPermitted
from workflows.counter_rules import CounterRules, counter_rules
from workflows.office import office_of
from workflows.reading.access import (
    AUDITOR,
    Act,
    is_among,
    office_keys,
    people_named,
    sees_everything,
)
from workflows.reading.starts import may_open
from workflows.tables import memberships
from workflows.visits.visit import NoCounter, NoSuchVisit


def works_at_counter(
    connection: Connection, person: Actor, settings: Mapping[str, Any], *, at: datetime
) -> bool:
    """Whether a person registers visits: whoever the organisation names, otherwise whoever may open a case
    of one of the processes its counter opens cases of."""
    rules = counter_rules(settings)
    if rules is None:
        return False
    named = people_named(settings, Act.COUNTER, ("",))
    if named is not None:
        return is_among(person, named)
    processes = {opening.process for opening in rules.openings}
    return any(may_open(connection, key, of=person, at=at) for key in sorted(processes))


def check_counter(connection: Connection, person: Actor, *, at: datetime) -> CounterRules:
    """The rules of a person's counter. Raises ``NoCounter``, ``NotPermitted``."""
    settings = office_of(connection, person.organisation).settings
    rules = counter_rules(settings)
    if rules is None:
        raise NoCounter(organisation=person.organisation)
    if not works_at_counter(connection, person, settings, at=at):
        raise NotPermitted(user=person.user)
    return rules


def reads_all(connection: Connection, person: Actor, *, at: datetime) -> bool:
    """Whether a person reads every visit of the organisation: the counter, and who watches over it."""
    settings = office_of(connection, person.organisation).settings
    return counter_rules(settings) is not None and (
        sees_everything(person) or works_at_counter(connection, person, settings, at=at)
    )


def own_units(person: Actor) -> frozenset[str]:
    """Slugs of the units a person belongs to or leads."""
    keys = (key.partition(":") for key in office_keys(person))
    return frozenset(slug for kind, _, slug in keys if kind == "unit")


def check_reader(person: Actor, row: Row[Any], *, everything: bool) -> None:
    """Raise ``NoSuchVisit`` to another organisation, ``NotPermitted`` to who has no part in a visit."""
    if row.organisation != person.organisation:
        raise NoSuchVisit(number=row.number)
    if not (everything or row.by == person.user or row.unit in own_units(person)):
        raise NotPermitted(user=person.user, visit=row.number)


def those_known(connection: Connection, person: Actor, rows: Collection[Row[Any]]) -> frozenset[int]:
    """Ids of the visits whose visitors a person may know: they or their unit registered them, or their unit
    was passed them. Auditors know nobody. One statement."""
    if person.has_role(AUDITOR):
        return frozenset()
    units, takers = own_units(person), {row.by for row in rows}
    query = select(memberships.c.user, memberships.c.until).where(
        memberships.c.kind == "unit", memberships.c.user.in_(takers), memberships.c.slug.in_(units)
    )
    # Their unit on the day of the visit, or later: what a unit took down stays with it.
    belonged = [(found.user, found.until or date.max) for found in connection.execute(query)]

    def known(row: Row[Any]) -> bool:
        ours = row.by == person.user or any(row.by == user and row.day <= until for user, until in belonged)
        return ours or (row.unit is not None and row.unit in units)

    return frozenset(row.id for row in rows if known(row))
