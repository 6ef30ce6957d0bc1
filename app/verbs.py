"""What people do with tasks besides completing them: who may, and the act, for pages and programs alike."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import Connection

from app.installation import installation
from app.signing_in import me
from workflows import cases
from workflows.cases import Actor, NotPermitted
from workflows.cases.correcting import ReasonMissing
from workflows.cases.incidents import described
from workflows.cases.sending_back import earlier_steps, withdrawable
from workflows.cases.signatures import looking_after, signing_as
from workflows.cases.trail import EarlierStep
from workflows.errors import WorkflowError
from workflows.people import NoSuchPerson, actor_of
from workflows.reading.access import may_do_task, may_help_with, may_see_case
from workflows.reading.case_file import CaseFile, CaseTask


class Verb(StrEnum):
    """What can be done with a task besides completing it; with one that is done, it is withdrawn."""

    CLAIM = "claim"
    RELEASE = "release"
    HAND_OVER = "hand-over"
    TAKE_BACK = "take-back"
    ACCEPT = "accept"
    DECLINE = "decline"
    LEND = "lend"
    GIVE_BACK = "give-back"
    URGE = "urge"
    SEND_BACK = "send-back"
    WITHDRAW = "withdraw"
    COUNTERSIGN = "countersign"
    ADD_SIGNER = "add-signer"
    SIGN = "sign"
    CALL_OFF = "call-off"


#: Those that can be done with many tasks at once.
IN_BULK: Final = (Verb.CLAIM, Verb.RELEASE, Verb.HAND_OVER, Verb.URGE)
#: Verbs that name a colleague; verbs that need a reason; verbs with words that may be left out.
TO_SOMEBODY: Final = frozenset({Verb.HAND_OVER, Verb.LEND, Verb.ADD_SIGNER})
WITH_REASON: Final = frozenset(
    {
        Verb.HAND_OVER,
        Verb.LEND,
        Verb.DECLINE,
        Verb.URGE,
        Verb.SEND_BACK,
        Verb.COUNTERSIGN,
        Verb.ADD_SIGNER,
        Verb.CALL_OFF,
    }
)
WITH_WORDS: Final = frozenset({Verb.RELEASE, Verb.GIVE_BACK, Verb.WITHDRAW})
#: Whose words are an opinion; to whom the task is shown that they may have no part in.
_WITH_OPINION: Final = frozenset({Verb.GIVE_BACK, Verb.SIGN})
_LETS_SEE: Final = frozenset({Verb.LEND, Verb.ADD_SIGNER, Verb.COUNTERSIGN})

_ACTS: Final[Mapping[Verb, Callable[..., Any]]] = {
    Verb.CLAIM: cases.claim_task,
    Verb.RELEASE: cases.release_task,
    Verb.HAND_OVER: cases.hand_over,
    Verb.TAKE_BACK: cases.take_back,
    Verb.ACCEPT: cases.accept_task,
    Verb.DECLINE: cases.decline_task,
    Verb.LEND: cases.lend,
    Verb.GIVE_BACK: cases.give_back,
    Verb.URGE: cases.urge,
    Verb.SEND_BACK: cases.send_back,
    Verb.WITHDRAW: cases.withdraw_task,
    Verb.COUNTERSIGN: cases.ask_signatures,
    Verb.ADD_SIGNER: cases.add_signer,
    Verb.SIGN: cases.sign,
    Verb.CALL_OFF: cases.call_off,
}


class NobodyNamed(WorkflowError):
    """Say to whom the task goes."""

    code = "nobody-named"
    message_zh = "请选择转给哪一位同事。"


class AnswerMissing(WorkflowError):
    """Say whether you agree."""

    code = "answer-missing"
    message_zh = "请选择同意或者不同意。"


@dataclass(frozen=True, kw_only=True)
class Said:
    """What goes with a verb: the colleague's user name, and why (``GIVE_BACK``, ``SIGN``: the opinion)."""

    to: str = ""
    reason: str = ""
    #: For ``SEND_BACK``: id of the element of the earlier step.
    step: str = ""
    #: For ``COUNTERSIGN``: the colleagues, and whether one answer is enough; for ``SIGN`` the answer.
    signers: tuple[str, ...] = ()
    mode: cases.Mode = cases.Mode.ALL
    agrees: bool | None = None


def do(connection: Connection, verb: Verb, case: CaseFile, number: int, given: Said, at: datetime) -> Any:
    """Do it within a transaction, as the person who is signed in; ``perform`` is around it.

    Gives what the act gives: where work goes back, the number of the task that is open then.

    Raises ``NobodyNamed``, ``NoSuchPerson``, ``NotPermitted``, ``ReasonMissing``, and what the act raises.
    """
    task = case.task(number)
    if verb in WITH_REASON and not given.reason.strip():
        raise ReasonMissing()
    if verb is Verb.SEND_BACK and not may_see_case(me(), case):
        raise NotPermitted(user=me().user, number=number)
    facts = _facts(connection, verb, given, at)
    named = facts.get("to") or []
    for one in named if isinstance(named, list) else [named]:
        if verb in _LETS_SEE and task is not None and not may_help_with(one, case, task):
            raise NotPermitted(user=one.user, number=number)
    return _ACTS[verb](connection, case_id=case.id, number=number, by=me(), at=at, **facts)


