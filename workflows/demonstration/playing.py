"""Playing the plan of a demonstration, act by act, on a simulated clock; what falls due meanwhile happens."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from sqlalchemy import Connection, Engine, select

from workflows.calendar_store import load_calendar
from workflows.cases import NotPermitted, claim_task, complete_task, start_case
from workflows.clock import SetClock
from workflows.database import reading, transaction
from workflows.demonstration.plan import Act, Kind, Plan, plan
from workflows.demonstration.progress import Overtaken, Progress, move_on, read_progress, with_case
from workflows.demonstration.visiting import take_visits_down
from workflows.duties import catch_up
from workflows.errors import WorkflowError
from workflows.notifications.board import forget_older
from workflows.outbox import Deliverer
from workflows.packages import Package, read_packages
from workflows.people import actor_of
from workflows.tables import IS_OPEN, tasks

logger = logging.getLogger(__name__)

#: What people were told so long ago they have read.
_UNREAD_FOR = timedelta(days=2)


@dataclass(frozen=True, kw_only=True)
class Demonstrated:
    """What was played."""

    cases: int
    acts: int
    #: Acts that the regulation did not allow at their time and that were left out.
    left_out: int


class _NoTask(WorkflowError):
    """There is no open task of this element."""

    code = "demonstration-no-task"
    message_zh = "演示时没有待办的“{element}”。"


def demonstrate(
    engine: Engine,
    directory: Path,
    deliverers: Mapping[str, Deliverer],
    *,
    report: Callable[[int, int], None] = lambda done, total: None,
) -> Demonstrated | None:
    """Play the demonstration that was intended, or the rest of one that was broken off.

    1. Before each act, do what has fallen due by itself, as the scheduler would have.
    2. An act and the note that it was taken are one transaction: broken off anywhere, it goes on from there.
    3. An act that is not allowed at its time (the calendar differs from the worked case's) is left out.

    Nothing but the engine writes. ``report`` is told how many acts of how many are done. Returns ``None``
    when there is nothing to play. If the packages have changed since it was begun, it ends where it is.
    """
    with reading(engine) as connection:
        progress = read_progress(connection)
        if progress is None or progress.finished:
            return None
        packages = read_packages(directory)
        planned = plan(packages, load_calendar(connection), until=progress.until, weeks=progress.weeks)
    play = _Playing(engine, planned, deliverers, packages)
    return play.run(progress, report)


class _Playing:
    """A demonstration being played."""

    def __init__(
        self,
        engine: Engine,
        planned: Plan,
        deliverers: Mapping[str, Deliverer],
        packages: Sequence[Package],
    ) -> None:
        self.engine, self.planned, self.deliverers, self.packages = engine, planned, deliverers, packages
        self.left_out = 0

    def run(self, progress: Progress, report: Callable[[int, int], None]) -> Demonstrated:
        acts = self.planned.acts
        clock = SetClock(acts[0].at if acts else progress.until)
        while progress.next < len(acts) and progress.mark in ("", self.planned.mark):
            clock.set(acts[progress.next].at)
            catch_up(self.engine, clock, self.deliverers)
            progress = self._step(progress, acts[progress.next])
            report(progress.next, len(acts))
        clock.set(progress.until)
        catch_up(self.engine, clock, self.deliverers)
        progress = self._finish(progress)
        # Those to whom a visitor was passed are told at once.
        catch_up(self.engine, clock, self.deliverers)
        with transaction(self.engine) as connection:
            # Who works there has read what they were told in these weeks.
            forget_older(connection, before=progress.until - _UNREAD_FOR, at=progress.until)
        return Demonstrated(cases=len(progress.cases), acts=len(acts), left_out=self.left_out)

    def _step(self, before: Progress, act: Act) -> Progress:
        after = replace(before, next=before.next + 1, mark=self.planned.mark)
        try:
            for user in dict.fromkeys((act.by, *act.others)):
                try:
                    with transaction(self.engine) as connection:
                        return move_on(connection, before, _take(connection, after, act, user))
                except NotPermitted:
                    continue
                except WorkflowError as error:
                    logger.debug("Left out of the demonstration: %s %s", act.what, error)
                    break
            self.left_out += 1
            with transaction(self.engine) as connection:
                return move_on(connection, before, after)
        except Overtaken:
            return self._again()

    def _finish(self, before: Progress) -> Progress:
        try:
            with transaction(self.engine) as connection:
                after = move_on(connection, before, replace(before, finished=True))
                take_visits_down(connection, self.packages, until=before.until)
                return after
        except Overtaken:
            return self._again()

    def _again(self) -> Progress:
        with reading(self.engine) as connection:
            found = read_progress(connection)
        assert found is not None
        return found


def _take(connection: Connection, progress: Progress, act: Act, user: str) -> Progress:
    by = actor_of(connection, user)
    if act.kind is Kind.OPEN:
        opened = start_case(connection, key=act.what, data=act.data, by=by, at=act.at)
        return with_case(progress, act.play, opened.id)
    case_id = dict(progress.cases).get(act.play)
    number = None if case_id is None else _open_task(connection, case_id, act.what)
    if case_id is None or number is None:
        raise _NoTask(element=act.what)
    claim_task(connection, case_id=case_id, number=number, by=by, at=act.at)
    if act.kind is Kind.DO:
        complete_task(connection, case_id=case_id, number=number, data=act.data, by=by, at=act.at)
    return progress


def _open_task(connection: Connection, case_id: int, element: str) -> int | None:
    found: int | None = connection.execute(
        select(tasks.c.number)
        .where(tasks.c.case_id == case_id, tasks.c.element_id == element, IS_OPEN)
        .order_by(tasks.c.number)
        .limit(1)
    ).scalar_one_or_none()
    return found
