"""Parameters of an organisation: what its regulations leave open and the office has to configure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from workflows.feel import FeelSyntaxError, compile_expression
from workflows.packages.toml import TomlTable

#: Says of the whole table where its values come from; it is for readers and is no parameter.
_LABEL: Final = "source"


def parameters_of(settings: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters among an organisation's settings, by name: numbers, texts, true or false, lists."""
    table: Mapping[str, Any] = settings.get("parameters") or {}
    return {name: value for name, value in table.items() if name != _LABEL}


def check_parameters(table: TomlTable) -> None:
    """Whether every parameter can be read in an expression. Raises ``PackageFault``."""
    for name, value in parameters_of({"parameters": table.content}).items():
        if not _is_readable(name):
            raise table.fault(
                name, "不能在表达式中读取，请改名", "cannot be read in an expression: rename it"
            )
        if not all(isinstance(item, str | int | float) for item in (value if _is_list(value) else [value])):
            raise table.fault(
                name, "应为文字、数、真假，或它们的列表", "must be a text, a number, true or false, or a list"
            )


def _is_list(value: Any) -> bool:
    return isinstance(value, list)


def _is_readable(name: str) -> bool:
    try:
        return compile_expression(f"parameters.{name}").paths == {("parameters", name)}
    except FeelSyntaxError:
        return False
