"""What validation says about a diagram: where, what is wrong, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple


class Severity(StrEnum):
    """An error prevents publication; a warning and a notice are shown to the author."""

    ERROR = "error"
    WARNING = "warning"
    NOTICE = "notice"


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing a rule found; ``element_id`` is ``None`` when it concerns the file as a whole."""

    rule: str
    severity: Severity
    element_id: str | None
    message_zh: str
    message_en: str
    #: Stable: the rule, and behind a slash the case of it where a rule knows several.
    code: str


class Problem(NamedTuple):
    """What a rule yields; the runner adds the rule's name and severity."""

    element_id: str | None
    message_zh: str
    message_en: str
    #: Which case of the rule, for rules that know several.
    case: str = ""
