"""Diagrams to try things on, written as briefly as a test can be read.

``diagram("t.x", start("s"), user("a"), end("e"), *path("s", "a", "e"))`` is a whole file. The flow from ``a``
to ``e`` has the id ``a-e``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise
from xml.sax.saxutils import escape, quoteattr

HEAD = (
    '<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"\n'
    '    xmlns:spiffworkflow="http://spiffworkflow.org/bpmn/schema/1.0/core"\n'
    '    xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"\n'
    '    targetNamespace="http://example.invalid/regulations">'
)
WINDOW = 'unit("window")'

Extra = Mapping[str, str]


def diagram(
    key: str, *content: str, beside: str = "", properties: Extra | None = None, name: str = ""
) -> str:
    """A file with one process; messages, signals, errors and escalations it refers to are declared for it."""
    inner = _block(_extensions(properties or {}), *content)
    declared = "\n".join(_declared(inner))
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n{HEAD}\n{_indent(declared + beside)}\n'
        f'  <bpmn:process id="{key}" name={quoteattr(name or key)} isExecutable="true">\n'
        f"{_indent(inner, 4)}\n"
        "  </bpmn:process>\n</bpmn:definitions>\n"
    )


def start(id: str = "start", *, form: str = "", event: str = "", **more: str) -> str:
    return _element("startEvent", id, {"form": form, **more}, event)


def end(id: str = "end", *, event: str = "", **more: str) -> str:
    return _element("endEvent", id, more, event)


def user(id: str, *, kind: str = "userTask", loop: str = "", candidates: str = WINDOW, **more: str) -> str:
    return _element(kind, id, {"candidates": candidates, **more}, loop)


def assign(id: str, *, loop: str = "", **values: str) -> str:
    """A service task that stores values (FEEL) under names."""
    return operator(id, "set", loop=loop, **values)


def operator(id: str, name: str, *, result: str = "", loop: str = "", **parameters: str) -> str:
    given = "".join(
        f'<spiffworkflow:parameter id="{key}" type="any" value={quoteattr(value)}/>'
        for key, value in parameters.items()
    )
    kept = f' resultVariable="{result}"' if result else ""
    call = (
        f'<spiffworkflow:serviceTaskOperator id="{name}"{kept}>'
        f"<spiffworkflow:parameters>{given}</spiffworkflow:parameters></spiffworkflow:serviceTaskOperator>"
    )
    return (
        f'<bpmn:serviceTask id="{id}" name="{id}">\n'
        f"  <bpmn:extensionElements>{call}</bpmn:extensionElements>{loop}\n</bpmn:serviceTask>"
    )


def decide(id: str, decision: str, *, result: str = "") -> str:
    called = f"<spiffworkflow:calledDecisionId>{decision}</spiffworkflow:calledDecisionId>"
    extensions = _extensions({"result": result}, called)
    return f'<bpmn:businessRuleTask id="{id}" name="{id}">\n  {extensions}\n</bpmn:businessRuleTask>'


def exclusive(id: str, *, default: str = "") -> str:
    return _gateway("exclusiveGateway", id, default)


def inclusive(id: str, *, default: str = "") -> str:
    return _gateway("inclusiveGateway", id, default)


def parallel(id: str) -> str:
    return _gateway("parallelGateway", id, "")


def race(id: str) -> str:
    """An event-based gateway."""
    return _gateway("eventBasedGateway", id, "")


def catch(id: str, event: str, **more: str) -> str:
    return _element("intermediateCatchEvent", id, more, event)


def throw(id: str, event: str, **more: str) -> str:
    return _element("intermediateThrowEvent", id, more, event)


def boundary(id: str, host: str, event: str, *, interrupting: bool = True, **more: str) -> str:
    attributes = f' attachedToRef="{host}" cancelActivity="{str(interrupting).lower()}"'
    return _element("boundaryEvent", id, more, event, attributes)


def send(id: str, message: str, **more: str) -> str:
    return _element("sendTask", id, more, "", f' messageRef="message-{message}"')


def receive(id: str, message: str, **more: str) -> str:
    return _element("receiveTask", id, more, "", f' messageRef="message-{message}"')


def sub(id: str, *content: str, loop: str = "", kind: str = "subProcess", **more: str) -> str:
    inner = _block(_extensions(more), loop, *content)
    return f'<bpmn:{kind} id="{id}" name="{id}">\n{_indent(inner)}\n</bpmn:{kind}>'


def call(id: str, process: str, *, loop: str = "", properties: Extra | None = None) -> str:
    return _element("callActivity", id, properties or {}, loop, f' calledElement="{process}"')


# --- events and loops ---------------------------------------------------------------------------------------


def timer(text: str, kind: str = "timeDuration") -> str:
    return f"<bpmn:timerEventDefinition><bpmn:{kind}>{escape(text)}</bpmn:{kind}></bpmn:timerEventDefinition>"


def message(name: str) -> str:
    return f'<bpmn:messageEventDefinition messageRef="message-{name}"/>'


def signal(name: str) -> str:
    return f'<bpmn:signalEventDefinition signalRef="signal-{name}"/>'


def error(code: str = "") -> str:
    return f'<bpmn:errorEventDefinition errorRef="error-{code}"/>' if code else "<bpmn:errorEventDefinition/>"


def escalation(code: str) -> str:
    return f'<bpmn:escalationEventDefinition escalationRef="escalation-{code}"/>'


def condition(text: str) -> str:
    expression = f'<bpmn:condition xsi:type="bpmn:tFormalExpression">{escape(text)}</bpmn:condition>'
    return f"<bpmn:conditionalEventDefinition>{expression}</bpmn:conditionalEventDefinition>"


def terminate() -> str:
    return "<bpmn:terminateEventDefinition/>"


def each(
    items: str = "",
    *,
    item: str = "",
    number: str = "",
    sequential: bool = False,
    collect: str = "",
    into: str = "",
    until: str = "",
) -> str:
    """Multi-instance over the list ``items`` or ``number`` times; ``collect`` of each goes to ``into``."""
    parts = (
        ("loopCardinality", number, ' xsi:type="bpmn:tFormalExpression"'),
        ("loopDataInputRef", items, ""),
        ("loopDataOutputRef", into, ""),
    )
    inner = "".join(f"<bpmn:{tag}{kind}>{escape(text)}</bpmn:{tag}>" for tag, text, kind in parts if text)
    inner += f'<bpmn:inputDataItem name="{item}"/>' if item else ""
    inner += f'<bpmn:outputDataItem name="{collect}"/>' if collect else ""
    if until:
        inner += (
            '<bpmn:completionCondition xsi:type="bpmn:tFormalExpression">'
            f"{escape(until)}</bpmn:completionCondition>"
        )
    one_by_one = str(sequential).lower()
    return (
        f'<bpmn:multiInstanceLoopCharacteristics isSequential="{one_by_one}">{inner}'
        "</bpmn:multiInstanceLoopCharacteristics>"
    )


def again(condition: str = "", *, at_most: int = 0, test_before: bool = False) -> str:
    """A standard loop."""
    attributes = f' testBefore="{str(test_before).lower()}"' + (
        f' loopMaximum="{at_most}"' if at_most else ""
    )
    inner = (
        f'<bpmn:loopCondition xsi:type="bpmn:tFormalExpression">{escape(condition)}</bpmn:loopCondition>'
        if condition
        else ""
    )
    return f"<bpmn:standardLoopCharacteristics{attributes}>{inner}</bpmn:standardLoopCharacteristics>"


# --- flows --------------------------------------------------------------------------------------------------


def flow(source: str, target: str, when: str = "") -> str:
    head = f'<bpmn:sequenceFlow id="{source}-{target}" sourceRef="{source}" targetRef="{target}"'
    if not when:
        return head + "/>"
    text = f'<bpmn:conditionExpression xsi:type="bpmn:tFormalExpression">{escape(when)}'
    return f"{head}>{text}</bpmn:conditionExpression></bpmn:sequenceFlow>"


def path(*elements: str) -> tuple[str, ...]:
    """Flows from each element to the next."""
    return tuple(flow(a, b) for a, b in pairwise(elements))


# --- inside -------------------------------------------------------------------------------------------------


def _gateway(kind: str, id: str, default: str) -> str:
    chosen = f' default="{default}"' if default else ""
    return f'<bpmn:{kind} id="{id}" name="{id}"{chosen}/>'


def _element(kind: str, id: str, properties: Extra, inner: str, attributes: str = "") -> str:
    head = f'<bpmn:{kind} id="{id}" name="{id}"{attributes}'
    inside = _block(_extensions(properties), inner)
    return f"{head}>\n{_indent(inside)}\n</bpmn:{kind}>" if inside else f"{head}/>"


def _extensions(properties: Extra, *more: str) -> str:
    given = "".join(
        f'<spiffworkflow:property name="{name.replace("__", ".")}" value={quoteattr(value)}/>'
        for name, value in properties.items()
        if value
    )
    inner = (f"<spiffworkflow:properties>{given}</spiffworkflow:properties>" if given else "") + "".join(more)
    return f"<bpmn:extensionElements>{inner}</bpmn:extensionElements>" if inner else ""


def _declared(content: str) -> Iterator[str]:
    named = {"message": "name", "signal": "name", "error": "errorCode", "escalation": "escalationCode"}
    for kind, attribute in named.items():
        for name in sorted({part.split('"')[0] for part in content.split(f'Ref="{kind}-')[1:]}):
            yield f'<bpmn:{kind} id="{kind}-{name}" {attribute}="{name}"/>'


def _block(*parts: str) -> str:
    return "\n".join(part for part in parts if part)


def _indent(text: str, by: int = 2) -> str:
    return "\n".join(" " * by + line for line in text.splitlines() if line)
