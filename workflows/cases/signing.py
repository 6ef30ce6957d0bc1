"""Colleagues sign on a task before it is completed: 会签 (all of them), 或签 (one of them), 加签 (one more).

It changes nothing of the way through the diagram: while a round is open, its task cannot be completed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import orjson
from sqlalchemy import Connection, bindparam, insert, update

from workflows.cases.actor import Actor, NotPermitted
from workflows.cases.claiming import TaskLent, task_at_hand
from workflows.cases.correcting import check_reason
from workflows.cases.firing import fire_due
from workflows.cases.handing import AlreadyOffered
from workflows.cases.keys import persons
from workflows.cases.open_case import OpenCase, open_case
from workflows.cases.saving import change_task, save
from workflows.cases.signatures import How, Mode, Round, close_round, looking_after, open_rounds, signing_as
from workflows.cases.telling import tell
from workflows.cases.turn import Turn
from workflows.engine.stepping import TaskNotOpen
from workflows.errors import WorkflowError
from workflows.tables import signature_rounds, signatures


class NobodyToSign(WorkflowError):
    """Say whose signatures are asked for."""

    code = "nobody-to-sign"
    message_zh = "请选择请哪些同事会签。"


class OwnSignature(WorkflowError):
    """Whoever has a task decides on it; others sign."""

    code = "own-signature"
    message_zh = "会签请选经办人以外的同事。"


class SignaturesUnderWay(WorkflowError):
    """The task waits for signatures already."""

    code = "signatures-under-way"
    message_zh = "这项任务正在会签:可以加签,或收回后重新发起。"


class NoSignaturesAwaited(WorkflowError):
    """The task waits for no signatures, or not for yours."""

    code = "no-signatures-awaited"
    message_zh = "这项任务没有等待会签,或不等待您的签署;可能已经签完或被收回。"


class AlreadyAsked(WorkflowError):
    """The colleague has been asked to sign already."""

    code = "already-asked"
    message_zh = "{to} 已经在这次会签中。"


class OpinionMissing(WorkflowError):
    """Who does not agree says why."""

    code = "opinion-missing"
    message_zh = "不同意的,请写明意见。"


class _UnderWay(NamedTuple):
    """A round that somebody does something about."""

    case: OpenCase
    number: int
    round: Round
    #: Whoever has the task and will complete it.
    holder: str | None
    excluded: frozenset[str]

    @property
    def element(self) -> str:
        return str(self.case.row.task_element_id)

    @property
    def parties(self) -> list[str]:
        return sorted({user for user in (self.round.asked_by, self.holder) if user is not None})


_SIGNED = (
    update(signatures)
    .where(
        signatures.c.case_id == bindparam("case"),
        signatures.c.round == bindparam("r"),
        signatures.c.signer == bindparam("who"),
    )
    .values(
        waits=False,
        answered_at=bindparam("at"),
        answered_by=bindparam("by"),
        agrees=bindparam("yes"),
        opinion=bindparam("said"),
    )
)


def ask_signatures(
    connection: Connection,
    *,
    case_id: int,
    number: int,
    to: Sequence[Actor],
    mode: Mode,
    reason: str,
    by: Actor,
    at: datetime,
) -> None:
    """Ask colleagues to sign on a task that ``by`` has or may take, and has from then on.

    Whether one of them has an interest in the case is the caller's question. Raises ``ReasonMissing``,
    ``NobodyToSign``, ``OwnSignature``, ``NotPermitted`` (also for one of ``to``), ``SignaturesUnderWay``,
    ``AlreadyOffered``, ``TaskNotOpen``, ``TaskClaimedByAnother``, ``TaskLent``.
    """
    check_reason(reason)
    case, task, by = task_at_hand(connection, case_id, number, by, at)
    if not to:
        raise NobodyToSign()
    _check_free(case, number)
    excluded = orjson.loads(case.row.task_excluded)
    for one in to:
        _check_signer(case, number, one, excluded, parties=(by.user, task.assignee or by.user))
    signers = list(dict.fromkeys(one.user for one in to))
    facts = {"to": signers, "mode": str(Mode(mode)), "reason": reason.strip()}
    turn = _enter(case, number, task.element_id, "signatures-asked", facts, by=by, at=at)
    connection.execute(
        insert(signature_rounds).values(
            case_id=case_id,
            round=turn.seq,
            task=number,
            mode=Mode(mode),
            asked_by=by.user,
            reason=reason.strip(),
            asked_at=turn.at,
        )
    )
    _ask(connection, case, turn.seq, signers, reason, turn)
    change_task(case, number, assignee=task.assignee or by.user, awaits_signatures=turn.seq)
    tell(case, turn, task=number, what="signature-asked", to=persons(*signers), reason=reason.strip())


def add_signer(
    connection: Connection, *, case_id: int, number: int, to: Actor, reason: str, by: Actor, at: datetime
) -> None:
    """Ask one more colleague to sign (加签): who asked, who has the task, and signers who have yet to answer.

    Raises ``ReasonMissing``, ``NoSignaturesAwaited``, ``AlreadyAsked``, ``OwnSignature``, ``NotPermitted``
    (also for ``to``), ``TaskNotOpen``.
    """
    check_reason(reason)
    found = _under_way(connection, case_id, number)
    holder, excluded = found.holder, found.excluded
    acting = looking_after(by, found.round, holder=holder, excluded=excluded)
    acting = acting or signing_as(by, found.round, holder=holder, excluded=excluded)
    if acting is None:
        raise NotPermitted(user=by.user, number=number)
    _check_signer(found.case, number, to, found.excluded, parties=found.parties)
    if to.user in found.round.signers:
        raise AlreadyAsked(to=to.user)
    _catch_up(found, at)
    facts = {"round": found.round.number, "to": to.user, "reason": reason.strip()}
    turn = _enter(found.case, number, found.element, "signer-added", facts, by=acting, at=at)
    _ask(connection, found.case, found.round.number, [to.user], reason, turn)
    tell(found.case, turn, task=number, what="signature-asked", to=persons(to.user), reason=reason.strip())


def sign(
    connection: Connection,
    *,
    case_id: int,
    number: int,
    agrees: bool,
    opinion: str,
    by: Actor,
    at: datetime,
) -> None:
    """Answer with 同意 or 不同意, for oneself or for whom one stands in. Who asked decides what follows.

    Raises ``OpinionMissing``, ``NoSignaturesAwaited``, ``TaskNotOpen``.
    """
    if not agrees and not opinion.strip():
        raise OpinionMissing()
    found = _under_way(connection, case_id, number)
    acting = signing_as(by, found.round, holder=found.holder, excluded=found.excluded)
    if acting is None:
        raise NoSignaturesAwaited(number=number)
    _catch_up(found, at)
    signer, on = acting.on_behalf_of or acting.user, found.round
    closes = on.mode is Mode.ANY or on.waiting == (signer,)
    facts = {"round": on.number, "signer": signer, "agrees": agrees, "opinion": opinion.strip()}
    turn = _enter(found.case, number, found.element, "signed", {**facts, "closes": closes}, by=acting, at=at)
    given = {"at": turn.at, "by": by.user, "yes": agrees, "said": opinion.strip()}
    connection.execute(_SIGNED, {"case": case_id, "r": on.number, "who": signer, **given})
    if closes:
        _close(connection, found, How.ANSWERED, turn)
    told = persons(*(user for user in found.parties if user != by.user))
    said = {"reason": opinion.strip(), "agrees": agrees, "closes": closes}
    tell(found.case, turn, task=number, what="signed", to=told, **said)


def call_off(
    connection: Connection, *, case_id: int, number: int, reason: str, by: Actor, at: datetime
) -> None:
    """Do without the answers that are missing (收回会签): who asked, and who has the task.

    Raises ``ReasonMissing``, ``NoSignaturesAwaited``, ``NotPermitted``, ``TaskNotOpen``.
    """
    check_reason(reason)
    found = _under_way(connection, case_id, number)
    acting = looking_after(by, found.round, holder=found.holder, excluded=found.excluded)
    if acting is None:
        raise NotPermitted(user=by.user, number=number)
    _catch_up(found, at)
    facts = {"round": found.round.number, "reason": reason.strip()}
    turn = _enter(found.case, number, found.element, "signatures-called-off", facts, by=acting, at=at)
    _close(connection, found, How.CALLED_OFF, turn)
    told = found.round.waiting_keys
    tell(found.case, turn, task=number, what="signatures-called-off", to=told, reason=reason.strip())


def _check_free(case: OpenCase, number: int) -> None:
    row = case.row
    if row.task_lent_by is not None:
        raise TaskLent(number=number, lender=row.task_lent_by)
    if row.task_offered_to is not None:
        raise AlreadyOffered(to=row.task_offered_to)
    if row.task_awaits_signatures is not None:
        raise SignaturesUnderWay(number=number)


def _under_way(connection: Connection, case_id: int, number: int) -> _UnderWay:
    """Lock the case and find the open round of its task."""
    case = open_case(connection, case_id, task=number)
    row = case.row
    if row.task_status != "open":
        raise TaskNotOpen(number=number, case=case.facts.number)
    if row.task_awaits_signatures is None:
        raise NoSignaturesAwaited(number=number)
    return _UnderWay(
        case=case,
        number=number,
        round=open_rounds(connection, [case_id])[case_id, number],
        holder=row.task_lent_by or row.task_assignee,
        excluded=frozenset(orjson.loads(row.task_excluded)),
    )


def _catch_up(found: _UnderWay, at: datetime) -> None:
    """Fire the timers of the case that are due: perhaps the task is gone by now."""
    fire_due(found.case, now=at)
    if any(found.number in turn.closed for turn in found.case.turns):
        raise TaskNotOpen(number=found.number, case=found.case.facts.number)


def _check_signer(
    case: OpenCase, number: int, one: Actor, excluded: Iterable[str], *, parties: Iterable[str]
) -> None:
    if one.user in parties:
        raise OwnSignature(user=one.user)
    if one.organisation != case.facts.organisation or one.user in excluded:
        raise NotPermitted(user=one.user, number=number)


def _ask(
    connection: Connection, case: OpenCase, on: int, signers: Sequence[str], reason: str, turn: Turn
) -> None:
    connection.execute(
        insert(signatures),
        [
            {
                "case_id": case.facts.id,
                "round": on,
                "signer": signer,
                "asked_by": turn.actor,
                "reason": reason.strip(),
                "asked_at": turn.at,
                "waits": True,
            }
            for signer in signers
        ],
    )


def _close(connection: Connection, found: _UnderWay, how: How, turn: Turn) -> None:
    close_round(connection, found.case.facts.id, found.round.number, how, at=turn.at)
    change_task(found.case, found.number, awaits_signatures=None)


def _enter(
    case: OpenCase, number: int, element: str, kind: str, facts: dict[str, Any], *, by: Actor, at: datetime
) -> Turn:
    turn = case.turn(kind, at=at, by=by, command={"task": number, "element": element, **facts})
    case.finish(turn)
    save(case)
    return turn
