"""Looking visits up: one, those of a day, what was passed to one's units, earlier ones of a visitor."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

import orjson
from sqlalchemy import Connection, Row, Select, func, or_, select, union_all

from workflows.cases import Actor
from workflows.cases.identities import MASKED, secret_of
from workflows.counter_rules import Decision
from workflows.reading.access import may_see_case, recused_from
from workflows.reading.case_file import open_file
from workflows.references import reference_of
from workflows.tables import cases, definitions, identities, visit_identities, visits
from workflows.visits.access import check_reader, own_units, those_known
from workflows.visits.personal import masked, tidy_number, tidy_phone
from workflows.visits.registering import visit_row
from workflows.visits.visit import PERSONAL, Given, Visit

#: So many earlier visits and cases are shown at the counter.
SHOWN: Final = 8
_TEXTS: Final = ("matter", "asked", "said", "body", "receiver", "place", "contact")
_ROWS = select(visits, cases.c.number.label("case")).outerjoin(cases, visits.c.case_id == cases.c.id)


@dataclass(frozen=True, kw_only=True)
class VisitPage:
    """Visits, the newest first, and the mark after which the next page begins; null on the last one."""

    rows: tuple[Visit, ...]
    next: int | None


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """Which visits; ``text`` is a number, a visitor's name, telephone or number, or words of the question."""

    day: date | None = None
    decision: Decision | None = None
    text: str = ""


@dataclass(frozen=True, kw_only=True)
class KnownCase:
    """A case in which the visitor occurs and that the person at the counter may see."""

    number: str
    title: str
    regulation: str
    status: str
    opened_at: datetime
    #: Names of the steps it waits for.
    steps: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Known:
    """What is known of somebody who stands at the counter."""

    visits: tuple[Visit, ...]
    cases: tuple[KnownCase, ...]


def visit_of(
    connection: Connection, number: str, *, person: Actor, everything: bool, full: bool = True
) -> Visit:
    """One visit, with its visitor's name for those who may know it.

    Raises ``NoSuchVisit``, ``NotPermitted``.
    """
    row = visit_row(connection, number, organisation=person.organisation)
    check_reader(person, row, everything=everything)
    return _seen(connection, person, [row], full=full)[0]


def visits_for(
    connection: Connection, person: Actor, wanted: Wanted, *, after: int | None, size: int
) -> VisitPage:
    """The organisation's visits, masked; a page may hold fewer than ``size`` although more follow."""
    query = _asked(connection, person, wanted, _ROWS).order_by(visits.c.id.desc()).limit(size + 1)
    if after is not None:
        query = query.where(visits.c.id < after)
    return _page(connection, person, connection.execute(query).all(), size, searched=bool(wanted.text))


def counts_for(connection: Connection, person: Actor, wanted: Wanted) -> dict[str, int]:
    """How many of these visits each decision has; those struck out count under ``void``."""
    query = select(visits.c.decision, visits.c.void_at.is_not(None).label("void"), func.count().label("n"))
    found: dict[str, int] = {}
    for row in connection.execute(
        _asked(connection, person, wanted, query).group_by(visits.c.decision, visits.c.void_at.is_not(None))
    ):
        name = "void" if row.void else row.decision
        found[name] = found.get(name, 0) + row.n
    return found


def passed_to(
    connection: Connection, person: Actor, *, waiting: bool, after: int | None, size: int
) -> VisitPage:
    """Visits passed to a person's units, with the visitors' names.

    ``waiting`` leaves out what was taken over.
    """
    query = _ROWS.where(
        visits.c.organisation == person.organisation,
        visits.c.unit.in_(own_units(person)),
        visits.c.void_at.is_(None),
    )
    if waiting:
        query = query.where(visits.c.received_at.is_(None))
    if after is not None:
        query = query.where(visits.c.id < after)
    rows = connection.execute(query.order_by(visits.c.id.desc()).limit(size + 1)).all()
    return _page(connection, person, rows, size, full=True)


def waiting_for(connection: Connection, person: Actor) -> int:
    """How many visits passed to a person's units nobody has taken over."""
    query = select(func.count()).where(
        visits.c.organisation == person.organisation,
        visits.c.unit.in_(own_units(person)),
        visits.c.void_at.is_(None),
        visits.c.received_at.is_(None),
    )
    return int(connection.execute(query).scalar_one())


