"""What operators are told by name: parameters whose value is a text in quotes."""

from __future__ import annotations

import re
from collections.abc import Iterator

from workflows.diagrams import Element
from workflows.validation.subject import Subject

_LITERAL = re.compile(r'"([^"\\]+)"')


def literal(text: str) -> str | None:
    """The content of a FEEL string literal, ``None`` for any other expression."""
    match = _LITERAL.fullmatch(text)
    return match.group(1) if match else None


def literal_parameters(subject: Subject, parameter: str) -> Iterator[tuple[Element, str]]:
    """Every service task with the literal it gives for this parameter."""
    for element in subject.diagram.of_kind("serviceTask"):
        if element.operator is None:
            continue
        value = literal(element.operator.parameters.get(parameter, ""))
        if value is not None:
            yield element, value
