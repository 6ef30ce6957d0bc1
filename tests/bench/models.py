"""The diagrams that are measured: user tasks in sequence, each with a small form."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from itertools import pairwise

from sqlalchemy import Connection, insert

from workflows.calendar_store import seed_calendar
from workflows.definitions import Bundle, publish
from workflows.tables import organisations
from workflows.validation import Surroundings

ORGANISATION = "bench"
NAMESPACES = (
    'xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" '
    'xmlns:spiffworkflow="http://spiffworkflow.org/bpmn/schema/1.0/core"'
)
FORM = (
    '{"components": ['
    '{"type": "textfield", "id": "f1", "key": "opinion", "label": "意见"},'
    '{"type": "number", "id": "f2", "key": "amount", "label": "数量"},'
    '{"type": "checkbox", "id": "f3", "key": "agreed", "label": "同意"}]}'
)
PROPERTIES = (
    "<bpmn:extensionElements><spiffworkflow:properties>"
    '<spiffworkflow:property name="form" value="opinion"/>'
    '<spiffworkflow:property name="candidates" value="unit(&quot;clerks&quot;)"/>'
    "</spiffworkflow:properties></bpmn:extensionElements>"
)
#: What each completion submits.
ANSWER = {"opinion": "同意办理", "amount": 3, "agreed": True}
AT = datetime(2026, 9, 21, 1, tzinfo=UTC)


def chain(length: int) -> tuple[str, str]:
    """(process id, BPMN) of a sequence of user tasks."""
    process = f"{ORGANISATION}.chain-{length}"
    nodes = ["start", *(f"task_{number}" for number in range(1, length + 1)), "end"]
    flows = "".join(
        f'<bpmn:sequenceFlow id="to_{target}" sourceRef="{source}" targetRef="{target}"/>'
        for source, target in pairwise(nodes)
    )
    tasks = "".join(
        f'<bpmn:userTask id="{node}" name="第{number}步">{PROPERTIES}'
        f"<bpmn:incoming>to_{node}</bpmn:incoming><bpmn:outgoing>to_{after}</bpmn:outgoing></bpmn:userTask>"
        for number, (node, after) in enumerate(pairwise(nodes[1:]), start=1)
    )
    return process, (
        f'<bpmn:definitions {NAMESPACES} id="definitions" targetNamespace="urn:bench">'
        f'<bpmn:process id="{process}" name="顺序办理" isExecutable="true">'
        '<bpmn:startEvent id="start" name="开始">'
        f"<bpmn:outgoing>to_{nodes[1]}</bpmn:outgoing></bpmn:startEvent>"
        f"{tasks}"
        '<bpmn:endEvent id="end" name="结束"><bpmn:incoming>to_end</bpmn:incoming></bpmn:endEvent>'
        f"{flows}</bpmn:process></bpmn:definitions>"
    )


def publish_chains(connection: Connection, lengths: tuple[int, ...]) -> None:
    """Make the organisation and publish the diagrams to be measured."""
    connection.execute(insert(organisations).values(slug=ORGANISATION, name="测量"))
    seed_calendar(connection)
    surroundings = Surroundings(forms={"opinion": json.loads(FORM)}, units=frozenset({"clerks"}))
    for length in lengths:
        process, diagram = chain(length)
        publish(
            connection,
            Bundle(files={"diagram.bpmn": diagram, "forms/opinion.json": FORM}),
            key=process,
            organisation=ORGANISATION,
            surroundings=surroundings,
            author="bench",
            approver=None,
            at=AT,
        )
