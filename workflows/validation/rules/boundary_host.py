"""A boundary event is attached to an activity beside it that can raise it.

On anything else, or as an error on a task that raises none, it would never happen.
"""

from __future__ import annotations

from collections.abc import Iterator

from workflows.diagrams import Element
from workflows.diagrams.model import ACTIVITIES
from workflows.validation.finding import Problem
from workflows.validation.subject import Subject, shown

RAISING = ("subProcess", "transaction", "callActivity")


def check(subject: Subject) -> Iterator[Problem]:
    for event in subject.diagram.of_kind("boundaryEvent"):
        host = subject.diagram.elements.get(event.attached_to or "")
        if host is None or host.kind not in ACTIVITIES or host.container != event.container:
            yield Problem(
                event.id,
                f"边界事件“{shown(event)}”没有附在任务或子流程上：请重新附上或删除。",
                f"The boundary event {shown(event)!r} is not attached to an activity beside it: "
                "attach it again.",
                "host",
            )
            continue
        yield from _check_kind(event, host)


def _check_kind(event: Element, host: Element) -> Iterator[Problem]:
    for definition in event.events:
        if definition.kind in ("error", "escalation") and host.kind not in RAISING:
            yield Problem(
                event.id,
                f"“{shown(host)}”不会抛出错误或升级，“{shown(event)}”永远不会发生：请附在子流程或调用活动上。",
                f"{shown(host)!r} raises no error or escalation, so {shown(event)!r} never happens: "
                "attach it to "
                "a sub-process or a call activity.",
                "raises",
            )
        if definition.kind == "error" and not event.interrupting:
            yield Problem(
                event.id,
                f"错误边界事件“{shown(event)}”必须中断：请去掉“非中断”。",
                f"The error boundary event {shown(event)!r} must interrupt.",
                "interrupting",
            )
