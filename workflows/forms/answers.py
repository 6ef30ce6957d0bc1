"""One answer to one field: what is kept of it, or what is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, Final

from workflows.forms.materials import MATERIALS, Fault, judged
from workflows.forms.patterns import MAX_TEXT, UnusablePattern, compile_pattern
from workflows.forms.schema import MULTIPLE_CHOICES, TEXTS, Input, Scalar


@dataclass(frozen=True, slots=True)
class Wrong:
    """What is wrong, for the person who has to put it right."""

    zh: str
    en: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Choices:
    """What an answer may refer to: the options of this field and the attachments that exist."""

    options: Collection[Scalar]
    attachments: Collection[str]
    #: What the case holds under the name of the field.
    held: Any = None


#: Longest text of a field that sets no ``maxLength``.
MAX_LENGTH: Final = 20_000
#: Beyond this, JavaScript and JSON databases do not keep a whole number exactly.
MAX_NUMBER: Final = 2**53 - 1
_MAX_PRECISION: Final = 15
#: Floats end here; a Decimal far beyond would overflow when compared.
_MAX_EXPONENT: Final = 400

REQUIRED: Final = Wrong("必填", "Required")
_WRONG_TYPE: Final = Wrong("类型不正确", "Wrong type of value")
_BAD_FORMAT: Final = Wrong("格式不正确", "Not in the expected format")
_NOT_AN_OPTION: Final = Wrong("选项无效", "Not one of the options")
_REPEATED: Final = Wrong("有重复", "Given more than once")

#: Cannot be stored or sent: control characters except tab and line breaks, halves of surrogate pairs.
_UNPRINTABLE: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_DATE: Final = r"\d{4}-\d{2}-\d{2}"
_TIME: Final = r"\d{2}:\d{2}(?::\d{2})?"
#: Subtype → how it is written, and what has to accept it (there is no 30 February).
_TEMPORAL: Final[dict[str, tuple[re.Pattern[str], Callable[[str], object]]]] = {
    "date": (re.compile(_DATE, re.ASCII), date.fromisoformat),
    "time": (re.compile(_TIME, re.ASCII), time.fromisoformat),
    "datetime": (re.compile(rf"{_DATE}T{_TIME}(?:Z|[+-]\d{{2}}:\d{{2}})?", re.ASCII), datetime.fromisoformat),
}
_VALIDATIONS: Final = {
    "email": r"^[A-Za-z0-9._%+'-]{1,64}@[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63})+$",
    "phone": r"^\+?[0-9][0-9 ()-]{4,24}$",
}
VALIDATION_TYPES: Final = frozenset({"", "custom", *_VALIDATIONS})


def is_empty(value: Any) -> bool:
    """Whether a person would say that nothing has been filled in; blanks are nothing."""
    if isinstance(value, str):
        return not value.strip()
    return value is None or (isinstance(value, list) and not value)


def answer(field: Input, value: Any, choices: Choices) -> Any:
    """What is kept of ``value`` - JSON-clean, null or an empty list for nothing - or a :class:`Wrong`."""
    if is_empty(value) and field.type == MATERIALS:
        # What is asked for is on the list whether or not anybody mentions it.
        return missing(field) or _materials(field, [], choices)
    if is_empty(value):
        return missing(field) or ([] if field.many else False if field.type == "checkbox" else None)
    if field.type in TEXTS:
        return _text(field, value)
    return _JUDGES.get(field.type, _choice)(field, value, choices)


def missing(field: Input) -> Wrong | None:
    """What is wrong with no answer at all: nothing, unless the field is required."""
    return _MISSING.get(field.type, REQUIRED) if field.required else None


_MISSING: Final = {
    "checkbox": Wrong("必须勾选", "Must be ticked"),
    "filepicker": Wrong("请上传文件", "Upload a file"),
    MATERIALS: Wrong("请逐项核对材料", "Go through the materials"),
    **dict.fromkeys(MULTIPLE_CHOICES, Wrong("至少选一项", "Choose at least one")),
}


def _text(field: Input, value: Any) -> Any:
    if not isinstance(value, str):
        return _WRONG_TYPE
    longest = MAX_LENGTH if field.max_length is None else field.max_length
    if field.pattern or field.validation in _VALIDATIONS:
        longest = min(longest, MAX_TEXT)
    if len(value) > longest:
        return Wrong(f"不能超过{longest}个字", f"At most {longest} characters")
    if field.min_length is not None and len(value) < field.min_length:
        return Wrong(f"不能少于{field.min_length}个字", f"At least {field.min_length} characters")
    if _UNPRINTABLE.search(value):
        return Wrong("含有不能保存的字符", "Contains characters that cannot be stored")
    if not _fits(field.pattern, value):
        return Wrong(field.pattern_message, field.pattern_message) if field.pattern_message else _BAD_FORMAT
    return value if _fits(_VALIDATIONS.get(field.validation, ""), value) else _BAD_FORMAT


def _fits(pattern: str, value: str) -> bool:
    if not pattern:
        return True
    try:
        return compile_pattern(pattern).found_in(value)
    except UnusablePattern:
        return False


def _number(field: Input, value: Any, _: Choices) -> Any:
    exact = _exact(value)
    if exact is None:
        return _WRONG_TYPE
    if abs(exact) > MAX_NUMBER:
        return Wrong("数字过大", "The number is too large")
    scale = exact.normalize().as_tuple()
    decimals = max(0, -int(scale.exponent))
    if field.digits is not None and decimals > field.digits:
        limit = field.digits
        return (
            Wrong(f"小数不能超过{limit}位", f"At most {limit} decimal places")
            if limit
            else Wrong("必须是整数", "Must be a whole number")
        )
    if decimals and isinstance(value, Decimal) and len(scale.digits) > _MAX_PRECISION:
        return Wrong("数字位数过多", "The number has too many digits")
    if field.least is not None and exact < field.least:
        return Wrong(f"不能小于{field.least}", f"Must not be less than {field.least}")
    if field.most is not None and exact > field.most:
        return Wrong(f"不能大于{field.most}", f"Must not be more than {field.most}")
    return float(exact) if decimals else int(exact)


def _exact(value: Any) -> Decimal | None:
    """35.55 is 35.55, not the nearest binary fraction."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return None
    if isinstance(value, int) and abs(value) > MAX_NUMBER:
        return Decimal(MAX_NUMBER + 1)
    exact = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
    return exact if exact.is_finite() and abs(exact.adjusted()) < _MAX_EXPONENT else None


