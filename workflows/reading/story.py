"""The story of a case: its history as facts a sentence can be made of, in either language."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, select

from workflows.cases.handing_on import KIND as HANDED_ON
from workflows.clock_change import Change, ClockChange
from workflows.diagrams import Element
from workflows.history import Event, read_history
from workflows.ledger import NEVER
from workflows.reading.law import DecisionText, Law, read_decision
from workflows.tables import from_microseconds, tasks


@dataclass(frozen=True, kw_only=True)
class Detail:
    """One thing that followed from an event; ``kind`` says which of the facts are there.

    ``decided`` (name, rules) · ``entered`` (name, number) · ``noticed`` (name, number) · ``started`` (name,
    due) · ``stopped`` (name, met) · ``recorded`` (name) · ``sent`` (name) · ``offered`` (name, keys, due) ·
    ``cancelled`` (name) · ``outcome`` (name) · ``suspended`` (name, text: why) · ``resumed`` (name, due) ·
    ``extended`` (name, text: the limit, due) · ``recounted`` (name, due) ·
    ``listed`` (name: what is missing, number, met: false for a list told again) · ``told`` (keys) ·
    ``answers`` (keys: who answers for the case from now on) · ``handed-on`` (name, keys: who has it now) ·
    ``proposed`` (rules: the clause). A clock that stands still has no due moment.
    """

    kind: str
    name: str
    number: str = ""
    rules: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    due: datetime | None = None
    met: bool = True
    text: str = ""


@dataclass(frozen=True, kw_only=True)
class Chapter:
    """One event: who did what when, on which clauses, and what came of it."""

    seq: int
    at: datetime
    #: ``opened``, ``completed``, ``claimed``, ``released``, ``timer-fired``, ``message-received``,
    #: ``corrected``, ``cancelled``, ``incident`` …
    kind: str
    actor: str
    on_behalf_of: str | None
    element_id: str
    #: What people call the element; the message's name for a message.
    name: str
    provisions: tuple[str, ...]
    #: Number of the task that was done, claimed or released.
    task: int | None = None
    #: For timers: when it was due and when the firing loop woke.
    due: datetime | None = None
    woken: datetime | None = None
    reason: str = ""
    #: Of an application for more time: what is asked for. Who else has a part in an event.
    limit: str = ""
    others: tuple[str, ...] = ()
    #: Whether somebody who was asked to sign agrees; null in every other event.
    agrees: bool | None = None
    #: To whom, or from whom, a task passes.
    colleague: str = ""
    #: What people call the step a case goes back to.
    step: str = ""
    #: What the rung of a ladder that was reached is called, in Chinese and in English.
    rung: tuple[str, str] = ("", "")
    #: Names a correction changed.
    changed: tuple[str, ...] = ()
    details: tuple[Detail, ...] = field(default=())

    @property
    def other_keys(self) -> tuple[str, ...]:
        """``others`` as candidate keys."""
        return tuple(f"person:{user}" for user in self.others)


def story_of(connection: Connection, case_id: int, law: Law) -> list[Chapter]:
    """The chapters of a case, oldest first."""
    query = select(tasks.c.number, tasks.c.process).where(tasks.c.case_id == case_id)
    processes = {row.number: row.process for row in connection.execute(query)}
    return [_chapter(event, law, processes) for event in read_history(connection, case_id)]


def _chapter(event: Event, law: Law, processes: Mapping[int, str]) -> Chapter:
    command: Mapping[str, Any] = event.body.get("command", {})
    element_id = str(command.get("element") or command.get("start") or "")
    task = command.get("task") if command.get("task") in processes else None
    # A caller and what it calls may use the same ids.
    process = processes.get(task) if task is not None else None
    element = law.element(element_id, process)
    is_timer = event.kind == "timer-fired"
    return Chapter(
        seq=event.seq,
        at=event.at,
        kind=event.kind,
        actor=event.actor,
        on_behalf_of=event.on_behalf_of,
        element_id=element_id,
        name=command.get("message")
        or _clocks_named(command, law)
        or (law.name_of(element_id, process) if element_id else ""),
        task=task,
        provisions=_cited(event.kind, command, element),
        due=from_microseconds(command["due"]) if is_timer else None,
        woken=from_microseconds(command["woken"]) if is_timer else None,
        reason=str(command.get("reason") or command.get("opinion") or ""),
        limit=str(command.get("limit") or ""),
        others=_others(event.kind, command),
        agrees=command.get("agrees"),
        colleague=_colleague(event.kind, command),
        step=law.name_of(str(command["step"]), process) if command.get("step") else "",
        rung=(str(command.get("title", "")), str(command.get("title_en", ""))),
        changed=tuple(command.get("data") or ()) if event.kind == "corrected" else (),
        details=(
            *details_of(event.body, law),
            *_told(event.kind, command),
            *_handed_on(event.kind, command, law, processes),
        ),
    )


def _cited(kind: str, command: Mapping[str, Any], element: Element | None) -> tuple[str, ...]:
    if kind in _DECISIONS:
        return (str(command["provision"]),)
    return element.provisions if element is not None and kind in _ON_CLAUSE else ()


def _colleague(kind: str, command: Mapping[str, Any]) -> str:
    return str(command.get("to") or command.get("from") or "") if kind in _PASSED else ""


def _others(kind: str, command: Mapping[str, Any]) -> tuple[str, ...]:
    if kind in _TO_SEVERAL:
        return tuple(str(user) for user in command["to"])
    return tuple(str(command[who]) for who in ("approver", "asked_by") if command.get(who))


def _told(kind: str, command: Mapping[str, Any]) -> Iterator[Detail]:
    """What came of a rung that was reached: who heard of it, and what it proposes."""
    if kind != "escalated":
        return
    if command["to"]:
        yield Detail(kind="told", name="", keys=tuple(command["to"]))
    if command["ground"]:
        yield Detail(kind="proposed", name="", rules=(str(command["ground"]),))


def _handed_on(
    kind: str, command: Mapping[str, Any], law: Law, processes: Mapping[int, str]
) -> Iterator[Detail]:
    """To whom the tasks of one who has left went: nobody by name means back to those they are for."""
    for number, element_id, _part, to in command["tasks"] if kind == HANDED_ON else ():
        name = law.name_of(element_id, processes.get(number))
        yield Detail(kind="handed-on", name=name, keys=(f"person:{to}",) if to else ())


def _clocks_named(command: Mapping[str, Any], law: Law) -> str:
    """What people call the clocks a command is about."""
    names = command.get("clocks") or ([command["clock"]] if command.get("clock") else [])
    return "、".join(law.name_of_clock(name) for name in names if isinstance(name, str))


#: Kinds of event in which the element was executed; taking a task executes no clause.
_ON_CLAUSE = frozenset({"opened", "completed", "timer-fired", "message-received"})

#: A task passes between colleagues.
_PASSED = frozenset(
    {
        "handed-over",
        "hand-over-withdrawn",
        "hand-over-accepted",
        "hand-over-declined",
        "lent",
        "given-back",
        HANDED_ON,
        "signer-added",
    }
)

#: Several colleagues are asked to sign, or sent a copy.
_TO_SEVERAL = frozenset({"signatures-asked", "copied"})

#: Decisions on a ground of accountability.
_DECISIONS = frozenset({"ground-verified", "ground-dismissed"})


def details_of(body: Mapping[str, Any], law: Law) -> Iterator[Detail]:
    """What followed from an event, by its body."""
    for _, decision, _, matched in body.get("decisions", ()):
        yield _decided(decision, matched, law)
    for _, element_id, operator, effect in body.get("operations", ()):
        yield from _operated(law, element_id, operator, effect)
    for _, name, *_ in body.get("messages", ()):
        yield Detail(kind="sent", name=str(name or ""))
    yield from _of_clocks(body, law)
    for _, element_id, keys, *_ in body.get("offers", ()):
        yield Detail(kind="offered", name=law.name_of(element_id), keys=tuple(keys))
    yield from _withdrawn(body, law)
    if body.get("answerable"):
        yield Detail(kind="answers", name="", keys=(f"person:{body['answerable']}",))
    if body.get("outcome"):
        yield Detail(kind="outcome", name=str(body["outcome"]))


def _of_clocks(body: Mapping[str, Any], law: Law) -> Iterator[Detail]:
    """What began, changed and ended of the legal periods; a timer of the event's own goes without saying."""
    own_timers = {task for task, *_ in body.get("timers", ())}
    for number, name, _, _, _, _, due, *_ in body.get("clocks", ()):
        if number not in own_timers:
            yield Detail(kind="started", name=law.name_of_clock(name), due=from_microseconds(due))
    for stored in body.get("ledger", ()):
        yield _changed(ClockChange.from_json(stored), law)
    for name in body.get("stopped", ()):
        yield Detail(kind="stopped", name=law.name_of_clock(name), met=_met(body, name))


