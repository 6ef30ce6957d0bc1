"""What a diagram says: processes, lanes, elements and flows, by id."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from lxml import etree

ACTIVITIES = frozenset(
    {
        "task",
        "userTask",
        "manualTask",
        "serviceTask",
        "businessRuleTask",
        "sendTask",
        "receiveTask",
        "scriptTask",
        "callActivity",
        "subProcess",
        "transaction",
        "adHocSubProcess",
    }
)
EVENTS = frozenset(
    {"startEvent", "endEvent", "intermediateCatchEvent", "intermediateThrowEvent", "boundaryEvent"}
)
GATEWAYS = frozenset(
    {"exclusiveGateway", "parallelGateway", "inclusiveGateway", "eventBasedGateway", "complexGateway"}
)
FLOW_NODES = ACTIVITIES | EVENTS | GATEWAYS
CONTAINERS = frozenset({"process", "subProcess", "transaction", "adHocSubProcess"})


class Tone(StrEnum):
    """What an outcome means to the person whom the case is about; the property ``tone`` of an end event."""

    GOOD = "good"
    NEUTRAL = "neutral"
    BAD = "bad"


@dataclass(frozen=True, kw_only=True)
class EventDefinition:
    """One event definition inside an event, with its reference already resolved."""

    #: ``timer``, ``message``, ``signal``, ``error``, ``escalation``, ``terminate``, ``conditional``,
    #: ``link``, ``compensate`` or ``cancel``.
    kind: str
    #: Name of the message or signal, code of the error or escalation; ``None`` when unresolved.
    reference: str | None = None
    #: For timers: ``date``, ``duration`` or ``cycle``.
    timer_kind: str | None = None
    #: Expression of a timer or a condition, stripped; empty when the element is missing or empty.
    text: str = ""


@dataclass(frozen=True, kw_only=True)
class Loop:
    """Loop or multi-instance characteristics of an activity."""

    #: ``standard``, ``sequential`` or ``parallel``.
    kind: str
    condition: str | None = None
    maximum: str | None = None
    test_before: bool = False
    cardinality: str | None = None
    input_collection: str | None = None
    input_item: str | None = None
    output_collection: str | None = None
    output_item: str | None = None


@dataclass(frozen=True, kw_only=True)
class OperatorCall:
    """The operator a service task calls; parameter values are FEEL expressions."""

    name: str
    parameters: Mapping[str, str] = field(default_factory=dict)
    result: str | None = None


@dataclass(frozen=True, kw_only=True)
class Flow:
    """A sequence flow."""

    id: str
    name: str
    source: str
    target: str
    condition: str | None
    container: str
    properties: Mapping[str, str] = field(default_factory=dict)
    #: Position in the document: the order in which conditions are tried.
    order: int = 0


@dataclass(frozen=True, kw_only=True)
class Lane:
    """A lane; ``candidates`` says in FEEL whom it means."""

    id: str
    name: str
    members: frozenset[str]
    process: str
    #: Lanes nest: depth 0 is outermost, the innermost lane of an element wins.
    depth: int = 0
    properties: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Element:
    """A flow node (activity, event or gateway)."""

    id: str
    #: Local name of the tag, such as ``userTask``.
    kind: str
    name: str
    #: Id of the process or sub-process that directly contains it.
    container: str
    process: str
    node: etree._Element
    lane: str | None = None
    attributes: Mapping[str, str] = field(default_factory=dict)
    #: Our own keys (``form``, ``provision``, ``candidates`` …).
    properties: Mapping[str, str] = field(default_factory=dict)
    documentation: str | None = None
    instructions: str | None = None
    incoming: tuple[str, ...] = ()
    outgoing: tuple[str, ...] = ()
    default_flow: str | None = None
    events: tuple[EventDefinition, ...] = ()
    attached_to: str | None = None
    interrupting: bool = True
    triggered_by_event: bool = False
    operator: OperatorCall | None = None
    decision: str | None = None
    called: str | None = None
    message: str | None = None
    loop: Loop | None = None

    @property
    def provisions(self) -> tuple[str, ...]:
        """Ids of the clauses this element executes."""
        return tuple(self.properties.get("provision", "").split())

    def prefixed(self, prefix: str) -> dict[str, str]:
        """Properties called ``<prefix>.<name>``, by name: declared inputs and outputs."""
        start = prefix + "."
        return {key[len(start) :]: value for key, value in self.properties.items() if key.startswith(start)}


@dataclass(frozen=True, kw_only=True)
class Process:
    """An executable process of the file."""

    id: str
    name: str
    node: etree._Element
    documentation: str | None = None
    properties: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class CallSignature:
    """What a process that can be called takes and gives: names of its declared inputs and outputs.

    ``slots`` are the roles in it, and in what it calls, that the caller's organisation fills.
    """

    inputs: frozenset[str] = frozenset()
    outputs: frozenset[str] = frozenset()
    slots: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True)
class Diagram:
    """Index of one BPMN file. Elements, flows and lanes keep the order of the document."""

    root: etree._Element
    processes: Mapping[str, Process]
    elements: Mapping[str, Element]
    flows: Mapping[str, Flow]
    lanes: Mapping[str, Lane]
    #: Ids used more than once; the index keeps the first.
    duplicate_ids: tuple[str, ...] = ()

    def inside(self, container: str) -> Iterator[Element]:
        """Elements directly inside a process or sub-process."""
        return (element for element in self.elements.values() if element.container == container)

    def of_kind(self, *kinds: str) -> Iterator[Element]:
        """Elements whose tag is one of ``kinds``."""
        return (element for element in self.elements.values() if element.kind in kinds)

    def boundary_events(self, activity: str) -> list[Element]:
        """Events attached to an activity, in document order."""
        return [e for e in self.elements.values() if e.kind == "boundaryEvent" and e.attached_to == activity]

    def lane_of(self, element: Element) -> Lane | None:
        """The lane of an element; an element of a sub-process without a lane stands in the sub-process's."""
        current: Element | None = element
        # In a broken file an element may be attached to itself.
        seen: set[str] = set()
        while current is not None and current.id not in seen:
            seen.add(current.id)
            if current.lane is not None:
                return self.lanes[current.lane]
            holder = current.attached_to or current.container
            current = self.elements.get(holder)
        return None

    def containers(self) -> Iterator[str]:
        """Ids of the processes and of the sub-processes."""
        yield from self.processes
        for element in self.elements.values():
            if element.kind in CONTAINERS:
                yield element.id
