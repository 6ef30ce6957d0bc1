"""Building the index of a diagram from its XML."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from lxml import etree

from workflows.diagrams.model import (
    CONTAINERS,
    FLOW_NODES,
    Diagram,
    Element,
    EventDefinition,
    Flow,
    Lane,
    Loop,
    OperatorCall,
    Process,
)
from workflows.diagrams.xml import BPMN, SPIFF, DiagramRefused, load_xml

B = f"{{{BPMN}}}"
S = f"{{{SPIFF}}}"


def read_diagram(raw: bytes) -> Diagram:
    """Read a BPMN file into an index.

    Raises ``DiagramRefused`` when the file cannot be read or is not BPMN; everything else that is wrong with
    it is left to validation.
    """
    root = load_xml(raw)
    if root.tag != f"{B}definitions":
        raise DiagramRefused(reason="not a BPMN file", reason_zh="不是 BPMN 文件。")
    reader = _Reader(root)
    return reader.diagram()


def local_name(node: etree._Element) -> str:
    """Tag without its namespace."""
    return etree.QName(node).localname


def text_of(node: etree._Element, path: str) -> str | None:
    """Stripped text of the first match of ``path``, ``None`` when absent or empty."""
    found = node.find(path)
    text = (found.text or "").strip() if found is not None else ""
    return text or None


class _Reader:
    def __init__(self, root: etree._Element) -> None:
        self.root = root
        self.references = {
            identifier: node.get("name") or node.get("errorCode") or node.get("escalationCode") or identifier
            for node in root
            if (identifier := node.get("id"))
        }
        self.codes = {
            identifier: code
            for node in root
            if (identifier := node.get("id"))
            and (code := node.get("errorCode") or node.get("escalationCode")) is not None
        }

    def diagram(self) -> Diagram:
        processes = {
            node.get("id", ""): Process(
                id=node.get("id", ""),
                name=node.get("name", ""),
                node=node,
                documentation=text_of(node, f"{B}documentation"),
                properties=properties_of(node),
            )
            for node in self.root.findall(f"{B}process")
        }
        lanes = {lane.id: lane for process in processes.values() for lane in _lanes(process.node)}
        flows = self._flows()
        elements = self._elements(processes, lanes, flows)
        return Diagram(
            root=self.root,
            processes=MappingProxyType(processes),
            elements=MappingProxyType(elements),
            flows=MappingProxyType(flows),
            lanes=MappingProxyType(lanes),
            duplicate_ids=self._duplicates(),
        )

    def _duplicates(self) -> tuple[str, ...]:
        seen: set[str] = set()
        twice: dict[str, None] = {}
        for node in self.root.iter(f"{B}*"):
            identifier = node.get("id")
            if identifier is not None:
                if identifier in seen:
                    twice[identifier] = None
                seen.add(identifier)
        return tuple(twice)

    def _flows(self) -> dict[str, Flow]:
        flows: dict[str, Flow] = {}
        for order, node in enumerate(self.root.iter(f"{B}sequenceFlow")):
            identifier = node.get("id") or f"flow-{order}"
            flows.setdefault(
                identifier,
                Flow(
                    id=identifier,
                    name=node.get("name", ""),
                    source=node.get("sourceRef", ""),
                    target=node.get("targetRef", ""),
                    condition=text_of(node, f"{B}conditionExpression"),
                    container=_container(node),
                    properties=properties_of(node),
                    order=order,
                ),
            )
        return flows

    def _elements(
        self, processes: Mapping[str, Process], lanes: Mapping[str, Lane], flows: Mapping[str, Flow]
    ) -> dict[str, Element]:
        lane_of: dict[str, str] = {}
        for lane in sorted(lanes.values(), key=lambda lane: lane.depth):
            for member in lane.members:
                lane_of[member] = lane.id
        incoming: dict[str, list[str]] = {}
        outgoing: dict[str, list[str]] = {}
        for flow in flows.values():
            incoming.setdefault(flow.target, []).append(flow.id)
            outgoing.setdefault(flow.source, []).append(flow.id)
        elements: dict[str, Element] = {}
        for process in processes.values():
            for node in process.node.iter(f"{B}*"):
                identifier = node.get("id", "")
                if local_name(node) in FLOW_NODES and identifier and identifier not in elements:
                    elements[identifier] = self._element(
                        node,
                        process=process.id,
                        lane=lane_of.get(identifier),
                        incoming=tuple(incoming.get(identifier, ())),
                        outgoing=tuple(outgoing.get(identifier, ())),
                    )
        return elements

    def _element(
        self,
        node: etree._Element,
        *,
        process: str,
        lane: str | None,
        incoming: tuple[str, ...],
        outgoing: tuple[str, ...],
    ) -> Element:
        interrupting = node.get("isInterrupting" if local_name(node) == "startEvent" else "cancelActivity")
        return Element(
            id=node.get("id", ""),
            kind=local_name(node),
            name=(node.get("name") or "").replace("\n", "").strip(),
            container=_container(node),
            process=process,
            node=node,
            lane=lane,
            attributes=MappingProxyType({str(key): str(value) for key, value in node.attrib.items()}),
            properties=properties_of(node),
            documentation=text_of(node, f"{B}documentation"),
            instructions=text_of(node, f"{B}extensionElements/{S}instructionsForEndUser"),
            incoming=incoming,
            outgoing=outgoing,
            default_flow=node.get("default"),
            events=tuple(self._event_definitions(node)),
            attached_to=node.get("attachedToRef"),
            interrupting=(interrupting or "true").lower() == "true",
            triggered_by_event=node.get("triggeredByEvent") == "true",
            operator=_operator(node),
            decision=text_of(node, f"{B}extensionElements/{S}calledDecisionId"),
            called=node.get("calledElement"),
            message=self._reference(node.get("messageRef")),
            loop=_loop(node),
        )

    def _reference(self, identifier: str | None) -> str | None:
        return self.references.get(identifier) if identifier else None

    def _event_definitions(self, node: etree._Element) -> Iterator[EventDefinition]:
        for child in node:
            name = local_name(child)
            if not name.endswith("EventDefinition"):
                continue
            kind = name.removesuffix("EventDefinition")
            if kind == "timer":
                yield _timer(child)
            elif kind == "conditional":
                yield EventDefinition(kind=kind, text=text_of(child, f"{B}condition") or "")
            elif kind in ("error", "escalation"):
                reference = child.get(f"{kind}Ref")
                yield EventDefinition(kind=kind, reference=self.codes.get(reference or "", None))
            else:
                reference = child.get(f"{kind}Ref")
                yield EventDefinition(kind=kind, reference=self._reference(reference) or child.get("name"))


def _container(node: etree._Element) -> str:
    parent = node.getparent()
    while parent is not None and local_name(parent) not in CONTAINERS:
        parent = parent.getparent()
    return parent.get("id", "") if parent is not None else ""


def properties_of(node: etree._Element) -> Mapping[str, str]:
    """Our extension properties of a node; a repeated name keeps the last value."""
    found = node.findall(f"{B}extensionElements/{S}properties/{S}property")
    if not found:
        return {}
    return MappingProxyType({item.get("name", ""): item.get("value", "").strip() for item in found})


def _lanes(process: etree._Element) -> Iterator[Lane]:
    for node in process.iter(f"{B}lane"):
        depth = sum(1 for parent in node.iterancestors() if local_name(parent) == "lane")
        yield Lane(
            id=node.get("id", ""),
            name=(node.get("name") or "").strip(),
            members=frozenset((ref.text or "").strip() for ref in node.findall(f"{B}flowNodeRef")),
            process=process.get("id", ""),
            depth=depth,
            properties=properties_of(node),
        )


def _timer(node: etree._Element) -> EventDefinition:
    for tag, kind in (("timeDate", "date"), ("timeDuration", "duration"), ("timeCycle", "cycle")):
        child = node.find(f"{B}{tag}")
        if child is not None:
            return EventDefinition(kind="timer", timer_kind=kind, text=(child.text or "").strip())
    return EventDefinition(kind="timer")


def _operator(node: etree._Element) -> OperatorCall | None:
    call = node.find(f"{B}extensionElements/{S}serviceTaskOperator")
    if call is None:
        return None
    parameters = {item.get("id", ""): item.get("value", "").strip() for item in call.iter(f"{S}parameter")}
    return OperatorCall(
        name=call.get("id", ""),
        parameters=MappingProxyType(parameters),
        result=call.get("resultVariable") or None,
    )


def _loop(node: etree._Element) -> Loop | None:
    standard = node.find(f"{B}standardLoopCharacteristics")
    if standard is not None:
        return Loop(
            kind="standard",
            condition=text_of(standard, f"{B}loopCondition"),
            maximum=standard.get("loopMaximum"),
            test_before=standard.get("testBefore") == "true",
        )
    instances = node.find(f"{B}multiInstanceLoopCharacteristics")
    if instances is None:
        return None
    return Loop(
        kind="sequential" if instances.get("isSequential") == "true" else "parallel",
        condition=text_of(instances, f"{B}completionCondition"),
        cardinality=text_of(instances, f"{B}loopCardinality"),
        input_collection=text_of(instances, f"{B}loopDataInputRef"),
        input_item=_item_name(instances.find(f"{B}inputDataItem")),
        output_collection=text_of(instances, f"{B}loopDataOutputRef"),
        output_item=_item_name(instances.find(f"{B}outputDataItem")),
    )


def _item_name(node: etree._Element | None) -> str | None:
    return None if node is None else (node.get("name") or node.get("id"))
