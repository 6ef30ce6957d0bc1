"""A clock that is asked about is started somewhere in the diagram.

``clock("reply")`` has no due moment when no timer and no operator starts a clock of that name.
"""

from __future__ import annotations

from collections.abc import Iterator

from workflows.validation.clock_names import asked_clocks, stands_alone, started_clocks
from workflows.validation.finding import Problem
from workflows.validation.subject import Subject
from workflows.validation.suggestion import did_you_mean


def check(subject: Subject) -> Iterator[Problem]:
    if not stands_alone(subject):
        return
    started = started_clocks(subject)
    for element_id, name in asked_clocks(subject):
        if name not in started:
            zh, en = did_you_mean(name, started)
            yield Problem(
                element_id,
                f"时钟“{name}”没有启动：请在定时器上加属性 clock，或用启动时钟的操作。{zh}",
                f"Nothing starts the clock {name!r}: give a timer the property clock, or use an "
                f"operator.{en}",
            )
