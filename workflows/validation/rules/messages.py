"""Every message event, send task and receive task names a message of the file.

Without one it would be passed at once, or wait for something that has no name.
"""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from workflows.diagrams.xml import BPMN
from workflows.validation.finding import Problem
from workflows.validation.subject import Subject

TASKS = ("sendTask", "receiveTask")


def check(subject: Subject) -> Iterator[Problem]:
    messages = {node.get("id"): node for node in subject.diagram.root.findall(f"{{{BPMN}}}message")}
    for node in subject.diagram.root.iter(f"{{{BPMN}}}*"):
        kind = etree.QName(node).localname
        if kind not in TASKS and kind != "messageEventDefinition":
            continue
        owner = node if kind in TASKS else node.getparent()
        reference = node.get("messageRef")
        if reference is None or reference not in messages:
            identifier = owner.get("id") if owner is not None else None
            yield Problem(
                identifier,
                "没有指明是哪一个消息：请在属性中选择或新建消息。",
                "It does not say which message is meant: choose or create one in its properties.",
                "missing",
            )
    for identifier, node in messages.items():
        if not (node.get("name") or "").strip():
            yield Problem(
                identifier,
                f"消息“{identifier}”没有名称：请填写，消息按名称送达。",
                f"The message {identifier!r} has no name: give it one, messages are delivered by name.",
                "name",
            )
