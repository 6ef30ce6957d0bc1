"""Tasks as they become open to people: for whom they are, by when, and to whom they are given."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workflows.calendars import Deadline
from workflows.cases.facts import Distribution, Offer, Vacancy
from workflows.cases.keys import as_keys
from workflows.cases.limits import usable_limit
from workflows.cases.started_clock import deadline_record
from workflows.engine.faults import NobodyMayDoIt
from workflows.engine.tree import CaseTask

if TYPE_CHECKING:
    from workflows.cases.turn import Turn


def offer_of(turn: Turn, task: CaseTask) -> Offer:
    """The task as it becomes open to people: for whom, by when, and to whom it is given.

    Raises ``NobodyMayDoIt`` when its candidates are nobody.
    """
    element = task.element
    assert element is not None
    feel = task.task_spec.feel
    candidates = feel.get("candidates")
    keys = as_keys(turn.evaluate(task.scope, candidates)) if candidates is not None else []
    if not keys:
        raise NobodyMayDoIt(element=element.id, expression=candidates.text if candidates else "")
    excluded = as_keys(turn.evaluate(task.scope, feel["exclude"])) if "exclude" in feel else []
    barred = [key.removeprefix("person:") for key in excluded]
    priority = turn.value(task.scope, feel["priority"]) if "priority" in feel else 0
    return Offer(
        number=task.id,
        element_id=element.id,
        process=task.workflow.spec.process_key,
        name=element.name or element.id,
        keys=keys,
        excluded=barred,
        priority=priority if isinstance(priority, int) else 0,
        clock=element.properties.get("clock"),
        norm=_norm(turn, task),
        dispatched_to=_dispatch(turn, task, keys, barred),
    )


def _dispatch(turn: Turn, task: CaseTask, keys: list[str], excluded: list[str]) -> str | None:
    """To whom a task is given when it opens; null when its candidates take it themselves."""
    rule = Distribution(task.task_spec.distribution or Distribution.FREE)
    if rule is Distribution.FREE:
        return None
    by_skill = rule is Distribution.SKILL and "skill" in task.task_spec.feel
    skill = turn.value(task.scope, task.task_spec.feel["skill"]) if by_skill else None
    to = turn.outside.dispatch(
        turn,
        Vacancy(
            number=task.id,
            rule=rule,
            keys=keys,
            excluded=excluded,
            skill=skill if isinstance(skill, str) else None,
        ),
    )
    if to is not None:
        turn.dispatched.append([task.id, to])
    return to


def _norm(turn: Turn, task: CaseTask) -> Deadline | None:
    """When the office's own norm for a task is over, if the diagram gives one."""
    expression = task.task_spec.feel.get("due")
    if expression is None or task.element is None:
        return None
    limit = usable_limit(turn.evaluate(task.scope, expression), task.element.id, expression.text)
    counted = turn.outside.deadline(task.id, limit, start=turn.at)
    turn.norms.append(deadline_record(task.id, counted))
    return counted
