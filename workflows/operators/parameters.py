"""Reading what a diagram gives an operator: a null or a wrong kind of value is never passed over."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Final

import orjson

from workflows.clock import BEIJING
from workflows.errors import WorkflowError
from workflows.feel import to_json
from workflows.periods import Period, period
from workflows.references import MARK, is_reference


class UnusableParameter(WorkflowError):
    """A parameter of an operator has no value, or not one of the kind it needs."""

    code = "unusable-parameter"
    message_zh = "自动操作的参数“{parameter}”没有可用的值。"


def required_text(parameter: str, value: Any) -> str:
    """A text that is not empty. Raises ``UnusableParameter``."""
    if not isinstance(value, str) or not value.strip():
        raise UnusableParameter(parameter=parameter, value=repr(to_json(value)))
    return value


#: How the reference of a person begins where a subject is written as text.
_PERSON: Final = f'{{"{MARK}":'


def subject_text(parameter: str, value: Any) -> str:
    """A text, or a person by the reference of an identity, as the text that is kept and looked for.

    Raises ``UnusableParameter``, also for a text written like a reference.
    """
    if is_reference(value):
        return orjson.dumps(value).decode()
    text = required_text(parameter, value)
    if text.startswith(_PERSON):
        raise UnusableParameter(parameter=parameter, value=repr(text))
    return text


def subject_of(text: str) -> Any:
    """What ``subject_text`` wrote: a text, or the reference of an identity."""
    return orjson.loads(text) if text.startswith(_PERSON) else text


def optional_text(parameter: str, value: Any) -> str:
    """A text, empty for null. Raises ``UnusableParameter``."""
    return "" if value is None or value == "" else required_text(parameter, value)


def optional_context(parameter: str, value: Any) -> dict[str, Any]:
    """JSON of a context, empty for null. Raises ``UnusableParameter``."""
    if value is None:
        return {}
    stored = to_json(value)
    if not isinstance(stored, dict):
        raise UnusableParameter(parameter=parameter, value=repr(stored))
    return stored


def date_or_period(value: Any) -> date | Period:
    """What a date, a moment, a period, a FEEL duration or their texts stand for. Raises ``InvalidPeriod``.

    A moment is its day in Asia/Shanghai.
    """
    if isinstance(value, datetime):
        return (value if value.tzinfo is None else value.astimezone(BEIJING)).date()
    if isinstance(value, date | Period):
        return value
    if isinstance(value, str):
        try:
            return date.fromisoformat(value)
        except ValueError:
            return period(value)
    return period(to_json(value))
