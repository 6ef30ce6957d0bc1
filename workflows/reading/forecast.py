"""What comes next, said beforehand of a task or a new case: in the diagram's terms, for one person's eyes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from workflows.cases import Actor
from workflows.cases.actor import may_do
from workflows.cases.facts import CaseFacts, Offer
from workflows.cases.foreseeing import Foreseen
from workflows.definitions import LoadedVersion
from workflows.ledger import NEVER
from workflows.reading.access import may_see_case
from workflows.reading.case_file import CaseFile, CaseTask
from workflows.reading.law import Law
from workflows.reading.story import Detail, details_of

#: Of what follows from an event, what a person wants to know beforehand; tasks are told apart.
_TOLD: Final = frozenset(
    {"noticed", "entered", "recorded", "sent", "cancelled"}
    | {"started", "stopped", "suspended", "resumed", "extended"}
)
#: To whom a letter goes that is for the one the case is about.
APPLICANT: Final = "applicant"


@dataclass(frozen=True, kw_only=True)
class NextTask:
    """A task that would be opened.

    ``name`` is empty and ``keys`` are units and roles alone for who does not read the case.
    """

    name: str
    keys: tuple[str, ...]
    #: Whether it is, or may be, also for people named one by one whom this person is not told.
    others: bool
    #: Whether this person may do it.
    mine: bool
    due_at: datetime | None = None
    suspended: bool = False


@dataclass(frozen=True, kw_only=True)
class Announcement:
    """A letter that would leave: to whom (candidate keys, ``applicant``), about what."""

    to: tuple[str, ...]
    subject: str


@dataclass(frozen=True, kw_only=True)
class Awaited:
    """What the case would wait for: the event's name, and until when where that is foreseen."""

    name: str
    until: datetime | None


@dataclass(frozen=True, kw_only=True)
class Forecast:
    """What completing a task with these answers would bring."""

    tasks: tuple[NextTask, ...]
    #: As in the story of the case; a number is not drawn before it is needed, so none is there.
    details: tuple[Detail, ...] = ()
    announcements: tuple[Announcement, ...] = ()
    awaited: tuple[Awaited, ...] = ()
    #: Names of other tasks the case goes on with, or waits for.
    beside: tuple[str, ...] = ()
    ends: bool = False
    outcome: str = ""


def forecast_of(foreseen: Foreseen, case: CaseFile, law: Law, *, number: int, person: Actor) -> Forecast:
    """What ``person``, who is about to complete the task ``number``, may be told of what they will do.

    Who reads the case is told what its story will say. Who sees their task alone is told which units and
    roles it goes to and nothing else: not the steps, nor the outcome, nor whom of the people it concerns.
    """
    if not may_see_case(person, case):
        return Forecast(tasks=tuple(_guarded(offer, person) for offer in foreseen.offers))
    not_beside = foreseen.closed | {offer.number for offer in foreseen.offers} | {number}
    return Forecast(
        tasks=tuple(_task(offer, person) for offer in foreseen.offers),
        details=tuple(_details(foreseen.body, law)),
        announcements=tuple(_announcements(foreseen)),
        awaited=tuple(
            Awaited(name=law.name_of(wait.element_id), until=None if wait.until == NEVER else wait.until)
            for wait in foreseen.waits
        ),
        beside=tuple(task.name for task in case.open_tasks if task.number not in not_beside),
        ends=foreseen.ends,
        outcome=str(foreseen.body.get("outcome") or ""),
    )


def forecast_of_start(
    foreseen: Foreseen,
    facts: CaseFacts,
    data: Mapping[str, Any],
    version: LoadedVersion,
    law: Law,
    *,
    settings: Mapping[str, Any],
    person: Actor,
) -> Forecast:
    """What ``person``, who is about to open a case, may be told: the same as of a task they complete."""
    case = CaseFile(
        **{name: getattr(facts, name) for name in ("id", "number", "organisation", "opened_at", "opened_by")},
        title="",
        settings=settings,
        key=version.key,
        regulation=version.name,
        version_id=version.id,
        version_number=version.number,
        status="open",
        outcome=None,
        closed_at=None,
        seq=0,
        answerable=facts.opened_by,
        data=data,
        tasks=tuple(_opened(offer, facts.opened_at) for offer in foreseen.offers),
    )
    return forecast_of(foreseen, case, law, number=0, person=person)


def _opened(offer: Offer, at: datetime) -> CaseTask:
    return CaseTask(
        **{name: getattr(offer, name) for name in ("number", "element_id", "process", "name")},
        status="open",
        assignee=offer.dispatched_to,
        opened_at=at,
        ended_at=None,
        ended_by=None,
        due_at=offer.due_at,
        provisional=offer.provisional,
        keys=frozenset(offer.keys),
        excluded=frozenset(offer.excluded),
    )


def _task(offer: Offer, person: Actor) -> NextTask:
    return NextTask(
        name=offer.name,
        keys=tuple(sorted(offer.keys)),
        others=False,
        mine=_is_for(offer, person),
        due_at=offer.due_at,
        suspended=offer.suspended,
    )


def _guarded(offer: Offer, person: Actor) -> NextTask:
    own = f"person:{person.user}"
    shown = [key for key in offer.keys if not key.startswith("person:") or key == own]
    return NextTask(
        name="", keys=tuple(sorted(shown)), others=len(shown) < len(offer.keys), mine=_is_for(offer, person)
    )


def _is_for(offer: Offer, person: Actor) -> bool:
    return may_do(person, organisation=person.organisation, keys=offer.keys, excluded=offer.excluded)


def _details(body: Mapping[str, Any], law: Law) -> Iterator[Detail]:
    letters = {law.name_of(at) for _, at, operator, _ in body.get("operations", ()) if operator == "notify"}
    for detail in details_of(body, law):
        if detail.kind in _TOLD and not (detail.kind == "sent" and detail.name in letters):
            yield detail


def _announcements(foreseen: Foreseen) -> Iterator[Announcement]:
    for kind, letter in foreseen.letters:
        if kind == "notify":
            yield Announcement(to=tuple(letter["to"]), subject=str(letter["subject"]))
