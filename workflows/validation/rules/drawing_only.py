"""Data objects, data stores, data associations, message flows and resource roles are drawing only.

They may explain a diagram, but nothing is stored, sent or assigned because of them.
"""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from workflows.diagrams.xml import BPMN
from workflows.validation.finding import Problem
from workflows.validation.subject import Subject

FORM = ("案件数据来自表单和操作", "case data comes from forms and operators")
PEOPLE = ("由谁办理写在泳道或任务的属性 candidates 中", "the property candidates says who may do it")
MESSAGES = ("消息由消息事件或操作发送", "messages are sent by events or operators")
KINDS = {
    "dataObjectReference": FORM,
    "dataStoreReference": FORM,
    "dataInputAssociation": FORM,
    "dataOutputAssociation": FORM,
    "property": FORM,
    "messageFlow": MESSAGES,
    "correlationSubscription": MESSAGES,
    "performer": PEOPLE,
    "humanPerformer": PEOPLE,
    "potentialOwner": PEOPLE,
    "resourceRole": PEOPLE,
}


def check(subject: Subject) -> Iterator[Problem]:
    for node in subject.diagram.root.iter(f"{{{BPMN}}}*"):
        kind = etree.QName(node).localname
        if kind not in KINDS:
            continue
        zh, en = KINDS[kind]
        owner = node.get("id") or next((one.get("id") for one in node.iterancestors() if one.get("id")), None)
        yield Problem(
            owner,
            f"{kind} 只是图示，不会被执行：{zh}。",
            f"{kind} is drawing only and not executed: {en}.",
            kind,
        )
