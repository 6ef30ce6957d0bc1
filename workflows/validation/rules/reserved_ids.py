"""No element has an id the engine uses for itself.

``Start``, ``End``, ``Root`` and ids ending in ``.EndJoin``, ``.StartEventSplit``, ``.StartEventJoin``,
``.BoundaryEventSplit``, ``.BoundaryEventJoin`` or ``[child]``, or beginning with ``_``, name the engine's own
steps; an element called so would silently replace one of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from workflows.validation.finding import Problem
from workflows.validation.subject import Subject

RESERVED = re.compile(
    r"(Start|End|Root|_.*|.*\.(EndJoin|(StartEvent|BoundaryEvent)(Split|Join))|.* ?\[child\])"
    r"|(StartEvent|BoundaryEvent)(Split|Join)|EndJoin",
    re.DOTALL,
)


def check(subject: Subject) -> Iterator[Problem]:
    for identifier in (*subject.diagram.processes, *subject.diagram.elements):
        if RESERVED.fullmatch(identifier):
            yield Problem(
                identifier,
                f"编号“{identifier}”是引擎保留的：请换一个 id。",
                f"The id {identifier!r} is reserved for the engine: choose another.",
            )
