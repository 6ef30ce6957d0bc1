"""Only elements the engine executes are used.

Scripts, untyped tasks, complex gateways, ad-hoc and event sub-processes, compensation, parallel event-based
gateways and the like would be skipped, would stall the case, or would start at the wrong time.
"""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from workflows.diagrams import Element
from workflows.diagrams.xml import BPMN
from workflows.validation.finding import Problem
from workflows.validation.subject import Subject, shown

KINDS = {
    "task": (
        "没有说明是哪一种任务：请改为用户任务、手工任务、服务任务或业务规则任务",
        "does not say what kind of task it is: make it a user, manual, service or business rule task",
    ),
    "scriptTask": (
        "是脚本任务，流程图中不允许脚本：请改为服务任务并选用一个操作，或用业务规则任务计算",
        "is a script task and scripts are not allowed: use a service task with an operator, or a decision",
    ),
    "complexGateway": (
        "是复杂网关，无法执行：请用包容网关或并行网关加条件表示",
        "is a complex gateway, which cannot be executed: use inclusive or parallel gateways with conditions",
    ),
    "adHocSubProcess": (
        "是即席子流程，无法执行：请画出步骤的次序，可选的步骤用包容网关",
        "is an ad-hoc sub-process, which cannot be executed: draw the order, with an inclusive gateway for "
        "optional steps",
    ),
}
#: Attribute and value → case, Chinese, English.
ATTRIBUTES = {
    ("triggeredByEvent", "true"): (
        "event-sub-process",
        "是事件子流程，会在错误的时刻启动：请改为边界事件，或另立一个流程",
        "is an event sub-process, which would start at the wrong time: use a boundary event or a process of "
        "its own",
    ),
    ("isForCompensation", "true"): (
        "compensation",
        "用于补偿，补偿不会执行：请画出撤销的步骤",
        "is for compensation, which is never executed: draw the steps that undo the work",
    ),
    ("instantiate", "true"): (
        "instantiate",
        "被标为启动流程（instantiate）：请改用消息开始事件",
        "is marked as starting the process (instantiate): use a message start event",
    ),
    ("eventGatewayType", "Parallel"): (
        "parallel-event-gateway",
        "是并行的事件网关，只会等到一个事件：请改用并行网关后接各个事件",
        "is a parallel event-based gateway, but only one event would be awaited: use a parallel gateway",
    ),
    ("parallelMultiple", "true"): (
        "parallel-multiple",
        "要等待几个事件同时发生，无法执行：请改用并行网关后接各个事件",
        "waits for several events together, which cannot be executed: use a parallel gateway before them",
    ),
}


def check(subject: Subject) -> Iterator[Problem]:
    for element in subject.diagram.elements.values():
        if element.kind in KINDS:
            zh, en = KINDS[element.kind]
            yield Problem(element.id, f"“{shown(element)}”{zh}。", f"{shown(element)!r} {en}.", element.kind)
        yield from _by_attributes(element)
        yield from _by_quantity(element)
    yield from _global_tasks(subject.diagram.root)


def _by_attributes(element: Element) -> Iterator[Problem]:
    for (attribute, refused), (case, zh, en) in ATTRIBUTES.items():
        value = element.attributes.get(attribute, "")
        if value == refused or (refused == "true" and value == "1"):
            yield Problem(element.id, f"“{shown(element)}”{zh}。", f"{shown(element)!r} {en}.", case)


def _by_quantity(element: Element) -> Iterator[Problem]:
    for attribute in ("startQuantity", "completionQuantity"):
        if element.attributes.get(attribute, "1").strip() != "1":
            yield Problem(
                element.id,
                f"“{shown(element)}”设置了 {attribute}，它不会生效：请改用多实例。",
                f"{shown(element)!r} sets {attribute}, which has no effect: use multi-instance instead.",
                "quantity",
            )


def _global_tasks(root: etree._Element) -> Iterator[Problem]:
    for node in root:
        kind = etree.QName(node).localname
        if kind.startswith("global") and etree.QName(node).namespace == BPMN:
            yield Problem(
                node.get("id"),
                f"全局任务（{kind}）无法执行：请画成单独的流程，再用调用活动引用它。",
                f"A global task ({kind}) cannot be executed: draw a process of its own and call it.",
                "global-task",
            )
