"""The public face of a case: what its applicant may know without an account, and nothing else.

Which regulations show more than status, dates and outcome, and in which words, is said by their diagrams:
``public`` of the process, of its tasks and its ends, ``public.required`` of its tasks,
``public.clock.<name>``, ``public.notice.<notice>``. No person is ever named.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Connection, select

from workflows.calendar_store import load_calendar
from workflows.cases.clock_state import ClockState
from workflows.definitions import LoadedVersion
from workflows.diagrams import Tone
from workflows.lamps import Urgency, urgency
from workflows.ledger import SpanKind
from workflows.provenance import Mark
from workflows.reading.case_file import (
    CaseClock,
    CaseFile,
    CaseTask,
    IssuedNotice,
    clocks_of,
    names_of_files,
    notices_of,
    open_file,
)
from workflows.reading.clock_file import clock_file
from workflows.reading.documents import documents_of_tasks
from workflows.reading.law import Law, law_of
from workflows.tables import cases, events


@dataclass(frozen=True, kw_only=True)
class PublicClock:
    """A legal period the applicant may rely on, with what its due date follows from."""

    label: str
    clock: CaseClock
    #: Rest days and holidays that were skipped, of a period in working days.
    rest_days: int
    #: How often it stood still.
    suspensions: int
    #: Why it stands still; empty while it runs.
    standing: str
    #: What is left of it now.
    urgency: Urgency


@dataclass(frozen=True, kw_only=True)
class PublicStep:
    """Where the case stands; ``said`` is empty for a step that is no business of the applicant's."""

    said: str
    #: What the applicant has to do now; empty where nothing is.
    required: str = ""
    #: Until when; null without a period.
    until: datetime | None = None
    provisional: bool = False


@dataclass(frozen=True, kw_only=True)
class PublicNotice:
    """A document addressed to the applicant: one on record as issued, or that of a completed task."""

    title: str
    at: datetime
    notice: str
    number: str = ""
    issued: IssuedNotice | None = None
    task: CaseTask | None = None


@dataclass(frozen=True, kw_only=True)
class PublicFace:
    """What the holder of a receipt sees."""

    case: CaseFile
    law: Law
    #: Whether the regulation shows more than status, dates and outcome.
    detailed: bool
    #: How it ended, in words for the applicant.
    outcome: str = ""
    tone: Tone = Tone.NEUTRAL
    #: Where the case stands, each step once.
    steps: tuple[PublicStep, ...] = ()
    #: Names of the files handed in with the application.
    received: tuple[str, ...] = ()
    clocks: tuple[PublicClock, ...] = ()
    notices: tuple[PublicNotice, ...] = ()


def public_face(connection: Connection, case_id: int, *, now: datetime) -> PublicFace:
    """What the applicant of a case may know at ``now``."""
    number = connection.execute(select(cases.c.number).where(cases.c.id == case_id)).scalar_one()
    case = open_file(connection, number)
    law = law_of(connection, case.version_id)
    if _words(law).get("public") != "true":
        return PublicFace(
            case=case,
            law=law,
            detailed=False,
            outcome=case.outcome or "",
            tone=law.tone_of(case.outcome),
        )
    return PublicFace(
        case=case,
        law=law,
        detailed=True,
        outcome=_outcome(case, law),
        tone=law.tone_of(case.outcome),
        steps=tuple(dict.fromkeys(_steps(case, law))),
        received=tuple(_received(connection, case_id)),
        clocks=tuple(_clocks(connection, case, law, now)),
        notices=tuple(_notices(connection, case, law)),
    )


def _words(law: Law) -> Mapping[str, str]:
    """Properties of the process, and what the processes it calls say about clocks and notices."""
    found: dict[str, str] = {}
    for version in reversed(law.versions):
        found.pop("public", None)
        found |= version.process.diagram.processes[version.key].properties
    return found


def _outcome(case: CaseFile, law: Law) -> str:
    """The outcome as an end event words it for the applicant, otherwise as the office does."""
    for element in law.ends_in(case.outcome):
        if "public" in element.properties:
            return element.properties["public"]
    return case.outcome or ""


def _steps(case: CaseFile, law: Law) -> Iterator[PublicStep]:
    """What the open tasks are called; the names of steps stay inside unless their process is public."""
    public = {version.process.key for version in law.versions if _is_public(version)}
    for task in case.open_tasks:
        element = law.element(task.element_id, task.process)
        words = element.properties if element is not None else {}
        required = words.get("public.required", "")
        yield PublicStep(
            said=words.get("public") or (task.name if task.process in public else ""),
            required=required,
            until=task.due_at if required else None,
            provisional=task.provisional and bool(required),
        )


def _is_public(version: LoadedVersion) -> bool:
    return version.process.diagram.processes[version.key].properties.get("public") == "true"


def _received(connection: Connection, case_id: int) -> Iterator[str]:
    opened = select(events.c.body).where(events.c.case_id == case_id, events.c.kind == "opened")
    body = connection.execute(opened).scalar_one()
    names = names_of_files(connection, case_id)
    for text in _texts(orjson.loads(body).get("command", {}).get("data")):
        if text in names:
            yield names[text]


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping | list):
        for item in value.values() if isinstance(value, Mapping) else value:
            yield from _texts(item)


def _clocks(connection: Connection, case: CaseFile, law: Law, now: datetime) -> Iterator[PublicClock]:
    calendar = load_calendar(connection, case.organisation)
    words = _words(law)
    for clock in clocks_of(connection, case.id, now=now):
        label = words.get(f"public.clock.{clock.name}")
        if label is not None and clock.state is not ClockState.SUPERSEDED:
            file = clock_file(connection, case, clock.number, now=now)
            yield PublicClock(
                label=label,
                clock=clock,
                rest_days=sum(day.has(Mark.SKIPPED) for day in file.proof.days),
                suspensions=sum(span.kind is SpanKind.SUSPENDED for span in file.spans),
                standing=file.suspension.reason if file.suspension is not None else "",
                urgency=urgency(file.due_at, now=now, calendar=calendar),
            )


def _notices(connection: Connection, case: CaseFile, law: Law) -> Iterator[PublicNotice]:
    words = _words(law)
    for one in notices_of(connection, case.id):
        title = words.get(f"public.notice.{one.notice}")
        if title is not None:
            yield PublicNotice(
                title=title, at=one.issued_at, notice=one.notice, number=one.number, issued=one
            )
    for task, name, _ in documents_of_tasks(connection, case, law):
        title = words.get(f"public.notice.{name}")
        if title is not None and task.ended_at is not None:
            yield PublicNotice(title=title, at=task.ended_at, notice=name, task=task)
