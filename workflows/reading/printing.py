"""Notices as documents: the version's template, filled in by a sandbox that can reach nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import Any

from jinja2 import ChainableUndefined, TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup

from workflows.errors import WorkflowError


class NoticeUnprintable(WorkflowError):
    """The notice cannot be filled in with what the case holds."""

    code = "notice-unprintable"
    message_zh = "文书“{notice}”无法生成({reason}),请联系流程管理员检查模板。"


#: Whatever a template can do wrong; it was written by people who try things out.
_FAULTS = (TemplateError, TypeError, ValueError, ArithmeticError, LookupError, AttributeError, RecursionError)
#: A ruled line to write on, where a document says nothing.
GAP = Markup('<span class="gap"></span>')


class _Missing(ChainableUndefined):
    """What a case does not hold: false, empty, and a ruled line where it is printed."""

    @property
    def is_meant(self) -> bool:
        """Whether the template itself wants nothing here: an ``if`` within braces that has no ``else``."""
        return self._undefined_name is None and self._undefined_hint is not None


def _ruled(value: Any) -> Any:
    if isinstance(value, _Missing):
        return "" if value.is_meant else GAP
    return GAP if value is None or value == "" else value


_environment = ImmutableSandboxedEnvironment(
    autoescape=True, undefined=_Missing, trim_blocks=True, lstrip_blocks=True, finalize=_ruled
)


def _day(value: Any) -> Any:
    """A date, or a text that begins with one, as official documents write it; anything else as it is."""
    if isinstance(value, str):
        try:
            value = date.fromisoformat(value[:10])
        except ValueError:
            return value
    return f"{value.year}年{value.month}月{value.day}日" if isinstance(value, date) else value


_environment.filters["day"] = _day


def print_notice(
    template: str,
    *,
    notice: str,
    case: Mapping[str, Any],
    data: Mapping[str, Any],
    organisation: Mapping[str, Any],
    today: date,
    number: str = "",
    parameters: Mapping[str, Any] = MappingProxyType({}),
) -> Markup:
    """The document as HTML, every value escaped; what is null, empty or not there is a ruled line.

    Raises ``NoticeUnprintable``.
    """
    try:
        text = _environment.from_string(template).render(
            case=case,
            data=_without_nulls(data),
            organisation=organisation,
            parameters=parameters,
            today=today,
            number=number,
        )
    except _FAULTS as error:
        raise NoticeUnprintable(notice=notice, reason=f"{type(error).__name__}: {error}") from error
    return Markup(text)  # noqa: S704 - the template is the regulation's own; what it is filled with is escaped


def _without_nulls(value: Any) -> Any:
    """The data without entries that are null: a template can ask them for more, or go through them."""
    if isinstance(value, Mapping):
        return {key: _without_nulls(item) for key, item in value.items() if item is not None}
    if isinstance(value, list):
        return [_without_nulls(item) for item in value]
    return value


def title_of(template: str, name: str) -> str:
    """The title a template bears: its ``title``, otherwise its first heading."""
    for tag in ("title", "h1"):
        start = template.find(f"<{tag}>")
        end = template.find(f"</{tag}>")
        if 0 <= start < end and "{" not in template[start:end]:
            return template[start + len(tag) + 2 : end].strip()
    return name
