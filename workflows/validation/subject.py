"""What a rule looks at: a diagram, what surrounds it, and what several rules need, worked out once."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

from workflows.diagrams import Diagram, Element, Flow, Lane
from workflows.validation.expressions import Compiled, compile_sites
from workflows.validation.graph import Graph
from workflows.validation.scopes import Scopes
from workflows.validation.surroundings import Surroundings


class Subject:
    """A diagram under validation."""

    def __init__(self, diagram: Diagram, surroundings: Surroundings, process_id: str | None = None) -> None:
        self.diagram = diagram
        self.surroundings = surroundings
        self.process_id = process_id

    def around(self, element: Element) -> Iterator[Element]:
        """The sub-processes an element stands in, innermost first."""
        # With ids used twice a sub-process may seem to contain itself.
        seen = {element.id}
        current = self.diagram.elements.get(element.container)
        while current is not None and current.id not in seen:
            seen.add(current.id)
            yield current
            current = self.diagram.elements.get(current.container)

    @cached_property
    def graph(self) -> Graph:
        """The sequence flows as a graph."""
        return Graph(self.diagram)

    @cached_property
    def scopes(self) -> Scopes:
        """Where which names are written."""
        return Scopes(self.diagram, self.surroundings)

    @cached_property
    def expressions(self) -> list[Compiled]:
        """Every expression of the diagram."""
        return compile_sites(self.diagram, self.surroundings, self.scopes)


def shown(part: Element | Flow | Lane) -> str:
    """How a message names a part of the diagram: its label, or its id when it has none."""
    return part.name or part.id
