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
from workflows.errors import WorkflowError
from workflows.people import NoSuchPerson, actor_of
from workflows.reading.access import may_do_task, may_help_with
from workflows.reading.case_file import CaseFile, CaseTask


class Verb(StrEnum):
    """What can be done with an open task."""

    CLAIM = "claim"
    RELEASE = "release"
    HAND_OVER = "hand-over"
    TAKE_BACK = "take-back"
    ACCEPT = "accept"
    DECLINE = "decline"
    LEND = "lend"
    GIVE_BACK = "give-back"
    URGE = "urge"


#: Those that can be done with many tasks at once.
IN_BULK: Final = (Verb.CLAIM, Verb.RELEASE, Verb.HAND_OVER, Verb.URGE)
#: Verbs that name a colleague; verbs that need a reason; verbs with words that may be left out.
TO_SOMEBODY: Final = frozenset({Verb.HAND_OVER, Verb.LEND})
WITH_REASON: Final = frozenset({Verb.HAND_OVER, Verb.LEND, Verb.DECLINE, Verb.URGE})
WITH_WORDS: Final = frozenset({Verb.RELEASE, Verb.GIVE_BACK})

_ACTS: Final[Mapping[Verb, Callable[..., None]]] = {
    Verb.CLAIM: cases.claim_task,
    Verb.RELEASE: cases.release_task,
    Verb.HAND_OVER: cases.hand_over,
    Verb.TAKE_BACK: cases.take_back,
    Verb.ACCEPT: cases.accept_task,
    Verb.DECLINE: cases.decline_task,
    Verb.LEND: cases.lend,
    Verb.GIVE_BACK: cases.give_back,
    Verb.URGE: cases.urge,
}


class NobodyNamed(WorkflowError):
    """Say to whom the task goes."""

    code = "nobody-named"
    message_zh = "请选择转给哪一位同事。"


@dataclass(frozen=True, kw_only=True)
class Said:
    """What goes with a verb: the colleague's user name, and why (for ``GIVE_BACK``: the opinion)."""

    to: str = ""
    reason: str = ""


def do(connection: Connection, verb: Verb, case: CaseFile, number: int, given: Said, at: datetime) -> None:
    """Do it within a transaction, as the person who is signed in; ``perform`` is around it.

    Raises ``NobodyNamed``, ``NoSuchPerson``, ``NotPermitted``, ``ReasonMissing``, and what the act raises.
    """
    task = case.task(number)
    facts: dict[str, Any] = {}
    if verb in WITH_REASON and not given.reason.strip():
        raise ReasonMissing()
    if verb in TO_SOMEBODY:
        if not given.to:
            raise NobodyNamed()
        facts["to"] = receiver(connection, given.to, at=at)
        if verb is Verb.LEND and task is not None and not may_help_with(facts["to"], case, task):
            raise NotPermitted(user=given.to, number=number)
    if verb is Verb.GIVE_BACK:
        facts["opinion"] = given.reason
    elif verb in WITH_REASON | WITH_WORDS:
        facts["reason"] = given.reason
    _ACTS[verb](connection, case_id=case.id, number=number, by=me(), at=at, **facts)


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
    """What a person who sees a task can do with it now, besides completing it."""
    return tuple(_verbs(person, task)) if task.status == "open" else ()


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
    if task.assignee not in mine and (task.assignee is not None or not may):
        yield Verb.URGE


def _of_holder(task: CaseTask) -> Iterator[Verb]:
    yield Verb.CLAIM if task.assignee is None else Verb.RELEASE
    if task.offered_to is not None:
        yield Verb.TAKE_BACK
    else:
        yield from (Verb.HAND_OVER, Verb.LEND)
