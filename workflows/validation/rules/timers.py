"""A timer says when, once: with a period or a date, never as a cycle; one that starts cases names a rhythm.

A timer without text would fire at once or never; a repeated reminder is a schedule, not a timer.
"""

from __future__ import annotations

from collections.abc import Iterator

from workflows.diagrams import Element, EventDefinition
from workflows.periods import InvalidPeriod, period
from workflows.schedules import Rhythm
from workflows.validation.expressions import is_iso
from workflows.validation.finding import Problem
from workflows.validation.iso import is_moment
from workflows.validation.subject import Subject, shown


def check(subject: Subject) -> Iterator[Problem]:
    for element in subject.diagram.elements.values():
        check_one = _check_schedule if element.kind == "startEvent" else _check_timer
        for event in element.events:
            if event.kind == "timer":
                yield from check_one(element, event)


def _check_schedule(element: Element, event: EventDefinition) -> Iterator[Problem]:
    rhythms = [str(rhythm) for rhythm in Rhythm]
    if event.text.strip('"') not in rhythms:
        yield Problem(
            element.id,
            f"定时开始事件“{shown(element)}”应写明多久一次：{'、'.join(rhythms)}。",
            f"The timer start event {shown(element)!r} must say how often: {', '.join(rhythms)}.",
            "schedule",
        )


def _check_timer(element: Element, event: EventDefinition) -> Iterator[Problem]:
    if event.timer_kind == "cycle":
        yield Problem(
            element.id,
            f"定时器“{shown(element)}”是循环定时器，不支持：重复的提醒请设为日程，或用循环中的普通定时器。",
            f"The timer {shown(element)!r} is a cycle, which is not supported: make a repeated reminder a "
            "schedule, or put a plain timer into a loop.",
            "cycle",
        )
    elif not event.text:
        yield Problem(
            element.id,
            f"定时器“{shown(element)}”没有写明时间：请填写期限或日期，例如 workdays(2)。",
            f"The timer {shown(element)!r} does not say when: give a period or a date like workdays(2).",
            "empty",
        )
    elif is_iso(event.text) and not _countable(event.text):
        yield Problem(
            element.id,
            f"定时器“{shown(element)}”的时间“{event.text}”不能计算：请写成 P5D、PT30M 或 2026-10-09 这样。",
            f"The time {event.text!r} of the timer {shown(element)!r} cannot be counted: write for example "
            "P5D, PT30M or 2026-10-09.",
            "iso",
        )


def _countable(text: str) -> bool:
    if not text.startswith("P"):
        return is_moment(text)
    try:
        period(text)
    except InvalidPeriod:
        return False
    return True
