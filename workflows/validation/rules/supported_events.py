"""Each event is of a kind the engine executes where it stands.

Link and compensation events end in nothing, cancel events are not run, an event with several definitions
would keep only some of them, and a signal or condition cannot start a case.
"""

from __future__ import annotations

from collections.abc import Iterator

from workflows.diagrams import Element
from workflows.diagrams.model import EVENTS
from workflows.diagrams.xml import BPMN
from workflows.validation.finding import Problem
from workflows.validation.subject import Subject, shown

ALLOWED = {
    "startEvent": frozenset({"message", "timer"}),
    "endEvent": frozenset({"terminate", "message", "error", "escalation"}),
    "intermediateCatchEvent": frozenset({"timer", "message", "signal", "conditional"}),
    "intermediateThrowEvent": frozenset({"message", "signal", "escalation"}),
    "boundaryEvent": frozenset({"timer", "message", "signal", "error", "escalation", "conditional"}),
}
INSTEAD = {
    "link": ("请直接画一条顺序流", "draw a sequence flow"),
    "compensate": ("请画出撤销的步骤", "draw the steps that undo the work"),
    "cancel": ("请用错误结束事件和错误边界事件", "use an error end event and an error boundary event"),
    "signal": ("请改用消息", "use a message"),
    "conditional": ("请改用消息或定时器开始事件", "use a message or timer start event"),
}
ELSE = ("请改用普通事件", "use a plain event")


def check(subject: Subject) -> Iterator[Problem]:
    for element in subject.diagram.elements.values():
        if element.kind not in EVENTS:
            continue
        yield from _number_of_definitions(element)
        for event in element.events:
            if event.kind not in ALLOWED[element.kind]:
                zh, en = INSTEAD.get(event.kind, ELSE)
                yield Problem(
                    element.id,
                    f"“{shown(element)}”：这里不支持 {event.kind} 事件，它不会被执行：{zh}。",
                    f"{shown(element)!r}: a {event.kind} event is not executed here: {en}.",
                    event.kind,
                )


def _number_of_definitions(element: Element) -> Iterator[Problem]:
    if element.node.find(f"{{{BPMN}}}eventDefinitionRef") is not None:
        yield Problem(
            element.id,
            f"“{shown(element)}”引用了别处的事件定义，它不会生效：请把定义写在事件里。",
            f"{shown(element)!r} refers to an event definition elsewhere, which is ignored: put it inside.",
            "reference",
        )
    if len(element.events) > 1:
        yield Problem(
            element.id,
            f"“{shown(element)}”有 {len(element.events)} 个事件定义，只能有一个：请拆成几个事件。",
            f"{shown(element)!r} has {len(element.events)} event definitions instead of one: split it.",
            "several",
        )
    elif not element.events and element.kind in ("intermediateCatchEvent", "boundaryEvent"):
        yield Problem(
            element.id,
            f"“{shown(element)}”没有说明等待什么：请选择定时器、消息、信号或条件。",
            f"{shown(element)!r} does not say what it waits for: make it a timer, message, signal or "
            "condition.",
            "none",
        )