def _changed(change: ClockChange, law: Law) -> Detail:
    """What became of a clock."""
    return Detail(
        kind=str(change.change),
        name=law.name_of_clock(change.name),
        text=change.reason if change.change is Change.SUSPENDED else change.limit,
        due=None if change.due_at == NEVER else change.due_at,
    )


def _withdrawn(body: Mapping[str, Any], law: Law) -> Iterator[Detail]:
    """Tasks that were taken back because something else went first."""
    elements = {task: element_id for task, element_id, *_ in body.get("steps", ())}
    for number, what in body.get("closed", ()):
        if what != "completed" and number in elements:
            yield Detail(kind="cancelled", name=law.name_of(elements[number]))


def _decided(decision: str, matched: Any, law: Law) -> Detail:
    text = law.decision_text(decision)
    if text is None:
        return Detail(kind="decided", name=decision)
    read = _read_decision(text)
    rules = (read.rules.get(rule, rule) for _, hits in matched for rule in hits)
    return Detail(kind="decided", name=read.name or decision, rules=tuple(rules))


@lru_cache(maxsize=200)
def _read_decision(text: str) -> DecisionText:
    return read_decision(text)


def _operated(law: Law, element_id: str, operator: str, effect: Mapping[str, Any]) -> Iterator[Detail]:
    result = effect.get("result") if isinstance(effect.get("result"), Mapping) else {}
    assert isinstance(result, Mapping)
    match operator:
        case "compose-list":
            listed = str(result.get("text", ""))
            breach = bool(result.get("breach"))
            yield Detail(kind="listed", name=listed, number=str(result.get("number", "")), met=not breach)
            if ground := result.get("ground"):
                yield Detail(kind="proposed", name="", rules=(str(ground),))
        case "enter-register":
            yield Detail(kind="entered", name=law.name_of(element_id), number=str(result.get("number", "")))
        case "issue-notice":
            title, number = str(result.get("title", "")), str(result.get("number", ""))
            yield Detail(kind="noticed", name=title, number=number)
        case "record" if element_id:
            yield Detail(kind="recorded", name=law.name_of(element_id))
        case "notify" | "send-message" | "start-case":
            yield Detail(kind="sent", name=law.name_of(element_id))


def _met(body: Mapping[str, Any], name: str) -> bool:
    """Whether a clock that was stopped by its operator had not run out."""
    for _, _, operator, effect in body.get("operations", ()):
        if operator == "stop-clock" and effect.get("stops") == name:
            return bool((effect.get("result") or {}).get("met", True))
    return True
