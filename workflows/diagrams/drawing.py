"""A diagram as an SVG picture, from the positions its file gives; classes say what a case has passed."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from html import escape
from typing import Final

from lxml import etree

from workflows.diagrams.model import ACTIVITIES, CONTAINERS, EVENTS, GATEWAYS, Diagram, Element

_BPMNDI: Final = "{http://www.omg.org/spec/BPMN/20100524/DI}"
_DC: Final = "{http://www.omg.org/spec/DD/20100524/DC}"
_DI: Final = "{http://www.omg.org/spec/DD/20100524/DI}"
_MARGIN: Final = 20
_LINE: Final = 15
#: Characters of a name that fit into one line of a task: a Chinese one is as wide as two Latin ones.
_TASK_WIDTH: Final = 14
_LABEL_WIDTH: Final = 18
_GATEWAY_MARKS: Final = {
    "exclusiveGateway": "×",
    "parallelGateway": "+",
    "inclusiveGateway": "○",
    "eventBasedGateway": "◇",
}
_EVENT_MARKS: Final = {"timer": "时", "message": "信", "conditional": "条", "error": "错", "signal": "号"}
_TASK_MARKS: Final = {"serviceTask": "自动", "businessRuleTask": "判定", "callActivity": "子流程"}


@dataclass(frozen=True, kw_only=True)
class Marks:
    """What to bring out in a drawing: ids of elements passed, standing now, and flows taken."""

    passed: Collection[str] = ()
    current: Collection[str] = ()
    flows: Collection[str] = ()


@dataclass(frozen=True, kw_only=True)
class _Box:
    x: float
    y: float
    width: float
    height: float

    @property
    def middle(self) -> tuple[float, float]:
        return self.x + self.width / 2, self.y + self.height / 2


#: Id of the first element at which the case stands, so that a link can lead to it.
HERE: Final = "here"


def draw(diagram: Diagram, marks: Marks, *, title: str) -> str:
    """The first drawing of the file as an ``svg`` element called ``title``; empty when it has none."""
    shapes, labels = _shapes(diagram.root)
    if not shapes:
        return ""
    left = min(box.x for box in shapes.values()) - _MARGIN
    top = min(box.y for box in shapes.values()) - _MARGIN
    right = max(box.x + box.width for box in shapes.values()) + _MARGIN
    bottom = max(box.y + box.height for box in shapes.values()) + 2 * _MARGIN
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" class="diagram" role="img" aria-label="{escape(title)}" '
        f'viewBox="{left:g} {top:g} {right - left:g} {bottom - top:g}" '
        f'width="{right - left:g}" height="{bottom - top:g}">',
        '<defs><marker id="arrow" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="9" markerHeight="9" '
        'markerUnits="userSpaceOnUse" orient="auto"><path d="M0 0 10 5 0 10z"/></marker></defs>',
        *_lanes(diagram, shapes),
        *_containers(diagram, shapes, marks),
        *_flows(diagram, marks),
        *_elements(diagram, shapes, labels, marks),
        "</svg>",
    ]
    return "".join(parts)


def _shapes(root: etree._Element) -> tuple[Mapping[str, _Box], Mapping[str, _Box]]:
    """Boxes of shapes and of their labels, by element id."""
    shapes, labels = {}, {}
    for shape in root.iter(f"{_BPMNDI}BPMNShape"):
        element_id = str(shape.get("bpmnElement"))
        bounds = shape.find(f"{_DC}Bounds")
        if bounds is not None:
            shapes[element_id] = _box(bounds)
        label = shape.find(f"{_BPMNDI}BPMNLabel/{_DC}Bounds")
        if label is not None:
            labels[element_id] = _box(label)
    return shapes, labels


def _box(bounds: etree._Element) -> _Box:
    x, y, width, height = (float(bounds.get(name) or 0) for name in ("x", "y", "width", "height"))
    return _Box(x=x, y=y, width=width, height=height)


def _lanes(diagram: Diagram, shapes: Mapping[str, _Box]) -> Iterator[str]:
    for lane in diagram.lanes.values():
        box = shapes.get(lane.id)
        if box is None:
            continue
        yield _rectangle(box, "lane", corner=0)
        x, y = box.x + 14, box.y + box.height / 2
        yield (
            f'<text class="lane-name" x="{x:g}" y="{y:g}" transform="rotate(-90 {x:g} {y:g})">'
            f"{escape(lane.name)}</text>"
        )


def _containers(diagram: Diagram, shapes: Mapping[str, _Box], marks: Marks) -> Iterator[str]:
    for element in diagram.of_kind(*CONTAINERS):
        if box := shapes.get(element.id):
            yield _rectangle(box, f"sub {_state(element.id, marks)}", corner=10)
            yield _text(element.name, (box.x + box.width / 2, box.y + 16), _LABEL_WIDTH * 2)


def _flows(diagram: Diagram, marks: Marks) -> Iterator[str]:
    for edge in diagram.root.iter(f"{_BPMNDI}BPMNEdge"):
        flow = diagram.flows.get(str(edge.get("bpmnElement")))
        points = [(float(p.get("x") or 0), float(p.get("y") or 0)) for p in edge.iterfind(f"{_DI}waypoint")]
        if flow is None or len(points) < 2:
            continue
        path = " ".join(f"{x:g},{y:g}" for x, y in points)
        taken = " taken" if flow.id in marks.flows else ""
        yield f'<polyline class="flow{taken}" points="{path}" marker-end="url(#arrow)"/>'
        label = edge.find(f"{_BPMNDI}BPMNLabel/{_DC}Bounds")
        if flow.name and label is not None:
            yield _text(flow.name, _box(label).middle, _LABEL_WIDTH, kind="label")


def _elements(
    diagram: Diagram, shapes: Mapping[str, _Box], labels: Mapping[str, _Box], marks: Marks
) -> Iterator[str]:
    here = (
        e for e in diagram.of_kind(*(ACTIVITIES - CONTAINERS)) if e.id in marks.current and e.id in shapes
    )
    first = next((element.id for element in here), None)
    for element in diagram.elements.values():
        box = shapes.get(element.id)
        if box is None or element.kind in CONTAINERS:
            continue
        state = _state(element.id, marks)
        if element.id == first:
            # Wider than the element, so that a browser that goes there shows what is around it as well.
            left, right = box.x - 400, box.x + box.width + 300
            yield f'<path id="{HERE}" fill="none" d="M{left:g} {box.y - 200:g}H{right:g}V{box.y + 200:g}"/>'
        if element.kind in ACTIVITIES:
            yield from _activity(element, box, state)
        elif element.kind in EVENTS | GATEWAYS:
            yield from (
                _event(element, box, state) if element.kind in EVENTS else _gateway(element, box, state)
            )
            if element.name:
                below = box.x + box.width / 2, box.y + box.height + _LINE
                place = labels[element.id].middle if element.id in labels else below
                yield _text(element.name, place, _LABEL_WIDTH, kind="label")


def _activity(element: Element, box: _Box, state: str) -> Iterator[str]:
    yield _rectangle(box, f"task {state}", corner=8)
    yield _text(element.name, box.middle, _TASK_WIDTH)
    if mark := _TASK_MARKS.get(element.kind):
        yield f'<text class="mark" x="{box.x + 8:g}" y="{box.y + 14:g}">{mark}</text>'


def _event(element: Element, box: _Box, state: str) -> Iterator[str]:
    x, y = box.middle
    radius = box.width / 2
    yield f'<circle class="event {element.kind} {state}" cx="{x:g}" cy="{y:g}" r="{radius:g}"/>'
    if element.kind in ("boundaryEvent", "intermediateCatchEvent", "intermediateThrowEvent"):
        yield f'<circle class="event-inner" cx="{x:g}" cy="{y:g}" r="{radius - 4:g}"/>'
    mark = _EVENT_MARKS.get(element.events[0].kind) if element.events else None
    if mark:
        yield f'<text class="event-mark" x="{x:g}" y="{y + 5:g}">{mark}</text>'


def _gateway(element: Element, box: _Box, state: str) -> Iterator[str]:
    x, y = box.middle
    corners = f"{x:g},{box.y:g} {box.x + box.width:g},{y:g} {x:g},{box.y + box.height:g} {box.x:g},{y:g}"
    yield f'<polygon class="gateway {state}" points="{corners}"/>'
    mark = _GATEWAY_MARKS.get(element.kind, "")
    yield f'<text class="gateway-mark" x="{x:g}" y="{y + 8:g}">{mark}</text>'


def _state(element_id: str, marks: Marks) -> str:
    if element_id in marks.current:
        return "current"
    return "passed" if element_id in marks.passed else "ahead"


def _rectangle(box: _Box, kind: str, *, corner: int) -> str:
    return (
        f'<rect class="{kind}" x="{box.x:g}" y="{box.y:g}" width="{box.width:g}" height="{box.height:g}" '
        f'rx="{corner}"/>'
    )


def _text(name: str, middle: tuple[float, float], width: int, kind: str = "name") -> str:
    lines = _lines(name, width)
    x, y = middle
    first = y - (len(lines) - 1) * _LINE / 2 + 5
    spans = "".join(
        f'<tspan x="{x:g}" y="{first + n * _LINE:g}">{escape(line)}</tspan>' for n, line in enumerate(lines)
    )
    return f'<text class="{kind}">{spans}</text>'


def _lines(name: str, width: int) -> list[str]:
    """The name in lines of at most ``width`` Latin characters."""
    lines, line, used = [], "", 0
    for character in name:
        size = 2 if ord(character) > 0x2E80 else 1
        if used + size > width:
            lines.append(line)
            line, used = "", 0
        line += character
        used += size
    return [*lines, line] if line else lines
