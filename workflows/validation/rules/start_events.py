"""A process has a start event and at most one plain one; a sub-process has exactly one, a plain one.

With two plain starts nobody could say where a case begins; a called process is entered at its plain start.
"""

from __future__ import annotations

from collections.abc import Iterator

from workflows.diagrams import Element
from workflows.diagrams.model import CONTAINERS
from workflows.validation.finding import Problem
from workflows.validation.subject import Subject, shown


def check(subject: Subject) -> Iterator[Problem]:
    for process in subject.diagram.processes.values():
        starts = _starts(subject, process.id)
        called = any(key.startswith(("input.", "output.")) for key in process.properties)
        yield from _check_process(process.id, starts, called=called)
    for element in subject.diagram.elements.values():
        if element.kind in CONTAINERS and not element.triggered_by_event:
            yield from _check_sub_process(element, _starts(subject, element.id))


def _starts(subject: Subject, container: str) -> list[Element]:
    return [one for one in subject.graph.inside.get(container, ()) if one.kind == "startEvent"]


def _check_process(process: str, starts: list[Element], *, called: bool) -> Iterator[Problem]:
    plain = [start for start in starts if not start.events]
    if not starts:
        yield Problem(
            process, "流程没有开始事件：请加上。", "The process has no start event: add one.", "none"
        )
    elif called and not plain:
        yield Problem(
            process,
            "声明了输入或输出的流程由其他流程调用，需要一个普通开始事件。",
            "A process with declared inputs or outputs is called by others and needs a plain start event.",
            "plain",
        )
    for extra in plain[1:]:
        yield Problem(
            extra.id,
            f"有多个普通开始事件，“{shown(extra)}”是多余的：请只留一个，用网关分开情形。",
            f"There are several plain start events; {shown(extra)!r} is one too many: keep one and "
            "use a gateway.",
            "several",
        )
    messages: set[str] = set()
    for start in starts:
        for event in start.events:
            if event.kind == "message" and event.reference in messages:
                yield Problem(
                    start.id,
                    f"消息“{event.reference}”有两个开始事件：请合并为一个。",
                    f"Two start events wait for the message {event.reference!r}: keep one.",
                    "message",
                )
            messages.add(event.reference or "")


def _check_sub_process(element: Element, starts: list[Element]) -> Iterator[Problem]:
    if len(starts) == 1 and not starts[0].events:
        return
    yield Problem(
        element.id,
        f"子流程“{shown(element)}”应当恰好有一个普通开始事件，现有 {len(starts)} 个开始事件。",
        f"The sub-process {shown(element)!r} needs exactly one plain start event; it has {len(starts)}.",
        "sub-process",
    )
