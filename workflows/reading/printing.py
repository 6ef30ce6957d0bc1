"""Notices as documents: the version's template, filled in by a sandbox that can reach nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
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
#: What a case does not hold is left blank: the person who prints sees the gap.
_environment = ImmutableSandboxedEnvironment(
    autoescape=True, undefined=ChainableUndefined, trim_blocks=True, lstrip_blocks=True
)
_environment.finalize = lambda value: "" if value is None else value


def print_notice(
    template: str,
    *,
    notice: str,
    case: Mapping[str, Any],
    data: Mapping[str, Any],
    organisation: Mapping[str, Any],
    today: date,
    number: str = "",
) -> Markup:
    """The document as HTML, every value escaped. Raises ``NoticeUnprintable``."""
    try:
        text = _environment.from_string(template).render(
            case=case, data=data, organisation=organisation, today=today, number=number
        )
    except _FAULTS as error:
        raise NoticeUnprintable(notice=notice, reason=f"{type(error).__name__}: {error}") from error
    return Markup(text)  # noqa: S704 - the template is the regulation's own; what it is filled with is escaped


def title_of(template: str, name: str) -> str:
    """The title a template bears: its ``title``, otherwise its first heading."""
    for tag in ("title", "h1"):
        start = template.find(f"<{tag}>")
        end = template.find(f"</{tag}>")
        if 0 <= start < end and "{" not in template[start:end]:
            return template[start + len(tag) + 2 : end].strip()
    return name
