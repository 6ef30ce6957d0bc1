"""Rounds of signatures on tasks (会签 and 或签): who was asked, who has answered what, and for whom."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, bindparam, select, update

from workflows.cases.actor import Actor
from workflows.errors import Refusal
from workflows.office import names_of
from workflows.tables import signature_rounds, signatures


class SignaturesAwaited(Refusal):
    """Colleagues have been asked to sign on the task; it is completed after that."""

    code = "signatures-awaited"
    message_zh = "这项任务还在等待 {signers} 会签;签完或收回会签后才能办结。"


class Mode(StrEnum):
    """How many answers close a round."""

    #: Everybody's (会签).
    ALL = "all"
    #: The first one (或签).
    ANY = "any"


class How(StrEnum):
    """How a round was closed."""

    ANSWERED = "answered"
    CALLED_OFF = "called-off"
    #: Its task went away.
    GONE = "gone"


@dataclass(frozen=True, kw_only=True)
class Signature:
    """What one colleague was asked, and has answered; a null ``agrees`` is no answer."""

    signer: str
    asked_by: str
    reason: str
    asked_at: datetime
    waits: bool
    answered_at: datetime | None
    #: The signer, or who stood in for them.
    answered_by: str | None
    agrees: bool | None
    opinion: str


@dataclass(frozen=True, kw_only=True)
class Round:
    """One round of signatures on a task; ``number`` is that of the event that asked."""

    case_id: int
    number: int
    task: int
    mode: Mode
    asked_by: str
    reason: str
    asked_at: datetime
    closed_at: datetime | None
    how: How | None
    #: In the order in which they were asked.
    signatures: tuple[Signature, ...]

    @property
    def is_open(self) -> bool:
        """Whether its task waits for it."""
        return self.closed_at is None

    @property
    def signers(self) -> frozenset[str]:
        """Everybody who was asked."""
        return frozenset(one.signer for one in self.signatures)

    @property
    def waiting(self) -> tuple[str, ...]:
        """Those whose answer is still wanted."""
        return tuple(one.signer for one in self.signatures if one.waits)

    @property
    def waiting_keys(self) -> tuple[str, ...]:
        """The same as candidate keys."""
        return tuple(f"person:{user}" for user in self.waiting)

    @property
    def people(self) -> frozenset[str]:
        """Everybody who appears in it."""
        found = {self.asked_by, *self.signers}
        found |= {user for one in self.signatures for user in (one.asked_by, one.answered_by) if user}
        return frozenset(found)


_ROUNDS = (
    select(
        *(signature_rounds.c[name].label(f"round_{name}") for name in signature_rounds.c.keys()),  # noqa: SIM118
        *(signatures.c[name] for name in Signature.__dataclass_fields__),
    )
    .join(
        signatures,
        (signatures.c.case_id == signature_rounds.c.case_id)
        & (signatures.c.round == signature_rounds.c.round),
    )
    .order_by(
        signature_rounds.c.case_id, signature_rounds.c.round, signatures.c.asked_at, signatures.c.signer
    )
)
_OF_TASK = _ROUNDS.where(
    signature_rounds.c.case_id == bindparam("case"), signature_rounds.c.task == bindparam("n")
)
_OPEN = _ROUNDS.where(
    signature_rounds.c.case_id.in_(bindparam("cases", expanding=True)),
    signature_rounds.c.closed_at.is_(None),
)
_OF_ROUND = (signatures.c.case_id == bindparam("case"), signatures.c.round == bindparam("r"))
_CLOSE = (
    update(signature_rounds)
    .where(signature_rounds.c.case_id == bindparam("case"), signature_rounds.c.round == bindparam("r"))
    .values(closed_at=bindparam("at"), how=bindparam("why"))
)
_NO_MORE_WAITED_FOR = update(signatures).where(*_OF_ROUND, signatures.c.waits).values(waits=False)
_OPEN_OF_TASKS = select(signature_rounds.c.round).where(
    signature_rounds.c.case_id == bindparam("case"),
    signature_rounds.c.task.in_(bindparam("numbers", expanding=True)),
    signature_rounds.c.closed_at.is_(None),
)


def rounds_of(connection: Connection, case_id: int, *, task: int) -> list[Round]:
    """The rounds of a task, the oldest first. One statement."""
    return _rounds(connection.execute(_OF_TASK, {"case": case_id, "n": task}).mappings())


def open_rounds(connection: Connection, case_ids: Collection[int]) -> dict[tuple[int, int], Round]:
    """Case and number → open round of those tasks of the cases that have one. One statement."""
    rows = connection.execute(_OPEN, {"cases": sorted(case_ids)}).mappings()
    return {(one.case_id, one.task): one for one in _rounds(rows)}


def signatures_awaited(connection: Connection, case_id: int, number: int) -> SignaturesAwaited:
    """Why a task that has an open round is not completed now, with whose signatures are missing by name."""
    waiting = open_rounds(connection, [case_id])[case_id, number].waiting
    names = names_of(connection, waiting)
    return SignaturesAwaited(number=number, signers="、".join(names.get(user, user) for user in waiting))


def close_round(connection: Connection, case_id: int, number: int, how: How, *, at: datetime) -> None:
    """Close a round; nobody's answer is wanted any more."""
    connection.execute(_CLOSE, {"case": case_id, "r": number, "at": at, "why": how})
    connection.execute(_NO_MORE_WAITED_FOR, {"case": case_id, "r": number})


def close_gone(connection: Connection, case_id: int, tasks: Collection[int], *, at: datetime) -> None:
    """Close the rounds of tasks that went away undone. One statement where there are none."""
    asked = {"case": case_id, "numbers": sorted(tasks)}
    for number in connection.scalars(_OPEN_OF_TASKS, asked).all():
        close_round(connection, case_id, number, How.GONE, at=at)


def signing_as(by: Actor, on: Round, *, holder: str | None, excluded: Collection[str]) -> Actor | None:
    """The person as one whose answer a round waits for: their own, or of somebody who is away.

    Whoever asked, or has the task, does not sign in another's stead; nor do those kept out of it.
    """
    if by.user in excluded:
        return None
    if by.user in on.waiting:
        return by
    away = sorted(set(on.waiting) & by.lent.keys())
    if not away or by.user in (on.asked_by, holder):
        return None
    return replace(by, on_behalf_of=away[0])


def looking_after(by: Actor, on: Round, *, holder: str | None, excluded: Collection[str]) -> Actor | None:
    """The person as one who may add signers and call the round off: who asked, and whoever has the task."""
    parties = {user for user in (on.asked_by, holder) if user is not None}
    if by.user in excluded:
        return None
    if by.user in parties:
        return by
    away = sorted(parties & by.lent.keys())
    return replace(by, on_behalf_of=away[0]) if away else None


def _rounds(rows: Iterable[Mapping[Any, Any]]) -> list[Round]:
    by_round = groupby(rows, key=lambda row: (row["round_case_id"], row["round_round"]))
    return [_round(list(found)) for _, found in by_round]


def _round(rows: list[Mapping[Any, Any]]) -> Round:
    first = rows[0]
    return Round(
        case_id=first["round_case_id"],
        number=first["round_round"],
        task=first["round_task"],
        mode=Mode(first["round_mode"]),
        asked_by=first["round_asked_by"],
        reason=first["round_reason"],
        asked_at=first["round_asked_at"],
        closed_at=first["round_closed_at"],
        how=How(first["round_how"]) if first["round_how"] else None,
        signatures=tuple(
            Signature(**{name: row[name] for name in Signature.__dataclass_fields__}) for row in rows
        ),
    )
