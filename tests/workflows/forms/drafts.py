"""Forms to try things on, written as briefly as a test can be read."""

from __future__ import annotations

from typing import Any


def form(*components: dict[str, Any]) -> dict[str, Any]:
    return {"type": "default", "schemaVersion": 19, "components": list(components)}


def field(
    key: str, kind: str = "textfield", *, hide: str = "", rule: str = "", **more: Any
) -> dict[str, Any]:
    """A field; names of ``validate`` may be given directly."""
    validate = {name: more.pop(name) for name in list(more) if name in _VALIDATE}
    component = {"type": kind, "id": f"Field_{key}", "key": key, "label": key, "validate": validate, **more}
    return _with(component, hide, rule)


def group(path: str, *components: dict[str, Any], hide: str = "", rule: str = "") -> dict[str, Any]:
    component = {"type": "group", "id": f"Group_{path}", "label": path, "components": list(components)}
    return _with({**component, "path": path} if path else component, hide, rule)


def rows(path: str, *components: dict[str, Any], hide: str = "", **limits: Any) -> dict[str, Any]:
    component = {"type": "dynamiclist", "id": f"Rows_{path}", "path": path, "components": list(components)}
    return _with({**component, "properties": limits}, hide, "")


def note(identity: str, *, rule: str, message: str = "内容矛盾") -> dict[str, Any]:
    """Static text that carries a rule about several fields."""
    properties = {"validWhen": rule, "message": message, "messageEn": "The answers disagree."}
    return {"type": "text", "id": identity, "text": "说明", "properties": properties}


def options(*values: Any) -> list[dict[str, Any]]:
    return [{"label": str(value), "value": value} for value in values]


_VALIDATE = {
    "required",
    "min",
    "max",
    "minLength",
    "maxLength",
    "pattern",
    "patternErrorMessage",
    "validationType",
}


def _with(component: dict[str, Any], hide: str, rule: str) -> dict[str, Any]:
    if hide:
        component["conditional"] = {"hide": hide}
    if rule:
        component["properties"] = {"validWhen": rule, "message": "不符合规定"}
    return component
