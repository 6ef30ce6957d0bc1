"""Parameters of an organisation: what its regulations leave open and the office has to configure."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, Final

from workflows.definitions.bundle import MATTERS, SLOTS
from workflows.feel import FeelSyntaxError, compile_expression
from workflows.packages.toml import TomlTable

#: Says of the whole table where its values come from; it is for readers and is no parameter.
_LABEL: Final = "source"


def parameters_of(settings: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters among an organisation's settings, by name: numbers, texts, true or false, lists.

    Who fills the role slots of shared diagrams and the catalogue of matters go with them: a case keeps all of
    it as it began.
    """
    table: Mapping[str, Any] = settings.get("parameters") or {}
    found = {name: value for name, value in table.items() if name != _LABEL}
    slots = slots_of(settings)
    matters = settings.get(MATTERS)
    return {**found, **({SLOTS: slots} if slots else {}), **({MATTERS: matters} if matters else {})}


def slots_of(settings: Mapping[str, Any]) -> dict[str, list[str]]:
    """Candidate keys by the name of the role slot they fill."""
    table: Mapping[str, Any] = settings.get("slots") or {}
    return {name: list(keys) for name, keys in table.items() if name != _LABEL}


def check_parameters(table: TomlTable) -> None:
    """Whether every parameter can be read in an expression. Raises ``PackageFault``."""
    for reserved in {SLOTS, MATTERS} & table.content.keys():
        raise table.fault(reserved, "是保留的名称，请改名", "is a reserved name: rename it")
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


def check_slots(table: TomlTable, known: Mapping[str, Collection[str]]) -> None:
    """Whether every role slot is filled by units and roles there are. Raises ``PackageFault``.

    ``known`` are the slugs behind ``unit:``, ``leader:`` and ``role:``.
    """
    for name, keys in table.content.items():
        if name == _LABEL:
            continue
        if not _is_list(keys) or not keys:
            raise table.fault(name, '应为列表，如 ["role:handler"]', 'must be a list like ["role:handler"]')
        for key in keys:
            kind, _, slug = str(key).partition(":")
            if slug not in known.get(kind, ()):
                raise table.fault(name, f"中的“{key}”不存在", f"names {key!r}, which does not exist")
