"""What a diagram may refer to: everything that exists around it in its package and installation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from workflows.diagrams import CallSignature
from workflows.operators.signature import OperatorSignature


@dataclass(frozen=True, kw_only=True)
class Surroundings:
    """Names that exist when the diagram is published."""

    #: Form schemas by form name.
    forms: Mapping[str, Any] = field(default_factory=dict)
    #: Files with decisions, by decision id, which is the file's name.
    decisions: Mapping[str, bytes] = field(default_factory=dict)
    notices: frozenset[str] = frozenset()
    registers: frozenset[str] = frozenset()
    operators: Mapping[str, OperatorSignature] = field(default_factory=dict)
    #: Processes that exist and may be called, by process id.
    callable: Mapping[str, CallSignature] = field(default_factory=dict)
    #: Which process calls which: finds recursion through several diagrams.
    calls: Mapping[str, frozenset[str]] = field(default_factory=dict)
    provisions: frozenset[str] = frozenset()
    units: frozenset[str] = frozenset()
    roles: frozenset[str] = frozenset()
    #: Names of the organisation's parameters.
    parameters: frozenset[str] = frozenset()
    #: Role slots of shared diagrams that the organisation fills; ``None`` where whoever calls fills them.
    slots: frozenset[str] | None = frozenset()
    #: User names; ``None`` when they are not known, then they are not checked.
    persons: frozenset[str] | None = None
