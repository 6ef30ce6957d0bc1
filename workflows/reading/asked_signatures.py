"""Signatures that are asked of a person, and those they have given: lists for the inbox."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import Connection, bindparam, func, or_, select, tuple_

from workflows.cases import Actor
from workflows.cases.signatures import Mode
from workflows.reading.access import recused_from
from workflows.tables import (
    cases,
    definitions,
    from_microseconds,
    signature_rounds,
    signatures,
    tasks,
    to_microseconds,
)

#: More than so many at once are nobody's to answer; the most urgent are shown, and counted.
MOST: Final = 200


@dataclass(frozen=True, kw_only=True)
class AskedSignature:
    """A signature with the task it is about, and what people recognise the case by."""

    case_id: int
    case_number: str
    #: Empty for those who have come to have an interest in the case.
    title: str
    regulation: str
    number: int
    name: str
    status: str
    round: int
    mode: Mode
    signer: str
    asked_by: str
    reason: str
    asked_at: datetime
    waits: bool
    answered_at: datetime | None
    answered_by: str | None
    agrees: bool | None
    opinion: str
    due_at: datetime | None
    provisional: bool
    clock: str | None
    suspended: bool
    norm_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class GivenPage:
    """Signatures in order, and the mark after which the next page begins; null on the last one."""

    rows: tuple[AskedSignature, ...]
    next: str | None


_OF_SIGNATURE = (
    "round", "signer", "asked_by", "reason", "asked_at", "waits", "answered_at", "answered_by", "agrees",
    "opinion",
)  # fmt: skip
_OF_TASK = (
    "case_id", "number", "name", "status", "due_at", "provisional", "clock", "suspended", "norm_at",
)  # fmt: skip
_LINES = (
    select(
        *(signatures.c[name] for name in _OF_SIGNATURE),
        *(tasks.c[name] for name in _OF_TASK),
        signature_rounds.c.mode,
        cases.c.number.label("case_number"),
        cases.c.title,
        definitions.c.name.label("regulation"),
    )
    .join_from(
        signatures,
        signature_rounds,
        (signature_rounds.c.case_id == signatures.c.case_id)
        & (signature_rounds.c.round == signatures.c.round),
    )
    .join(
        tasks, (tasks.c.case_id == signature_rounds.c.case_id) & (tasks.c.number == signature_rounds.c.task)
    )
    .join(cases, cases.c.id == signatures.c.case_id)
    .join(definitions, definitions.c.id == cases.c.definition_id)
    .where(cases.c.organisation == bindparam("organisation"))
)
_WAITING: Any = (signatures.c.waits, signatures.c.signer.in_(bindparam("people", expanding=True)))
#: Nobody signs for another on what they asked themselves, or have in hand.
_ASKED = _LINES.where(
    *_WAITING,
    or_(
        signatures.c.signer == bindparam("me"),
        (signature_rounds.c.asked_by != bindparam("me"))
        & (func.coalesce(tasks.c.lent_by, tasks.c.assignee, "") != bindparam("me")),
    ),
).order_by(tasks.c.sort_at, tasks.c.case_id, tasks.c.number, signatures.c.signer)
#: How many wait for ``people``, as ``signatures_asked`` finds them.
COUNT: Final = select(func.count()).select_from(_ASKED.limit(MOST).subquery())
_PLACE = (signatures.c.answered_at, signatures.c.case_id, signatures.c.round, signatures.c.signer)
_GIVEN = (
    _LINES.where(signatures.c.answered_by == bindparam("me"))
    .where(
        signatures.c.answered_at <= bindparam("before_at"),
        tuple_(*_PLACE)
        < tuple_(*(bindparam(f"before_{column.key}", type_=column.type) for column in _PLACE)),
    )
    .order_by(*(column.desc() for column in _PLACE))
    .limit(bindparam("count"))
)
_LATEST: Final = (datetime(9999, 1, 1, tzinfo=UTC), 0, 0, "")


def signatures_asked(connection: Connection, person: Actor) -> list[AskedSignature]:
    """What waits for a person's signature, or for that of somebody they stand in for; by due moment."""
    asked = {**_who(person), "people": [person.user, *person.lent]}
    return _lines(connection, person, connection.execute(_ASKED.limit(MOST), asked).mappings().all())


def signatures_given(connection: Connection, person: Actor, *, after: str | None, size: int) -> GivenPage:
    """What a person has answered, the latest first; ``after`` is the mark of the page before."""
    place = _read_mark(after)
    before = {f"before_{column.key}": value for column, value in zip(_PLACE, place, strict=True)}
    asked = {**_who(person), **before, "before_at": place[0], "count": size + 1}
    found = connection.execute(_GIVEN, asked).mappings().all()
    rows = tuple(_lines(connection, person, found[:size]))
    if len(found) <= size:
        return GivenPage(rows=rows, next=None)
    last = rows[-1]
    assert last.answered_at is not None
    mark = f"{to_microseconds(last.answered_at)}.{last.case_id}.{last.round}.{last.signer}"
    return GivenPage(rows=rows, next=mark)


def _who(person: Actor) -> dict[str, Any]:
    return {"organisation": person.organisation, "me": person.user}


def _lines(connection: Connection, person: Actor, found: Collection[Any]) -> list[AskedSignature]:
    hidden = recused_from(connection, person, {row["case_id"] for row in found}) if found else frozenset()
    titles = [row["title"] if row["case_id"] not in hidden else "" for row in found]
    return [
        AskedSignature(**{**row, "mode": Mode(row["mode"]), "title": title})
        for row, title in zip(found, titles, strict=True)
    ]


def _read_mark(mark: str | None) -> tuple[datetime, int, int, str]:
    """The position a mark stands for; one that somebody has bent means the first page."""
    parts = (mark or "").split(".", 3)
    whole = [part for part in parts[:3] if part.isascii() and part.isdigit() and len(part) < 18]
    if len(parts) < 4 or len(whole) < 3:
        return _LATEST
    return from_microseconds(int(parts[0])), int(parts[1]), min(int(parts[2]), 2**31 - 1), parts[3]