def known_of(connection: Connection, person: Actor, given: Given) -> Known:
    """Earlier visits and cases of whoever has this telephone or this number; without either, this name."""
    texts = [text for text in (given.phone, given.identity) if text] or [given.name]
    texts = [text for text in texts if text]
    if not texts:
        return Known(visits=(), cases=())
    secret = secret_of(connection, person.organisation)
    references = {reference_of(text, secret) for text in texts}
    ids = select(visit_identities.c.visit_id).where(visit_identities.c.hash.in_(references))
    rows = connection.execute(
        _ROWS.where(visits.c.organisation == person.organisation, visits.c.id.in_(ids))
        .order_by(visits.c.id.desc())
        .limit(SHOWN)
    ).all()
    found = _seen(connection, person, rows, full=True)
    return Known(
        visits=tuple(one for one in found if not one.hidden),
        cases=tuple(_cases(connection, person, references)),
    )


def _cases(connection: Connection, person: Actor, references: Iterable[str]) -> Iterable[KnownCase]:
    ids = select(identities.c.case_id).where(identities.c.hash.in_(references))
    query = (
        select(cases.c.number, definitions.c.name)
        .join_from(cases, definitions, cases.c.definition_id == definitions.c.id)
        .where(cases.c.organisation == person.organisation, cases.c.id.in_(ids))
        .order_by(cases.c.id.desc())
        .limit(SHOWN)
    )
    for row in connection.execute(query).all():
        case = open_file(connection, row.number)
        if may_see_case(person, case):
            yield KnownCase(
                number=case.number,
                title=case.title,
                regulation=row.name,
                status=case.status,
                opened_at=case.opened_at,
                steps=tuple(dict.fromkeys(task.name for task in case.open_tasks)),
            )


def _asked(connection: Connection, person: Actor, wanted: Wanted, query: Select[Any]) -> Select[Any]:
    query = query.where(visits.c.organisation == person.organisation)
    if wanted.day is not None:
        query = query.where(visits.c.day == wanted.day)
    if wanted.decision is not None:
        query = query.where(visits.c.decision == wanted.decision.value)
    if not wanted.text:
        return query
    secret = secret_of(connection, person.organisation)
    texts = {wanted.text, tidy_phone(wanted.text), tidy_number(wanted.text)} - {""}
    references = [reference_of(text, secret) for text in sorted(texts)]
    # Each part is found by its own index, however many visits there are.
    ids = union_all(
        select(visits.c.id).where(
            visits.c.organisation == person.organisation, visits.c.number == wanted.text
        ),
        select(visit_identities.c.visit_id).where(visit_identities.c.hash.in_(references)),
    )
    found = visits.c.id.in_(ids)
    if wanted.day is None:
        return query.where(found)
    # Words are looked for within a day only.
    words = [column.contains(wanted.text, autoescape=True) for column in (visits.c.matter, visits.c.asked)]
    return query.where(or_(found, *words))


def _page(
    connection: Connection,
    person: Actor,
    rows: Sequence[Row[Any]],
    size: int,
    *,
    full: bool = False,
    searched: bool = False,
) -> VisitPage:
    page = rows[:size]
    following = page[-1].id if len(rows) > size else None
    found = _seen(connection, person, page, full=full)
    # Whoever is kept out of a case learns nothing of it by searching either.
    return VisitPage(rows=tuple(one for one in found if not (searched and one.hidden)), next=following)


def _seen(connection: Connection, person: Actor, rows: Sequence[Row[Any]], *, full: bool) -> list[Visit]:
    """Visits as a person sees them: names masked unless ``full`` and they may know them; of a visit that led
    to a case in which they have an interest, its number alone."""
    if not rows:
        return []
    known = those_known(connection, person, rows)
    led_to = {row.case_id for row in rows if row.case_id is not None}
    barred = recused_from(connection, person, led_to) if led_to else frozenset()
    apart = _apart(connection, [row.id for row in rows])
    return [
        _visit(row, apart.get(row.id, {}), knows=row.id in known, hidden=row.case_id in barred, full=full)
        for row in rows
    ]


def _apart(connection: Connection, ids: Sequence[int]) -> dict[int, dict[str, str]]:
    found: dict[int, dict[str, str]] = {}
    query = select(visit_identities).where(visit_identities.c.visit_id.in_(ids))
    for row in connection.execute(query):
        found.setdefault(row.visit_id, {})[row.field] = orjson.loads(row.value)
    return found


def _visit(row: Row[Any], who: Mapping[str, str], *, knows: bool, hidden: bool, full: bool) -> Visit:
    facts: dict[str, Any] = {
        name: getattr(row, name) for name in Visit.__dataclass_fields__ if name in row._fields
    }
    facts["decision"] = Decision(row.decision)
    if hidden:
        facts |= dict.fromkeys((*_TEXTS, *PERSONAL), MASKED) | {"case": None, "case_id": None}
        return Visit(**facts, knows=False, hidden=True)
    shown = {name: who.get(name, "") for name in PERSONAL}
    if not (knows and full):
        shown = {name: masked(name, text) for name, text in shown.items()}
    return Visit(**(facts | shown), knows=knows)
