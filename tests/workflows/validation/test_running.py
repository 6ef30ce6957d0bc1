"""Validation as a whole: it never throws, it takes bounded time, and it says the same thing each time."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from workflows.validation import Severity, Surroundings, running, validate
from workflows.validation.finding import Problem
from workflows.validation.subject import Subject

InProcess = Callable[..., bytes]
DATA = Path(__file__).parent / "data"
SOURCES = [path.read_bytes() for path in sorted(DATA.glob("*/*.bpmn"))]
BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
#: Seconds; on an idle machine the slowest of these takes less than half of it.
BOUND = 10.0

CANDIDATES = (
    "<bpmn:extensionElements><spiffworkflow:properties>"
    '<spiffworkflow:property name="candidates" value="unit(&quot;office&quot;)"/>'
    "</spiffworkflow:properties></bpmn:extensionElements>"
)


def user(identifier: str) -> str:
    return f'<bpmn:userTask id="{identifier}" name="办理">{CANDIDATES}</bpmn:userTask>'


def flow(source: str, target: str) -> str:
    return f'<bpmn:sequenceFlow id="{source}-{target}" sourceRef="{source}" targetRef="{target}"/>'


def path(nodes: Sequence[str]) -> str:
    return "".join(flow(source, target) for source, target in pairwise(nodes))


# -- what cannot be read ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"not xml",
        b"<bpmn:definitions",
        b"<definitions/>",
        b'<!DOCTYPE d [<!ENTITY e "x">]><d>&e;</d>',
        b"<a>" * 300 + b"</a>" * 300,
        b" " * 2_000_001,
    ],
    ids=["empty", "text", "torn", "other-namespace", "doctype", "deep", "large"],
)
def test_a_file_that_is_no_diagram_gives_one_error(raw: bytes, surroundings: Surroundings) -> None:
    (finding,) = validate(raw, surroundings)

    assert (finding.code, finding.severity, finding.element_id) == ("diagram-refused", Severity.ERROR, None)
    assert finding.message_zh


# -- it never throws -------------------------------------------------------------------------------------


def test_a_rule_that_crashes_is_itself_an_error(
    in_process: InProcess,
    surroundings: Surroundings,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def crash(subject: Subject) -> Iterator[Problem]:
        yield Problem(None, "一", "one")
        raise ZeroDivisionError

    monkeypatch.setattr(running, "RULES", {"crashing": (crash, Severity.NOTICE)})
    with caplog.at_level(logging.ERROR):
        (finding,) = validate(in_process(""), surroundings)

    assert (finding.code, finding.severity) == ("rule-crashed/crashing", Severity.ERROR)
    assert "crashing" in caplog.text


VALUES = st.one_of(
    st.sampled_from(
        ["", "true", "start", "end", "work", "decide", "gone", "P5D", "5", "（", "unit(", "null"]
    ),
    st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=8).filter(
        lambda text: not any(character in "\ufffe\uffff" for character in text)
    ),
)


def mutate(root: etree._Element, data: st.DataObject) -> None:
    """Drop, repeat or move a node, or drop or alter an attribute or a text."""
    nodes = list(root.iter(f"{{{BPMN}}}*", "{http://spiffworkflow.org/bpmn/schema/1.0/core}*"))[1:]
    if not nodes:
        return
    node = data.draw(st.sampled_from(nodes))
    parent = node.getparent()
    assert parent is not None
    match data.draw(st.sampled_from(["drop", "repeat", "move", "rename", "attribute", "lose", "text"])):
        case "drop":
            parent.remove(node)
        case "repeat":
            parent.append(etree.fromstring(etree.tostring(node)))
        case "move":
            inside = set(node.iter())
            data.draw(st.sampled_from([other for other in [root, *nodes] if other not in inside])).append(
                node
            )
        case "rename":
            node.tag = data.draw(st.sampled_from(nodes)).tag
        case "attribute":
            names = list(node.attrib) or ["id"]
            node.set(data.draw(st.sampled_from(names)), data.draw(VALUES))
        case "lose":
            if node.attrib:
                del node.attrib[data.draw(st.sampled_from(list(node.attrib)))]
        case "text":
            node.text = data.draw(VALUES)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(SOURCES), st.data())
def test_a_damaged_diagram_gives_findings_and_nothing_else(
    surroundings: Surroundings, source: bytes, data: st.DataObject
) -> None:
    root = etree.fromstring(source)
    for _ in range(data.draw(st.integers(1, 4))):
        mutate(root, data)
    raw = etree.tostring(root)

    findings = validate(raw, surroundings)

    assert [finding for finding in findings if finding.rule == "rule-crashed"] == []
    assert validate(raw, surroundings) == findings


@pytest.mark.parametrize(
    "content",
    [
        '<bpmn:boundaryEvent id="late" attachedToRef="late"/>',
        f'<bpmn:subProcess id="office.example">{user("work")}<bpmn:endEvent id="end"/></bpmn:subProcess>',
        '<bpmn:subProcess id="a"><bpmn:standardLoopCharacteristics/><bpmn:subProcess id="office.example">'
        '<bpmn:standardLoopCharacteristics/><bpmn:subProcess id="a">'
        f"{user('work')}</bpmn:subProcess></bpmn:subProcess></bpmn:subProcess>",
        '<bpmn:subProcess id="a"><bpmn:subProcess id="a"><bpmn:endEvent id="end"/></bpmn:subProcess>'
        "</bpmn:subProcess>",
    ],
    ids=["attached-to-itself", "in-its-own-process", "in-each-other", "in-itself"],
)
def test_what_seems_to_contain_itself_is_found_out(
    content: str, in_process: InProcess, surroundings: Surroundings
) -> None:
    findings = validate(in_process(content), surroundings)

    assert {"unique-ids", "boundary-host"} & {finding.rule for finding in findings}
    assert [finding for finding in findings if finding.rule == "rule-crashed"] == []


# -- it says the worst first -----------------------------------------------------------------------------


def test_errors_come_first_and_then_the_order_of_the_drawing(
    in_process: InProcess, surroundings: Surroundings
) -> None:
    raw = in_process('<bpmn:startEvent id="start"/><bpmn:userTask id="b"/><bpmn:userTask id="a"/>')

    findings = validate(raw, surroundings)

    order = [Severity.ERROR, Severity.WARNING, Severity.NOTICE]
    severities = [order.index(finding.severity) for finding in findings]
    assert severities == sorted(severities)
    assert [f.element_id for f in findings if f.rule == "no-incoming"] == ["b", "a"]


def test_a_long_list_is_cut_with_a_word_that_it_was(
    in_process: InProcess, surroundings: Surroundings
) -> None:
    raw = in_process("".join(f'<bpmn:userTask id="task{number}"/>' for number in range(150)))

    findings = [finding for finding in validate(raw, surroundings) if finding.rule == "no-incoming"]

    assert len(findings) == running.MAX_PER_RULE + 1
    assert findings[0].message_en == "There are more of these."


# -- nothing takes long ----------------------------------------------------------------------------------


def line(length: int) -> str:
    tasks = [f"t{number}" for number in range(length)]
    return (
        '<bpmn:startEvent id="start"/><bpmn:endEvent id="end" name="办结"/>'
        + "".join(map(user, tasks))
        + path(["start", *tasks, "end"])
    )


def ring() -> str:
    gateways = [f"g{number}" for number in range(6_000)]
    nodes = "".join(f'<bpmn:exclusiveGateway id="{gateway}"/>' for gateway in gateways)
    return nodes + path([*gateways, gateways[0]])


def ladder() -> str:
    gateways = [f"g{number}" for number in range(4_000)]
    nodes = "".join(f'<bpmn:parallelGateway id="{gateway}"/>' for gateway in gateways)
    return f'<bpmn:startEvent id="start"/>{nodes}{path(["start", *gateways])}{path(gateways[::-1])}'


def nested() -> str:
    depth = 200
    opening = "".join(f'<bpmn:subProcess id="d{number}">' for number in range(depth))
    return opening + "".join(user(f"t{number}") for number in range(3_000)) + "</bpmn:subProcess>" * depth


def many_names() -> str:
    def task(number: int) -> str:
        parameters = "".join(
            f'<spiffworkflow:parameter id="a b{number}x{one}" value="a b{one} + unknown{one}"/>'
            for one in range(50)
        )
        return (
            f'<bpmn:serviceTask id="t{number}"><bpmn:extensionElements>'
            '<spiffworkflow:serviceTaskOperator id="set"><spiffworkflow:parameters>'
            f"{parameters}</spiffworkflow:parameters></spiffworkflow:serviceTaskOperator>"
            "</bpmn:extensionElements></bpmn:serviceTask>"
        )

    return "".join(map(task, range(300)))


def heavy_constants() -> str:
    return "".join(
        f'<bpmn:intermediateCatchEvent id="c{number}"><bpmn:timerEventDefinition><bpmn:timeDuration>'
        f"count(for a in 1..400, b in 1..400 return a * b + {number})"
        "</bpmn:timeDuration></bpmn:timerEventDefinition></bpmn:intermediateCatchEvent>"
        for number in range(2_000)
    )


@pytest.mark.parametrize("content", [ring, ladder, nested, many_names, heavy_constants])
def test_a_malicious_file_is_judged_in_bounded_time(
    content: Callable[[], str], in_process: InProcess, surroundings: Surroundings
) -> None:
    raw = in_process(content())
    begun = time.perf_counter()

    findings = validate(raw, surroundings)

    assert time.perf_counter() - begun < BOUND
    assert any(finding.severity is Severity.ERROR for finding in findings)
    assert [finding for finding in findings if finding.rule == "rule-crashed"] == []


def test_six_hundred_steps_in_a_row_are_fine(in_process: InProcess, surroundings: Surroundings) -> None:
    findings = validate(in_process(line(600)), surroundings, process_id="office.example")

    assert [finding for finding in findings if finding.severity is Severity.ERROR] == []


# -- diagram text is never Python ------------------------------------------------------------------------

ESCAPES = [
    "__import__('os').system('id')",
    '__import__("os").system("id")',
    "().__class__.__bases__[0].__subclasses__()",
    "[].__class__",
    '"".__class__.__mro__',
    "(1).__class__",
    '"".__init__.__globals__',
    "lambda: 1",
    "[x for x in [1]]",
    "(x for x in [1])",
    "{x: 1 for x in [1]}",
    "eval('1')",
    'eval("1")',
    'exec("import os")',
    'open("/etc/passwd").read()',
    'compile("1", "", "eval")',
    "globals()",
    "locals()['__builtins__']",
    'getattr(1, "__class__")',
    '"{0.__globals__}".format(1)',
    'f"{().__class__}"',
    "1 if True else 0",
    "(y := 1)",
    "1; import os",
    "breakpoint()",
    "9**9**9**9**9 and import_os",
]


@pytest.mark.parametrize("text", ESCAPES)
def test_python_in_a_condition_is_refused(
    text: str, in_process: InProcess, surroundings: Surroundings
) -> None:
    written = text.replace("&", "&amp;").replace("<", "&lt;")
    raw = in_process(
        '<bpmn:startEvent id="start"/><bpmn:exclusiveGateway id="decide" name="是否？" default="decide-end"/>'
        f'<bpmn:endEvent id="end"/>{user("work")}{flow("start", "decide")}{flow("decide", "end")}'
        '<bpmn:sequenceFlow id="risky" sourceRef="decide" targetRef="work"><bpmn:conditionExpression>'
        f"{written}</bpmn:conditionExpression></bpmn:sequenceFlow>{flow('work', 'end')}"
    )

    errors = [
        f for f in validate(raw, surroundings) if f.severity is Severity.ERROR and f.element_id == "risky"
    ]

    assert errors
    assert {finding.rule for finding in errors} <= {"expressions", "functions", "names", "constant-values"}
