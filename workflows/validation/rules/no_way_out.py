"""From every element there is a way to an end.

A circle without an exit would keep a case open for ever.
"""

from __future__ import annotations

from collections.abc import Iterator

from workflows.diagrams import Element
from workflows.validation.finding import Problem
from workflows.validation.graph import reachable
from workflows.validation.subject import Subject, shown


def check(subject: Subject) -> Iterator[Problem]:
    graph = subject.graph
    # Dead ends are reported by their own rule; here they count as a way out.
    exits = [element for element in graph.elements if not graph.forward.get(element)]
    leading_out = reachable(exits, graph.backward)
    stuck: dict[str, list[Element]] = {}
    for element in graph.elements.values():
        if element.id not in leading_out:
            stuck.setdefault(element.container, []).append(element)
    for elements in stuck.values():
        names = "、".join(shown(element) for element in elements[:5])
        yield Problem(
            elements[0].id,
            f"从这里永远走不到结束事件：{names}。请给循环一个出口。",
            f"No end can be reached from here ({len(elements)} elements): give the circle an exit.",
        )
