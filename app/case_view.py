"""A case as one page looks at it: whose eyes, at what time, with which names and identities."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from app.installation import installation
from app.signing_in import me
from app.wording import Names, lamp_of, users_in
from workflows.calendar_store import load_calendar
from workflows.calendars import WorkingCalendar
from workflows.cases.identities import mask, reveal
from workflows.engine.stepping import TaskNotOpen
from workflows.lamps import Urgency
from workflows.office import names_of, office_of
from workflows.reading.access import check_reader, check_task_reader, may_know_identities
from workflows.reading.case_file import CaseFile, CaseTask, open_file
from workflows.reading.law import Law, law_of


@dataclass(frozen=True, kw_only=True)
class CaseView:
    """A case with what every page about it needs."""

    case: CaseFile
    law: Law
    #: Whether identities are shown to this person.
    knows: bool
    now: datetime
    calendar: WorkingCalendar

    def shown(self, connection: Connection, data: Any) -> Any:
        """Data of the case with identities as this person may see them."""
        return reveal(connection, self.case.id, data) if self.knows else mask(data)

    def lamp(self, task: CaseTask) -> Urgency:
        """The lamp of a task."""
        return lamp_of(task.due_at, self.calendar, self.now)

    def names(self, connection: Connection, others: Iterable[str | None] = ()) -> Names:
        """Names of all who appear in the case, and of ``others`` (users and keys)."""
        users = users_in(
            [self.case.opened_by, self.case.answerable, me().user, *me().lent],
            *([task.assignee, task.ended_by, *task.keys] for task in self.case.tasks),
            *([task.offered_to, task.lent_by, task.returned_by] for task in self.case.tasks),
            others,
        )
        return Names(office_of(connection, self.case.organisation), names_of(connection, users))


def case_view(connection: Connection, number: str) -> CaseView:
    """A case whose task somebody looks at; the page checks which. Raises ``NoSuchCase``."""
    case = open_file(connection, number)
    law = law_of(connection, case.version_id)
    return CaseView(
        case=case,
        law=law,
        knows=may_know_identities(connection, me(), case, law),
        now=installation().clock.now(),
        calendar=load_calendar(connection, case.organisation),
    )


def readable_task(view: CaseView, number: int) -> CaseTask:
    """A task of the case this person may see.

    Raises ``NoSuchCase``, ``NotPermitted``, and ``TaskNotOpen`` to readers of the case when it has none such.
    """
    task = view.case.task(number)
    if task is None:
        check_reader(me(), view.case)
        raise TaskNotOpen(number=number, case=view.case.number)
    check_task_reader(me(), view.case, task)
    return task


def readable_case(connection: Connection, number: str) -> CaseView:
    """A case this person may read. Raises ``NoSuchCase``, ``NotPermitted``."""
    view = case_view(connection, number)
    check_reader(me(), view.case)
    return view
