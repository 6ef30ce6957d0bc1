"""The graph of a diagram's sequence flows, and questions about it, each answered in linear or n log n time.

Nothing here recurses: a diagram may be 20,000 elements long or one big cycle.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property

from workflows.diagrams import Diagram, Element, Flow

Edges = Mapping[str, Sequence[str]]
ROOT = ""


def reachable(starts: Iterable[str], edges: Edges) -> set[str]:
    """Everything that can be reached along the edges, the starts included."""
    seen = set(starts)
    open_ = list(seen)
    while open_:
        for following in edges.get(open_.pop(), ()):
            if following not in seen:
                seen.add(following)
                open_.append(following)
    return seen


def cycles(nodes: Iterable[str], edges: Edges) -> list[list[str]]:
    """Strongly connected components that contain a cycle, each in order of discovery (Tarjan)."""
    search = _ComponentSearch(edges)
    for node in nodes:
        if node not in search.index:
            search.run(node)
    return search.found


class _ComponentSearch:
    def __init__(self, edges: Edges) -> None:
        self.edges = edges
        self.index: dict[str, int] = {}
        self.low: dict[str, int] = {}
        self.stack: list[str] = []
        self.on_stack: set[str] = set()
        self.found: list[list[str]] = []

    def _open(self, node: str) -> tuple[str, list[str]]:
        self.index[node] = self.low[node] = len(self.index)
        self.stack.append(node)
        self.on_stack.add(node)
        return node, list(reversed(self.edges.get(node, ())))

    def run(self, start: str) -> None:
        path = [self._open(start)]
        while path:
            node, waiting = path[-1]
            if waiting:
                following = waiting.pop()
                if following not in self.index:
                    path.append(self._open(following))
                elif following in self.on_stack:
                    self.low[node] = min(self.low[node], self.index[following])
                continue
            path.pop()
            if path:
                parent = path[-1][0]
                self.low[parent] = min(self.low[parent], self.low[node])
            if self.low[node] == self.index[node]:
                self._close(node)

    def _close(self, node: str) -> None:
        position = len(self.stack) - 1
        while self.stack[position] != node:
            position -= 1
        component = self.stack[position:]
        del self.stack[position:]
        self.on_stack.difference_update(component)
        if len(component) > 1 or node in self.edges.get(node, ()):
            self.found.append(component)


def immediate_dominators(edges: Edges, root: str = ROOT) -> dict[str, str]:
    """For each node reachable from the root the last node every way to it passes (Lengauer and Tarjan)."""
    order, parents = _depth_first(edges, root)
    number = {node: position for position, node in enumerate(order)}
    before: list[list[int]] = [[] for _ in order]
    for source in order:
        for following in edges.get(source, ()):
            before[number[following]].append(number[source])
    forest = _Forest(len(order))
    idom = [0] * len(order)
    buckets: list[list[int]] = [[] for _ in order]
    for node in range(len(order) - 1, 0, -1):
        forest.semi[node] = min(forest.semi[forest.evaluate(earlier)] for earlier in before[node])
        buckets[forest.semi[node]].append(node)
        parent = parents[node]
        forest.ancestor[node] = parent
        for member in buckets[parent]:
            lowest = forest.evaluate(member)
            idom[member] = lowest if forest.semi[lowest] < forest.semi[member] else parent
        buckets[parent].clear()
    for node in range(1, len(order)):
        if idom[node] != forest.semi[node]:
            idom[node] = idom[idom[node]]
    return {order[node]: order[idom[node]] for node in range(1, len(order))}


def _depth_first(edges: Edges, root: str) -> tuple[list[str], list[int]]:
    order: list[str] = []
    parents: list[int] = []
    number: dict[str, int] = {}
    open_ = [(root, 0)]
    while open_:
        node, parent = open_.pop()
        if node in number:
            continue
        number[node] = len(order)
        order.append(node)
        parents.append(parent)
        open_.extend(
            (following, number[node]) for following in edges.get(node, ()) if following not in number
        )
    return order, parents


class _Forest:
    """Numbers linked to their ancestors, with path compression."""

    def __init__(self, size: int) -> None:
        self.ancestor = [-1] * size
        self.label = list(range(size))
        self.semi = list(range(size))

    def evaluate(self, node: int) -> int:
        path = []
        current = node
        while self.ancestor[current] != -1 and self.ancestor[self.ancestor[current]] != -1:
            path.append(current)
            current = self.ancestor[current]
        for member in reversed(path):
            ancestor = self.ancestor[member]
            if self.semi[self.label[ancestor]] < self.semi[self.label[member]]:
                self.label[member] = self.label[ancestor]
            self.ancestor[member] = self.ancestor[ancestor]
        return self.label[node]


class Dominators:
    """The dominator tree, with "does a dominate b" answered at once and the nearest common dominator."""

    def __init__(self, edges: Edges) -> None:
        self.parent = immediate_dominators(edges)
        children: dict[str, list[str]] = {}
        for node, parent in self.parent.items():
            children.setdefault(parent, []).append(node)
        self._enter: dict[str, int] = {}
        self._leave: dict[str, int] = {}
        time = 0
        open_ = [(ROOT, False)]
        while open_:
            node, done = open_.pop()
            if done:
                self._leave[node] = time
                continue
            time += 1
            self._enter[node] = time
            open_.append((node, True))
            open_.extend((child, False) for child in children.get(node, ()))

    def dominates(self, upper: str, lower: str) -> bool:
        """Whether every way from a start to ``lower`` passes ``upper``; false for what is unreachable."""
        if upper not in self._enter or lower not in self._enter:
            return False
        return self._enter[upper] <= self._enter[lower] <= self._leave[upper]

    def nearest_common(self, one: str, other: str) -> str:
        """The last node that every way to either passes; ``ROOT`` when there is none."""
        current = one
        while current != ROOT and not self.dominates(current, other):
            current = self.parent.get(current, ROOT)
        return current


class Graph:
    """Flow nodes joined by the sequence flows whose two ends exist."""

    def __init__(self, diagram: Diagram) -> None:
        self.elements = diagram.elements
        self.flows: list[Flow] = [
            flow
            for flow in diagram.flows.values()
            if flow.source in diagram.elements and flow.target in diagram.elements
        ]

    @cached_property
    def boundary_events(self) -> dict[str, list[Element]]:
        """Events attached to each activity, in document order."""
        attached: dict[str, list[Element]] = {}
        for element in self.elements.values():
            if element.kind == "boundaryEvent" and element.attached_to:
                attached.setdefault(element.attached_to, []).append(element)
        return attached

    @cached_property
    def inside(self) -> dict[str, list[Element]]:
        """Elements directly inside each process and sub-process, in document order."""
        found: dict[str, list[Element]] = {}
        for element in self.elements.values():
            found.setdefault(element.container, []).append(element)
        return found

    @cached_property
    def outgoing(self) -> dict[str, list[Flow]]:
        """Flows out of each element, in document order."""
        found: dict[str, list[Flow]] = {}
        for flow in self.flows:
            found.setdefault(flow.source, []).append(flow)
        return found

    @cached_property
    def incoming(self) -> dict[str, list[Flow]]:
        """Flows into each element, in document order."""
        found: dict[str, list[Flow]] = {}
        for flow in self.flows:
            found.setdefault(flow.target, []).append(flow)
        return found

    @cached_property
    def forward(self) -> dict[str, list[str]]:
        """What may happen next: along flows, and from an activity to the events attached to it."""
        edges: dict[str, list[str]] = {}
        for flow in self.flows:
            edges.setdefault(flow.source, []).append(flow.target)
        for host, events in self.boundary_events.items():
            if host in self.elements:
                edges.setdefault(host, []).extend(event.id for event in events)
        return edges

    @cached_property
    def backward(self) -> dict[str, list[str]]:
        """The edges of ``forward``, turned round."""
        edges: dict[str, list[str]] = {}
        for source, targets in self.forward.items():
            for target in targets:
                edges.setdefault(target, []).append(source)
        return edges

    @cached_property
    def sources(self) -> list[str]:
        """Elements nothing leads to: starts, and what was left unconnected."""
        return [element for element in self.elements if not self.backward.get(element)]

    @cached_property
    def component(self) -> dict[str, int]:
        """For elements on a cycle: the number of their strongly connected component."""
        return {
            node: number
            for number, members in enumerate(cycles(self.elements, self.forward))
            for node in members
        }

    @cached_property
    def dominators(self) -> Dominators:
        """Dominators in every container at once, below one common root."""
        edges: dict[str, Sequence[str]] = dict(self.forward)
        edges[ROOT] = self.sources
        return Dominators(edges)
