"""The documents of a case: those on record as issued, those of completed tasks, and drafts of open ones."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby
from typing import Any

from markupsafe import Markup
from sqlalchemy import Connection

from workflows.cases.facts import CaseFacts
from workflows.cases.rerun import Rerun
from workflows.clock import BEIJING
from workflows.definitions.loading import NoSuchVersion
from workflows.forms.offering import Roll
from workflows.history import read_history
from workflows.office import office_of
from workflows.operators.filling import Filling
from workflows.operators.notices import NoSuchNotice
from workflows.reading.case_data import with_names
from workflows.reading.case_file import CaseFile, CaseTask, IssuedNotice, notices_of
from workflows.reading.law import Law
from workflows.reading.printing import print_notice, title_of
from workflows.reading.task_sheet import known_at


@dataclass(frozen=True, kw_only=True)
class Document:
    """A document, ready to be printed; identities are references."""

    notice: str
    title: str
    template: str
    filling: Filling
    #: The law of its case: the parameters it may name, and what those whom forms offered are called.
    law: Law
    #: When it was issued, or its task was completed; for a draft, now.
    at: datetime
    #: Its official number; empty where none was given.
    number: str = ""
    draft: bool = False

    def printed(self, shown: Callable[[Any], Any]) -> Markup:
        """The document as HTML; ``shown`` masks or reveals identities. Raises ``NoticeUnprintable``."""
        return print_notice(
            self.template,
            notice=self.notice,
            case=self.filling.case,
            data=shown(with_names(self.filling.data, self.law.versions, self._roll())),
            parameters=self.law.version.parameters,
            organisation=self.filling.organisation,
            today=self.at.astimezone(BEIJING).date(),
            number=self.number,
        )

    def _roll(self) -> Roll:
        """Names as they were when it was issued; what was not kept, as they are now."""
        roll = self.law.roll
        return replace(
            roll,
            people={**roll.people, **self.filling.people},
            units={**roll.units, **self.filling.units},
        )


def issued_document(connection: Connection, case: CaseFile, law: Law, notice: IssuedNotice) -> Document:
    """A document as it was issued, whatever the case has come to since.

    One that was issued before this was kept says what the case holds now.
    """
    filling = notice.filling or _filling(connection, case, "", case.data.get("", {}))
    return Document(
        notice=notice.notice,
        title=notice.title,
        template=_template(law, filling.process, notice.notice),
        filling=filling,
        law=law,
        at=notice.issued_at,
        number=notice.number,
    )


def task_document(
    connection: Connection, case: CaseFile, law: Law, task: CaseTask, *, now: datetime
) -> Document:
    """The document a task names.

    The issued one, where the task led to it or hands it over; otherwise what could be read when the task was
    completed; a draft while it has not been. Raises ``NoSuchNotice`` when the task names none.
    """
    name = _named(law, task)
    if name is None:
        raise NoSuchNotice(notice=None)
    issued = issued_by_task(connection, case, law).get(task.number)
    if issued is not None:
        return issued_document(connection, case, law, issued)
    completed = task.status == "completed"
    if completed:
        data = known_when_completed(connection, case, law, task.number)
    else:
        data = known_at(connection, case, law, task.number, now=now)
    template = law.resources(task.process).notices[name]
    return Document(
        notice=name,
        title=title_of(template, name),
        template=template,
        filling=_filling(connection, case, task.process, data),
        law=law,
        at=task.ended_at or now,
        draft=not completed,
    )


def documents_of_tasks(
    connection: Connection, case: CaseFile, law: Law
) -> Iterator[tuple[CaseTask, str, str]]:
    """Completed tasks with a document that is not on record as issued, its name, and its title."""
    issued = issued_by_task(connection, case, law)
    for task in case.tasks:
        name = _named(law, task)
        if name is not None and task.status == "completed" and task.number not in issued:
            yield task, name, title_of(law.resources(task.process).notices[name], name)


def issued_by_task(connection: Connection, case: CaseFile, law: Law) -> dict[int, IssuedNotice]:
    """Number of a task → the notice on record that is its document.

    A task either hands over what was issued before it was opened, or is followed by the issue of what it
    prepared. What one task of an element prepared is not what the next one starts from.
    """
    names = {task.number: name for task in case.tasks if (name := _named(law, task)) is not None}
    notices = [notice for notice in notices_of(connection, case.id) if notice.notice in names.values()]
    if not notices:
        return {}
    marks = _Marks.of(connection, case.id)
    found: dict[int, IssuedNotice] = {}
    preparing = sorted((task for task in case.tasks if task.number in names), key=_place)
    for _, tasks in groupby(preparing, key=lambda task: _place(task)[:2]):
        same = list(tasks)
        mine = [n for n in notices if n.notice == names[same[0].number] and _is_from(n, same[0].process)]
        found |= _pair(same, mine, marks)
    return found


def _place(task: CaseTask) -> tuple[str, str, int]:
    return task.process, task.element_id, task.number


def _is_from(notice: IssuedNotice, process: str) -> bool:
    return notice.filling is None or notice.filling.process == process


@dataclass(frozen=True, kw_only=True)
class _Marks:
    """Task → number of the event that opened it, and of the one that completed it."""

    opened: Mapping[int, int]
    completed: Mapping[int, int]

    @classmethod
    def of(cls, connection: Connection, case_id: int) -> _Marks:
        opened, completed = {}, {}
        for event in read_history(connection, case_id):
            for number, *_ in event.body.get("offers", ()):
                opened[number] = event.seq
            for number, what in event.body.get("closed", ()):
                if what == "completed":
                    completed[number] = event.seq
        return cls(opened=opened, completed=completed)


def _pair(tasks: Iterable[CaseTask], notices: list[IssuedNotice], marks: _Marks) -> dict[int, IssuedNotice]:
    """The notices of tasks of one element, the oldest first."""
    found: dict[int, IssuedNotice] = {}
    prepared: set[int] = set()
    for task in tasks:
        taken = {notice.id for notice in found.values()}
        opened, completed = marks.opened.get(task.number, 0), marks.completed.get(task.number)
        before = [one for one in notices if one.seq <= opened and one.id not in prepared]
        # Several rounds may be handed over in one event: each its own.
        together = [one for one in before if one.seq == opened and one.id not in taken]
        if before:
            found[task.number] = together[0] if together else before[-1]
        elif completed is not None:
            after = [one for one in notices if one.seq >= completed and one.id not in taken]
            if after:
                found[task.number] = after[0]
                prepared.add(after[0].id)
    return found


def known_when_completed(connection: Connection, case: CaseFile, law: Law, number: int) -> Mapping[str, Any]:
    """What could be read where a task stands when it was completed, with what was handed in there.

    The case is executed again up to then. Raises ``NoSuchNotice`` when its history does not know the task.
    """
    facts = CaseFacts(
        id=case.id,
        number=case.number,
        organisation=case.organisation,
        opened_at=case.opened_at,
        opened_by=case.opened_by,
    )
    run = Rerun(facts, law.version)
    for event in read_history(connection, case.id):
        command = event.body.get("command", {})
        if event.kind == "completed" and command.get("task") == number:
            return {**run.known(number), **(command.get("data") or {})}
        run.execute(event)
    raise NoSuchNotice(notice=number)


def _named(law: Law, task: CaseTask) -> str | None:
    """Name of the notice a task is to print, where its version has it."""
    element = law.element(task.element_id, task.process)
    name = element.properties.get("notice") if element is not None else None
    return name if name is not None and name in law.resources(task.process).notices else None


def _template(law: Law, process: str, notice: str) -> str:
    try:
        found = law.resources(process).notices.get(notice)
    except NoSuchVersion:
        found = None
    return found or law.notice_text(notice) or ""


def _filling(connection: Connection, case: CaseFile, process: str, data: Mapping[str, Any]) -> Filling:
    return Filling(
        process=process,
        case={"number": case.number, "title": case.title},
        data=data,
        organisation=office_of(connection, case.organisation).letterhead,
    )