def _facts(connection: Connection, verb: Verb, given: Said, at: datetime) -> dict[str, Any]:
    """What the act of a verb is given besides the task."""
    facts: dict[str, Any] = {}
    if verb in TO_SOMEBODY:
        if not given.to:
            raise NobodyNamed()
        facts["to"] = receiver(connection, given.to, at=at)
    if verb is Verb.COUNTERSIGN:
        facts["to"] = [receiver(connection, user, at=at) for user in given.signers]
        facts["mode"] = given.mode
    if verb is Verb.SEND_BACK:
        facts["step"] = given.step
    if verb is Verb.SIGN:
        if given.agrees is None:
            raise AnswerMissing()
        facts["agrees"] = given.agrees
    if verb in _WITH_OPINION:
        facts["opinion"] = given.reason
    elif verb in WITH_REASON | WITH_WORDS:
        facts["reason"] = given.reason
    return facts


def performed(case: CaseFile, act: Callable[[Connection], Any], at: datetime) -> Any:
    """Carry out an act at the edge; a timer that stops the case on the way leaves its incident."""
    command = described("fire", None, case.organisation)
    return cases.perform(installation().engine, act, case_id=case.id, command=command, at=at)


def receiver(connection: Connection, user: str, *, at: datetime) -> Actor:
    """The colleague of that user name. Raises ``NoSuchPerson``, also to another organisation's."""
    found = actor_of(connection, user, at=at)
    if found.organisation != me().organisation:
        raise NoSuchPerson(user=user)
    return found


def verbs_for(person: Actor, task: CaseTask) -> tuple[Verb, ...]:
    """What a person who sees a task can do with it now, as far as the task alone tells."""
    if task.status == "completed" and task.ended_by in {person.user, *person.lent}:
        return (Verb.WITHDRAW,)
    return tuple(_verbs(person, task)) if task.status == "open" else ()


def steps_back(connection: Connection, person: Actor, case: CaseFile, task: CaseTask) -> list[EarlierStep]:
    """Where a person can send a task back to; whoever does not see the case is told of no other step."""
    if Verb.SEND_BACK not in verbs_for(person, task) or not may_see_case(person, case):
        return []
    return earlier_steps(connection, case.id, task.number)


def possible_verbs(connection: Connection, person: Actor, case: CaseFile, task: CaseTask) -> tuple[Verb, ...]:
    """What a person can do with a task now, having looked for a way back in the case."""
    found = verbs_for(person, task)
    if Verb.SEND_BACK in found and not steps_back(connection, person, case, task):
        found = tuple(verb for verb in found if verb is not Verb.SEND_BACK)
    if Verb.WITHDRAW in found and not withdrawable(connection, case.id, task.number, person):
        return ()
    return found


def _verbs(person: Actor, task: CaseTask) -> Iterator[Verb]:
    mine = {person.user, *person.lent}
    may = may_do_task(person, task)
    if task.lent_by is not None:
        if not mine.isdisjoint({task.assignee, task.lent_by}):
            yield Verb.GIVE_BACK
    elif may and task.offered_to in mine:
        yield from (Verb.ACCEPT, Verb.DECLINE)
    elif may and task.assignee in {None, *mine}:
        yield from _of_holder(task)
    signing = tuple(_of_signing(person, task))
    yield from signing
    waits_for_others = task.assignee not in mine and (task.assignee is not None or not may)
    if waits_for_others or Verb.CALL_OFF in signing:
        yield Verb.URGE


def _of_holder(task: CaseTask) -> Iterator[Verb]:
    yield Verb.CLAIM if task.assignee is None else Verb.RELEASE
    if task.offered_to is not None:
        yield Verb.TAKE_BACK
    else:
        yield from (Verb.HAND_OVER, Verb.LEND, Verb.SEND_BACK)
        if task.signing is None:
            yield Verb.COUNTERSIGN


def _of_signing(person: Actor, task: CaseTask) -> Iterator[Verb]:
    """What can be done about the signatures a task waits for."""
    on, holder = task.signing, task.lent_by or task.assignee
    if on is None:
        return
    signs = signing_as(person, on, holder=holder, excluded=task.excluded) is not None
    looks_after = looking_after(person, on, holder=holder, excluded=task.excluded) is not None
    if signs:
        yield Verb.SIGN
    if signs or looks_after:
        yield Verb.ADD_SIGNER
    if looks_after:
        yield Verb.CALL_OFF
