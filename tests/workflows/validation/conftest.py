"""What the office of these tests has: forms, decisions, operators, units, clauses."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from workflows.diagrams import CallSignature
from workflows.operators import OperatorSignature, ParameterSignature
from workflows.validation import Surroundings

REQUIRED_NAME = ParameterSignature(type="string", required=True, literal=True)
ANY = ParameterSignature()
OPERATORS = (
    OperatorSignature(name="set", open=True),
    OperatorSignature(name="issue-notice", parameters={"notice": REQUIRED_NAME, "to": ANY}, result=True),
    OperatorSignature(
        name="enter-register", parameters={"register": REQUIRED_NAME, "entry": ANY}, result=True
    ),
    OperatorSignature(
        name="start-clock",
        parameters={
            "clock": REQUIRED_NAME,
            "limit": ParameterSignature(type="period", required=True),
            "provision": ParameterSignature(type="string"),
        },
        result=True,
    ),
    OperatorSignature(
        name="stop-clock", parameters={"clock": ParameterSignature(type="string", required=True)}, result=True
    ),
)


def field(key: str, kind: str = "textfield", **more: object) -> dict[str, object]:
    return {"id": f"Field_{key}", "type": kind, "key": key, "label": key, **more}


FORMS = {
    "apply": {
        "type": "default",
        "components": [
            field("金额", "number"),
            field("人员", "checklist", values=[{"label": "张三", "value": "zhang.san"}]),
        ],
    },
    "opinion": {"type": "default", "components": [field("意见")]},
    "reads-opinion": {
        "type": "default",
        "components": [field("答复", conditional={"hide": '=意见 = "同意"'})],
    },
    "offers": {
        "type": "default",
        "components": [field("承办人", "select", properties={"options": 'people(role("head"))'})],
    },
    "offers-nobody": {
        "type": "default",
        "components": [field("承办人", "select", properties={"options": 'people(unit("nowhere"))'})],
    },
    "reads-parameter": {
        "type": "default",
        "components": [
            field("期限", properties={"default": "parameters.prompt"}),
            field("说明", conditional={"hide": "=parameters.stages = 1"}),
        ],
    },
    "misreads-parameter": {
        "type": "default",
        "components": [field("期限", conditional={"hide": '=parameters.promt = "1 workday"'})],
    },
    "broken": {"type": "default"},
}

GRADE = """<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="grades" name="grades"
             namespace="http://example.invalid/decisions">
  <decision id="grade" name="grade">
    <variable id="grade-variable" name="grade"/>
    <decisionTable id="grade-table" hitPolicy="FIRST">
      <input id="grade-amount"><inputExpression id="grade-amount-expression" typeRef="number">
        <text>金额</text></inputExpression></input>
      <output id="grade-output" typeRef="string"/>
      <rule id="grade-high"><inputEntry id="grade-high-in"><text>&gt; 1000</text></inputEntry>
        <outputEntry id="grade-high-out"><text>"高"</text></outputEntry></rule>
      <rule id="grade-low"><inputEntry id="grade-low-in"><text>-</text></inputEntry>
        <outputEntry id="grade-low-out"><text>"低"</text></outputEntry></rule>
    </decisionTable>
  </decision>
</definitions>
"""

PACED = GRADE.replace('id="grade"', 'id="paced"').replace('"高"', "parameters.prompt")

HEAD = """<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"
    xmlns:spiffworkflow="http://spiffworkflow.org/bpmn/schema/1.0/core"
    targetNamespace="http://example.invalid/regulations">"""


@pytest.fixture(scope="session")
def surroundings() -> Surroundings:
    """Everything the diagrams of these tests may refer to."""
    return Surroundings(
        forms=FORMS,
        decisions={
            "grade": GRADE.encode(),
            "paced": PACED.encode(),
            "mispaced": PACED.replace('"paced"', '"mispaced"').replace("prompt", "promt").encode(),
            "renamed": GRADE.encode(),
            "torn": b"<definitions",
        },
        notices=frozenset({"acceptance"}),
        registers=frozenset({"ledger"}),
        operators={operator.name: operator for operator in OPERATORS},
        callable={
            "common.extend": CallSignature(
                inputs=frozenset({"理由"}), outputs=frozenset({"批准"}), slots=frozenset({"approver"})
            ),
            "common.judged": CallSignature(slots=frozenset({"approver", "judge"})),
            "common.back": CallSignature(),
            "common.middle": CallSignature(),
        },
        calls={
            "common.back": frozenset({"common.middle"}),
            "common.middle": frozenset({"office.circle"}),
        },
        provisions=frozenset({"office.1.1", "office.1.2"}),
        units=frozenset({"office"}),
        roles=frozenset({"head"}),
        slots=frozenset({"approver"}),
        parameters=frozenset({"prompt", "stages"}),
        persons=frozenset({"zhang.san"}),
    )


@pytest.fixture(scope="session")
def in_process() -> Callable[..., bytes]:
    """Makes a file of the content of one process and of what stands beside it."""

    def make(content: str, *, beside: str = "") -> bytes:
        process = f'<bpmn:process id="office.example" isExecutable="true">{content}</bpmn:process>'
        return f"{HEAD}{beside}{process}</bpmn:definitions>".encode()

    return make
