"""A clock that only another process of the same case can have started is pointed out.

A called process may rely on its caller's clocks, and the reverse; the author should know that it does.
"""

from __future__ import annotations

from collections.abc import Iterator

from workflows.validation.clock_names import asked_clocks, stands_alone, started_clocks
from workflows.validation.finding import Problem
from workflows.validation.subject import Subject
from workflows.validation.suggestion import did_you_mean


def check(subject: Subject) -> Iterator[Problem]:
    if stands_alone(subject):
        return
    started = started_clocks(subject)
    for element_id, name in asked_clocks(subject):
        if name not in started:
            zh, en = did_you_mean(name, started)
            yield Problem(
                element_id,
                f"时钟“{name}”不在本图中启动：请确认调用方或被调用的流程会启动它。{zh}",
                f"The clock {name!r} is not started in this diagram: make sure that a caller or a "
                "called process "
                f"starts it.{en}",
            )