def _temporal(field: Input, value: Any, _: Choices) -> Any:
    written, read = _TEMPORAL.get(field.subtype, _TEMPORAL["date"])
    if not isinstance(value, str) or not written.fullmatch(value):
        return _BAD_FORMAT
    try:
        read(value)
    except ValueError:
        return Wrong("日期或时间不存在", "There is no such date or time")
    return value


def _tick(field: Input, value: Any, _: Choices) -> Any:
    if not isinstance(value, bool):
        return _WRONG_TYPE
    return value if value else missing(field) or value


def _choice(_: Input, value: Any, choices: Choices) -> Any:
    return value if _is_listed(value, choices.options) else _NOT_AN_OPTION


def _choices(_: Input, value: Any, choices: Choices) -> Any:
    if not isinstance(value, list):
        return _WRONG_TYPE
    if len(value) > len(choices.options) or not all(_is_listed(item, choices.options) for item in value):
        return _NOT_AN_OPTION
    return _REPEATED if len(set(value)) < len(value) else list(value)


def _is_listed(value: Any, options: Collection[Scalar]) -> bool:
    """True is not the option 1, and "1" is not either."""
    return isinstance(value, str | int | float) and any(
        type(option) is type(value) and option == value for option in options
    )


def _files(field: Input, value: Any, choices: Choices) -> Any:
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        return _WRONG_TYPE
    if len(value) > 1 and not field.multiple:
        return Wrong("只能上传一个文件", "Only one file")
    if not all(item in choices.attachments for item in value):
        return Wrong("附件不存在", "There is no such attachment")
    return _REPEATED if len(set(value)) < len(value) else list(value)


def _materials(field: Input, value: Any, choices: Choices) -> Any:
    found = judged(
        value,
        asked=field.asked,
        states=field.states,
        held=choices.held,
        attachments=choices.attachments,
    )
    return Wrong(found.zh, found.en) if isinstance(found, Fault) else found


_JUDGES: Final[dict[str, Callable[[Input, Any, Choices], Any]]] = {
    "number": _number,
    "datetime": _temporal,
    "checkbox": _tick,
    "filepicker": _files,
    MATERIALS: _materials,
    **dict.fromkeys(MULTIPLE_CHOICES, _choices),
}
