"""What the caller may look at: the same questions the pages ask, the same answers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection

from app.installation import installation
from app.signing_in import me
from workflows.cases import NotPermitted, TaskClaimedByAnother
from workflows.cases.open_case import CaseEnded
from workflows.database import reading
from workflows.engine.stepping import TaskNotOpen
from workflows.errors import WorkflowError
from workflows.reading.access import check_reader, check_task_reader, sees_everything
from workflows.reading.case_file import CaseFile, CaseTask, open_file


class NoSuchTask(WorkflowError):
    """The case has no such task."""

    code = "no-such-task"
    message_zh = "案件 {case} 没有第 {number} 项任务。"


def readable(connection: Connection, number: str) -> CaseFile:
    """A case the caller may read. Raises ``NoSuchCase``, ``NotPermitted``."""
    case = open_file(connection, number)
    check_reader(me(), case)
    return case


def task_and_case(connection: Connection, case_number: str, number: int) -> tuple[CaseFile, CaseTask]:
    """A task the caller may see. Raises ``NoSuchCase``, ``NotPermitted``, ``NoSuchTask``."""
    case = open_file(connection, case_number)
    task = case.task(number)
    if task is None:
        check_reader(me(), case)
        raise NoSuchTask(case=case.number, number=number)
    check_task_reader(me(), case, task)
    return case, task


@contextmanager
def told_what_is_theirs(case_number: str, number: int) -> Iterator[None]:
    """For a command on a task: who may not even look at it is told no more than looking would tell.

    The command itself checks who may do it; only a refused one is worth a second question. Raises what
    ``task_and_case`` raises before what the command raised.
    """
    try:
        yield
    except (NotPermitted, TaskNotOpen, TaskClaimedByAnother, CaseEnded):
        with reading(installation().engine) as connection:
            task_and_case(connection, case_number, number)
        raise


def check_watcher(what: str) -> None:
    """Raise ``NotPermitted`` unless the caller watches over the whole organisation."""
    if not sees_everything(me()):
        raise NotPermitted(user=me().user, what=what)
