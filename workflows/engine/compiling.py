"""From the index of a diagram to task specifications, built once per version, shared and never changed.

The library's parser is not used: it recurses, loops for ever on some valid files, orders conditions by the
position of shapes and loses extensions on gateways, flows and lanes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from SpiffWorkflow.bpmn.specs.bpmn_process_spec import BpmnProcessSpec
from SpiffWorkflow.bpmn.specs.control import SimpleBpmnTask
from SpiffWorkflow.specs import WorkflowSpec

from workflows.diagrams import Diagram, Element, EventDefinition, Flow
from workflows.engine import activities, events, gateways, loops
from workflows.engine.visible import Visible, predict_nothing
from workflows.errors import WorkflowError
from workflows.feel import Expression, compile_expression

#: What modellers write without quotes: P5D, PT30M, 2026-10-01, 2026-10-01T09:00:00.
BARE_ISO = re.compile(r"P(T?\d\S*)|\d{4}-\d\d-\d\d(T\S+)?", re.ASCII)

PERSON_KINDS = frozenset({"task", "userTask", "manualTask"})
#: What the name of an element ends in at which the events attached to it are armed.
SPLIT = ".BoundaryEventSplit"
SIMPLE_PROPERTIES = ("candidates", "exclude", "skill", "due", "priority", "correlation")
#: What a lane says for all of its tasks that say nothing of it themselves.
FROM_LANE = ("candidates", "skill")


class NotExecutable(WorkflowError):
    """The diagram holds something that cannot be executed; publication would have said so."""

    code = "not-executable"
    message_zh = "流程图中的“{element}”无法执行。"


@dataclass(frozen=True, kw_only=True)
class CompiledProcess:
    """A process ready to run: its specification and those of everything inside and beneath it."""

    key: str
    diagram: Diagram
    process_id: str
    spec: Any
    #: Specifications of sub-processes and called processes, by name.
    inner: Mapping[str, Any]
    #: Compiled title of the process, if it has one.
    title: Expression | None


class ProcessSpec(BpmnProcessSpec):
    """A process specification with our start and end."""

    def __init__(self, name: str) -> None:
        WorkflowSpec.__init__(self, name=name)
        self.start = gateways.Start(self, "Start")
        self.end = gateways.EndJoin(self, f"{name}.EndJoin")
        self.end.connect(SimpleBpmnTask(self, "End"))
        self.description = name
        self.io_specification = None
        self.data_objects: dict[str, Any] = {}
        self.data_stores: dict[str, Any] = {}
        self.correlation_keys: dict[str, Any] = {}
        self.bpmn_start_events: list[Any] = []
        #: Key of the version it belongs to: tells which forms and decisions its elements mean.
        self.process_key = ""


def compile_process(
    diagram: Diagram,
    process_id: str,
    *,
    key: str,
    names: Iterable[str] = (),
    called: Mapping[str, CompiledProcess] | None = None,
) -> CompiledProcess:
    """Build the specifications of a process.

    ``key`` names this version among others; ``names`` are data names that hold spaces or signs and so must
    be known to read an expression; ``called`` are the processes it may call. Raises ``NotExecutable`` for a
    construct validation refuses, and ``FeelSyntaxError``.
    """
    called = called or {}
    compiler = _Compiler(diagram, process_id, key, frozenset(names), called)
    inner: dict[str, Any] = {}
    for process in called.values():
        inner.update(process.inner)
        inner[process.key] = process.spec
    for container in compiler.containers():
        inner[compiler.spec_name(container)] = compiler.container(container)
    spec = compiler.container(process_id)
    title = diagram.processes[process_id].properties.get("title")
    return CompiledProcess(
        key=key,
        diagram=diagram,
        process_id=process_id,
        spec=spec,
        inner=inner,
        title=compiler.expression(title) if title else None,
    )


def timer_source(text: str) -> str:
    """FEEL for the text of a timer: bare ISO durations and dates are quoted."""
    return f'"{text}"' if BARE_ISO.fullmatch(text) else text


class _Compiler:
    def __init__(
        self,
        diagram: Diagram,
        process_id: str,
        key: str,
        names: frozenset[str],
        called: Mapping[str, CompiledProcess],
    ) -> None:
        self.diagram = diagram
        self.process_id = process_id
        self.key = key
        self.names = names
        self.called = called

    def expression(self, text: str) -> Expression:
        return compile_expression(text, names=self.names)

    def spec_name(self, container: str) -> str:
        return f"{self.key}/{container}"

    def containers(self) -> Iterator[str]:
        """Sub-processes of the process, at any depth."""
        for element in self.diagram.of_kind("subProcess", "transaction"):
            if element.process == self.process_id:
                yield element.id

    def container(self, container: str) -> ProcessSpec:
        """The specification of a process or an embedded sub-process."""
        spec = ProcessSpec(container)
        spec.process_key = self.key
        heads: dict[str, Any] = {}
        bodies: dict[str, Any] = {}
        for element in self.diagram.inside(container):
            bodies[element.id] = self.element(spec, element)
        for element in self.diagram.inside(container):
            heads[element.id] = self.head(spec, element, bodies)
        for element in self.diagram.inside(container):
            self.connect(spec, element, bodies, heads)
        for task_spec in spec.task_specs.values():
            task_spec._predict = predict_nothing
        return spec

    # --- one element --------------------------------------------------------------------------------------

    def element(self, spec: ProcessSpec, element: Element) -> Any:
        """The task specification of an element, wrapped when it repeats."""
        builder = _BUILDERS.get(element.kind)
        if builder is None or element.triggered_by_event:
            raise NotExecutable(element=element.id, kind=element.kind)
        if element.loop is None:
            body = builder(self, spec, element, element.id)
            self.dress(body, element)
            return body
        child = builder(self, spec, element, f"{element.id} [child]")
        self.dress(child, element)
        outside = self.repeated(spec, element)
        self.dress(outside, element)
        outside.child = child.name
        child._inputs.append(outside.name)
        child.completed_event.connect(outside.end_round)
        # The outside copies declared outputs round by round; a call's own are not evaluated twice.
        if not isinstance(child, activities.CallActivity):
            child.feel = {k: v for k, v in child.feel.items() if not k.startswith("output.")}
        else:
            outside.feel = {k: v for k, v in outside.feel.items() if not k.startswith("output.")}
        return outside

    def repeated(self, spec: ProcessSpec, element: Element) -> loops.Repeated:
        loop = element.loop
        assert loop is not None
        outside: loops.Repeated
        if loop.kind == "standard":
            outside = loops.StandardLoop(spec, element.id, element=element)
            if loop.maximum:
                outside.maximum = min(int(loop.maximum), loops.MAX_ROUNDS)
        else:
            outside = loops.Instances(spec, element.id, element=element)
        outside.loop = loop
        return outside

    def dress(self, body: Visible, element: Element) -> None:
        """Attach compiled expressions and the flows that lead in."""
        body.feel = {purpose: self.expression(text) for purpose, text in self.sources(element)}
        body.distribution = self.distribution(element)
        incoming: dict[str, tuple[str, ...]] = {}
        for identifier in element.incoming:
            flow = self.diagram.flows[identifier]
            incoming[flow.source] = (*incoming.get(flow.source, ()), flow.id)
        body.incoming_flows = incoming

    def distribution(self, element: Element) -> str:
        """How the work of an element is given out; empty when nothing is said."""
        lane = self.diagram.lane_of(element)
        of_lane = lane.properties.get("distribution", "") if lane is not None else ""
        return element.properties.get("distribution", of_lane)

    def sources(self, element: Element) -> Iterator[tuple[str, str]]:
        """(purpose, FEEL text) of every expression of an element."""
        yield from self.property_sources(element)
        for prefix in ("input", "output"):
            for name, text in element.prefixed(prefix).items():
                yield f"{prefix}.{name}", text
        if element.operator is not None:
            for name, text in element.operator.parameters.items():
                yield f"parameter.{name}", text
        for definition in element.events:
            if definition.kind == "timer":
                yield "timer", timer_source(definition.text)
            elif definition.kind == "conditional":
                yield "condition", definition.text
        yield from _loop_sources(element)

    def property_sources(self, element: Element) -> Iterator[tuple[str, str]]:
        lane = self.diagram.lane_of(element)
        shared = lane.properties if lane is not None else {}
        for name in FROM_LANE:
            if name not in element.properties and name in shared:
                yield name, shared[name]
        for name in SIMPLE_PROPERTIES:
            if text := element.properties.get(name):
                yield name, text

    def event_definition(self, element: Element, *, throwing: bool) -> Any:
        definition = element.events[0] if element.events else None
        kind = definition.kind if definition is not None else "none"
        if element.message is not None:
            kind = "message"
        if kind in ("none", "terminate") or element.kind == "startEvent":
            return events.NoneDefinition()
        if kind == "message":
            return events.MessageThrown(element.id) if throwing else events.MessageDefinition(element.id)
        if kind == "timer" and not throwing:
            return events.TimerDefinition(element.id)
        if kind == "conditional" and not throwing:
            return events.ConditionDefinition(element.id)
        assert definition is not None
        return _library_definition(definition, element)

    # --- connections --------------------------------------------------------------------------------------

    def head(self, spec: ProcessSpec, element: Element, bodies: dict[str, Any]) -> Any:
        """Where flows into an element arrive: the split before it when it carries boundary events."""
        boundary = self.diagram.boundary_events(element.id)
        body = bodies[element.id]
        if not boundary:
            return body
        split = gateways.BoundarySplit(spec, f"{element.id}{SPLIT}")
        split.position = element.id
        split.connect(body)
        for event in boundary:
            split.connect(bodies[event.id])
        return split

    def connect(
        self, spec: ProcessSpec, element: Element, bodies: dict[str, Any], heads: dict[str, Any]
    ) -> None:
        body = bodies[element.id]
        flows = [self.diagram.flows[identifier] for identifier in element.outgoing]
        if element.kind == "startEvent":
            spec.start.connect(heads[element.id])
        if element.kind == "endEvent":
            body.connect(spec.end)
        if isinstance(body, gateways.ConditionalGateway):
            body.choices = tuple(self.choice(element, flow, heads) for flow in flows)
        for flow in flows:
            body.connect(heads[flow.target])
        if isinstance(body, gateways.InclusiveGateway):
            body.reach = self.reach(element)

    def choice(
        self, element: Element, flow: Flow, heads: dict[str, Any]
    ) -> tuple[Flow, Expression | None, str]:
        only = len(element.outgoing) == 1
        condition = None if flow.id == element.default_flow or only else flow.condition
        return flow, self.expression(condition) if condition else None, heads[flow.target].name

    def reach(self, gateway: Element) -> dict[str, frozenset[str]]:
        """For each element: which elements before the gateway a token there can still arrive from."""
        reach: dict[str, set[str]] = {}
        for flow_id in gateway.incoming:
            last = self.diagram.flows[flow_id].source
            stack, seen = [last], {last, gateway.id}
            while stack:
                current = stack.pop()
                reach.setdefault(current, set()).add(last)
                for before in self.before(current):
                    if before not in seen:
                        seen.add(before)
                        stack.append(before)
        return {name: frozenset(found) for name, found in reach.items()}

    def before(self, identifier: str) -> Iterator[str]:
        element = self.diagram.elements[identifier]
        for flow_id in element.incoming:
            yield self.diagram.flows[flow_id].source
        if element.attached_to is not None:
            yield element.attached_to


def _loop_sources(element: Element) -> Iterator[tuple[str, str]]:
    loop = element.loop
    if loop is None:
        return
    if loop.kind == "standard":
        if loop.condition:
            yield "loop", loop.condition
        return
    yield "items", loop.input_collection or loop.cardinality or "null"
    if loop.condition:
        yield "completion", loop.condition


def _library_definition(definition: EventDefinition, element: Element) -> Any:
    if definition.kind == "signal":
        return events.SignalDefinition(definition.reference or element.id)
    if definition.kind in ("error", "escalation"):
        return events.Raised(definition.kind, definition.reference)
    raise NotExecutable(element=element.id, kind=definition.kind)


def _plain(kind: type[Visible]) -> Any:
    def build(compiler: _Compiler, spec: ProcessSpec, element: Element, name: str) -> Visible:
        return kind(spec, name, element=element)

    return build


def _catching(compiler: _Compiler, spec: ProcessSpec, element: Element, name: str) -> Visible:
    definition = compiler.event_definition(element, throwing=False)
    return events.CatchEvent(spec, name, element=element, event_definition=definition)


def _boundary(compiler: _Compiler, spec: ProcessSpec, element: Element, name: str) -> Visible:
    definition = compiler.event_definition(element, throwing=False)
    return events.BoundaryEvent(
        spec, name, element=element, event_definition=definition, cancel_activity=element.interrupting
    )


def _throwing(compiler: _Compiler, spec: ProcessSpec, element: Element, name: str) -> Visible:
    definition = compiler.event_definition(element, throwing=True)
    kind = events.EndEvent if element.kind == "endEvent" else events.ThrowEvent
    body = kind(spec, name, element=element, event_definition=definition)
    if isinstance(body, events.EndEvent):
        body.terminates = any(d.kind == "terminate" for d in element.events)
        body.is_error = any(d.kind == "error" for d in element.events)
    return body


def _sub_process(compiler: _Compiler, spec: ProcessSpec, element: Element, name: str) -> Visible:
    return activities.SubProcess(spec, name, element=element, subworkflow_spec=compiler.spec_name(element.id))


def _call(compiler: _Compiler, spec: ProcessSpec, element: Element, name: str) -> Visible:
    target = compiler.called.get(element.called or "")
    if target is None:
        raise NotExecutable(element=element.id, called=element.called)
    return activities.CallActivity(spec, name, element=element, subworkflow_spec=target.key)


_BUILDERS: Mapping[str, Any] = {
    **{kind: _plain(activities.PersonTask) for kind in PERSON_KINDS},
    "serviceTask": _plain(activities.OperatorTask),
    "businessRuleTask": _plain(activities.DecisionTask),
    "exclusiveGateway": _plain(gateways.ExclusiveGateway),
    "inclusiveGateway": _plain(gateways.InclusiveGateway),
    "parallelGateway": _plain(gateways.ParallelGateway),
    "eventBasedGateway": _plain(gateways.EventGateway),
    "startEvent": _catching,
    "intermediateCatchEvent": _catching,
    "receiveTask": _catching,
    "boundaryEvent": _boundary,
    "intermediateThrowEvent": _throwing,
    "sendTask": _throwing,
    "endEvent": _throwing,
    "subProcess": _sub_process,
    "transaction": _sub_process,
    "callActivity": _call,
}
