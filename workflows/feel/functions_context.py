"""The context functions of clause 10.3.4.6."""

from __future__ import annotations

from typing import Any

from workflows.feel.builtins import builtin
from workflows.feel.limits import Budget


@builtin("get value", "m: context, key: string")
def get_value(context: dict[str, Any], key: str) -> Any:
    """The value of an entry."""
    return context.get(key)


@builtin("get value", "context: context, key: string")
def get_value_of(context: dict[str, Any], key: str) -> Any:
    """The same under the parameter's later name."""
    return context.get(key)


@builtin("get entries", "m: context")
def get_entries(context: dict[str, Any]) -> list[Any]:
    """The entries as contexts of key and value."""
    return [{"key": name, "value": entry} for name, entry in context.items()]


@builtin("get entries", "context: context")
def get_entries_of(context: dict[str, Any]) -> list[Any]:
    """The same under the parameter's later name."""
    return [{"key": name, "value": entry} for name, entry in context.items()]


@builtin("context", "entries: list")
def context_of(entries: list[Any]) -> Any:
    """A context from a list of contexts of key and value; null when a key is missing or twice there."""
    made: dict[str, Any] = {}
    for entry in entries:
        if type(entry) is not dict or "value" not in entry or type(entry.get("key")) is not str:
            return None
        if entry["key"] in made:
            return None
        made[entry["key"]] = entry["value"]
    return made


@builtin("context put", "context: context, key: string, value: any", budget=True)
def context_put(budget: Budget, context: dict[str, Any], key: str, value: Any) -> dict[str, Any]:
    """The context with an entry added or replaced."""
    budget.charge(len(context))
    return {**context, key: value}


@builtin("context put", "context: context, keys: list, value: any", budget=True)
def context_put_deep(budget: Budget, context: dict[str, Any], keys: list[Any], value: Any) -> Any:
    """The same at the end of a path of keys."""
    if not keys or type(keys[0]) is not str:
        return None
    budget.charge(len(context) + len(keys))
    if len(keys) == 1:
        return {**context, keys[0]: value}
    inner = context.get(keys[0], {})
    if type(inner) is not dict:
        return None
    deeper = context_put_deep(budget, inner, keys[1:], value)
    return None if deeper is None else {**context, keys[0]: deeper}


@builtin("context merge", "contexts: list", budget=True)
def context_merge(budget: Budget, contexts: list[Any]) -> Any:
    """All entries in one context, the last of a name winning."""
    made: dict[str, Any] = {}
    for context in contexts:
        if type(context) is not dict:
            return None
        budget.charge(len(context))
        made.update(context)
    return made
