"""How an operator is called: its parameters and whether it gives a result."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True)
class ParameterSignature:
    """One parameter of an operator; its value in a diagram is a FEEL expression."""

    #: ``string``, ``number``, ``boolean``, ``date``, ``period``, ``context``, ``list`` or ``any``.
    type: str = "any"
    required: bool = False
    #: The value must be a string in quotes, so that publication can check what it names.
    literal: bool = False
    #: What the studio calls it, in both languages.
    label_zh: str = ""
    label_en: str = ""


@dataclass(frozen=True, kw_only=True)
class OperatorSignature:
    """An operator: parameters by name; ``result`` says that it gives something to keep."""

    name: str
    parameters: Mapping[str, ParameterSignature] = field(default_factory=dict)
    result: bool = False
    #: What the studio calls it, in both languages.
    label_zh: str = ""
    label_en: str = ""
    #: Any parameter name is allowed; without a result each value is stored under its parameter's name.
    open: bool = False
    #: Doing it again harms nothing: it leaves no trace outside the data of the case.
    repeatable: bool = False
