"""Extension elements are only those the engine reads, and only where it reads them.

Scripts before and after a task (``preScript``, ``postScript``), unit tests, payload expressions, and an
operator or a decision on the wrong kind of task would be ignored.
"""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from workflows.diagrams.xml import BPMN, SPIFF
from workflows.validation.finding import Problem
from workflows.validation.subject import Subject

#: Extension → the kinds of element that may carry it; ``None``: any.
ALLOWED: dict[str, frozenset[str] | None] = {
    "properties": None,
    "instructionsForEndUser": None,
    "calledDecisionId": frozenset({"businessRuleTask"}),
    "serviceTaskOperator": frozenset({"serviceTask"}),
}
INSTEAD = {
    "preScript": ("请改用服务任务", "use a service task before it"),
    "postScript": ("请改用服务任务", "use a service task after it"),
    "unitTests": ("请改写为演练用例（scenarios）", "write a scenario instead"),
    "variableName": ("消息的字段由属性 form 说明", "the property form says what a message may bring"),
    "messageVariable": ("消息的字段由属性 form 说明", "the property form says what a message may bring"),
    "payloadExpression": ("请改用发送消息的操作", "send the message with an operator"),
    "messagePayload": ("请改用发送消息的操作", "send the message with an operator"),
    "calledDecisionId": ("请改为业务规则任务", "make it a business rule task"),
    "serviceTaskOperator": ("请改为服务任务", "make it a service task"),
}
ELSE = ("请删除", "remove it")


def check(subject: Subject) -> Iterator[Problem]:
    for extensions in subject.diagram.root.iter(f"{{{BPMN}}}extensionElements"):
        owner = extensions.getparent()
        if owner is None:
            continue
        for node in extensions.iterchildren(f"{{{SPIFF}}}*"):
            yield from _check_one(owner, etree.QName(node).localname)
    for node in subject.diagram.root.iter(f"{{{SPIFF}}}retry"):
        yield Problem(
            _owner_id(node),
            "操作的重试设置（retry）不会生效：请删除，重试由系统设置决定。",
            "The retry settings of an operator have no effect: remove them.",
            "retry",
        )


def _check_one(owner: etree._Element, name: str) -> Iterator[Problem]:
    kinds = ALLOWED.get(name, frozenset())
    if kinds is not None and etree.QName(owner).localname not in kinds:
        zh, en = INSTEAD.get(name, ELSE)
        yield Problem(
            owner.get("id"),
            f"扩展元素 {name} 在这里不会生效：{zh}。",
            f"The extension {name} has no effect here: {en}.",
            name,
        )


def _owner_id(node: etree._Element) -> str | None:
    return next((parent.get("id") for parent in node.iterancestors(f"{{{BPMN}}}*") if parent.get("id")), None)
