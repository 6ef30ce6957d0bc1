"""Grounds of accountability as people look at them: what was proposed, why, and what became of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import orjson
from sqlalchemy import Connection, Row, Select, bindparam, select

from workflows.cases import Actor, NotPermitted
from workflows.cases.grounds import PROPOSED, NoSuchGround, hands_in
from workflows.office import Office
from workflows.reading.access import may_see_case, recused_from, sees_everything
from workflows.reading.case_file import CaseFile, CaseTask, open_file
from workflows.reading.law import law_of
from workflows.tables import cases, clocks, definitions, grounds, rungs
from workflows.time_rules import rules_of

#: Lines of a list at most.
MOST: Final = 100


@dataclass(frozen=True, kw_only=True)
class GroundLine:
    """A proposed, verified or dismissed ground."""

    id: int
    case_number: str
    #: Of whoever may not read the case, the name of the regulation only.
    title: str
    regulation: str
    readable: bool
    #: Empty, and the moment it was proposed, where a list told twice proposed it.
    clock: str
    due_at: datetime
    #: Id of the clause it cites.
    ground: str
    #: Candidate keys of those who had the work.
    responsible: tuple[str, ...]
    proposed_at: datetime
    #: ``proposed``, ``verified`` or ``dismissed``.
    status: str
    decided_at: datetime | None
    decided_by: str | None
    reason: str
    #: Whether the person may decide: it is proposed, they are named for it, and it is not their own work.
    decidable: bool
    #: Whether they may not because it is their own.
    own: bool


@dataclass(frozen=True, kw_only=True)
class Step:
    """A step of the work under a period that ran out, or a rung it came to: what a decision has to go by.

    It says nothing of what the case is about, for who decides need not be among those who may read it.
    """

    at: datetime
    #: The step, or null for a rung.
    task: str | None
    #: Of a rung: Chinese and English.
    rung: tuple[str, str] = ("", "")
    #: Candidate keys of the step, or the one who had taken it or done it.
    keys: tuple[str, ...] = ()
    ended_at: datetime | None = None


_GROUNDS: Select[Any] = (
    select(
        grounds,
        clocks.c.name,
        clocks.c.basis,
        rungs.c.due_at.label("missed_at"),
        clocks.c.due_at.label("ended_at"),
        cases.c.number.label("case_number"),
        cases.c.version_id,
        definitions.c.name.label("regulation"),
    )
    .join_from(grounds, cases, grounds.c.case_id == cases.c.id)
    .join(definitions, cases.c.definition_id == definitions.c.id)
    .outerjoin(clocks, (clocks.c.case_id == grounds.c.case_id) & (clocks.c.number == grounds.c.clock))
    # The rung it was proposed with: the due moment as it stood then.
    .outerjoin(
        rungs,
        (rungs.c.case_id == grounds.c.case_id)
        & (rungs.c.clock == grounds.c.clock)
        & (rungs.c.reached_at == grounds.c.proposed_at),
    )
    .where(grounds.c.organisation == bindparam("organisation"))
)
_PROPOSED = _GROUNDS.where(grounds.c.status == PROPOSED).order_by(grounds.c.id).limit(MOST)
_DECIDED = (
    _GROUNDS.where(grounds.c.status != PROPOSED, grounds.c.id < bindparam("before"))
    .order_by(grounds.c.id.desc())
    .limit(MOST)
)
_ONE = _GROUNDS.where(grounds.c.id == bindparam("ground"))


def may_look(person: Actor, office: Office) -> bool:
    """Whether a person may look at grounds: who decides on them, and who watches over the organisation."""
    return sees_everything(person) or _is_named(person, office)


def proposed(connection: Connection, person: Actor, office: Office) -> list[GroundLine]:
    """Grounds that wait for a decision, the oldest first; at most ``MOST``. Raises ``NotPermitted``."""
    _check(person, office)
    return _lines(connection, person, office, connection.execute(_PROPOSED, {"organisation": office.slug}))


def decided(
    connection: Connection, person: Actor, office: Office, *, before: int | None = None
) -> list[GroundLine]:
    """Grounds that were decided, the latest first; at most ``MOST``. Raises ``NotPermitted``."""
    _check(person, office)
    asked = {"organisation": office.slug, "before": before if before is not None else 2**62}
    return _lines(connection, person, office, connection.execute(_DECIDED, asked))


def ground_of(connection: Connection, person: Actor, office: Office, ground: int) -> GroundLine:
    """One ground. Raises ``NotPermitted``, and ``NoSuchGround`` also to those recused from its case."""
    _check(person, office)
    rows = connection.execute(_ONE, {"organisation": office.slug, "ground": ground})
    found = _lines(connection, person, office, rows)
    if not found:
        raise NoSuchGround(ground=ground)
    return found[0]


def course_of(connection: Connection, person: Actor, office: Office, ground: int) -> list[Step]:
    """The steps and rungs of the period a ground is about, in their order; without one, every step.

    Raises like ``ground_of``.
    """
    ground_of(connection, person, office, ground)
    row = connection.execute(_ONE, {"organisation": office.slug, "ground": ground}).first()
    assert row is not None
    ladder = rules_of(office.settings).ladder_of(row.basis) if row.basis is not None else None
    # Without a clock, whatever was done is what a decision has to go by.
    worked = open_file(connection, row.case_number).tasks
    found = [_step(task) for task in worked if row.name in (None, task.clock)]
    query = select(rungs).where(rungs.c.case_id == row.case_id, rungs.c.clock == row.clock)
    for reached in connection.execute(query):
        rung = None if ladder is None else ladder.rung(reached.rung)
        called = (reached.rung, reached.rung) if rung is None else (rung.title, rung.title_en)
        found.append(Step(at=reached.reached_at, task=None, rung=called))
    return sorted(found, key=lambda step: step.at)


def _step(task: CaseTask) -> Step:
    who = task.ended_by if task.status == "completed" else task.assignee
    return Step(
        at=task.opened_at,
        task=task.name,
        keys=(f"person:{who}",) if who else tuple(sorted(task.keys)),
        ended_at=task.ended_at,
    )


def _check(person: Actor, office: Office) -> None:
    if not may_look(person, office):
        raise NotPermitted(user=person.user)


def _is_named(person: Actor, office: Office) -> bool:
    return not person.keys.isdisjoint(rules_of(office.settings).may_decide)


def _lines(
    connection: Connection, person: Actor, office: Office, rows: Iterable[Row[Any]]
) -> list[GroundLine]:
    # A rung of the same moment on another ladder must not show a ground twice.
    found = list({row.id: row for row in rows}.values())
    recused = recused_from(connection, person, {row.case_id for row in found}) if found else frozenset()
    named = _is_named(person, office)
    return [
        _line(connection, person, row, open_file(connection, row.case_number), named=named)
        for row in found
        if row.case_id not in recused
    ]


def _line(connection: Connection, person: Actor, row: Row[Any], case: CaseFile, *, named: bool) -> GroundLine:
    responsible = tuple(orjson.loads(row.responsible))
    hands = hands_in(
        connection,
        case_id=row.case_id,
        clock=row.name or "",
        then=row.proposed_at,
        responsible=responsible,
    )
    own = not hands.isdisjoint({person.user, person.on_behalf_of})
    readable = may_see_case(person, case)
    return GroundLine(
        id=row.id,
        case_number=case.number,
        title=case.title if readable else case.regulation,
        regulation=case.regulation,
        readable=readable,
        clock=law_of(connection, row.version_id).name_of_clock(row.name or ""),
        due_at=row.missed_at or row.ended_at or row.proposed_at,
        ground=row.ground,
        responsible=responsible,
        proposed_at=row.proposed_at,
        status=row.status,
        decided_at=row.decided_at,
        decided_by=row.decided_by,
        reason=row.reason,
        decidable=named and not own and row.status == PROPOSED,
        own=named and own and row.status == PROPOSED,
    )
