"""Checks a form-js schema before it is published: only what the server can judge may be asked of people."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from workflows.errors import WorkflowError
from workflows.feel import compile_expression
from workflows.forms.answers import MAX_NUMBER, VALIDATION_TYPES
from workflows.forms.materials import State, states_in
from workflows.forms.offering import LISTING, OFFERING, PROPOSING
from workflows.forms.patterns import UnusablePattern, compile_pattern
from workflows.forms.schema import (
    CHOICES,
    CONTAINERS,
    INPUTS,
    MAX_COMPONENTS,
    MAX_DEPTH,
    MAX_ROWS,
    MULTIPLE_CHOICES,
    STATIC,
    TEXTS,
    condition,
    decimal,
    feel,
    mapping,
    materials_asked,
    option_values,
    options_offered,
    row_limits,
    text,
    value_proposed,
    whole,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class FormProblem:
    """Something that keeps a form from being published; ``component_id`` is empty for the form itself."""

    component_id: str
    code: str
    message_zh: str
    message_en: str


#: Code, Chinese, English; the component is added by whoever goes through the form.
Complaint: TypeAlias = tuple[str, str, str]
Component: TypeAlias = Mapping[str, Any]

_NAME: Final = re.compile(r"[^\W\d_]\w{0,63}")
#: FEEL's own words, and the name under which conditions find the fields themselves.
_RESERVED: Final = frozenset(
    {"if", "then", "else", "for", "in", "return", "some", "every", "satisfies", "instance", "of", "function"}
    | {"external", "between", "and", "or", "not", "null", "true", "false", "this"}
)
_SUBTYPES: Final = frozenset({"date", "time", "datetime"})
_MAX_TEXT_LENGTH: Final = 200_000


def check_form(schema: Any) -> list[FormProblem]:
    """Every reason not to publish the form, in document order; never raises, whatever ``schema`` is."""
    if not isinstance(schema, Mapping) or not isinstance(schema.get("components"), list):
        return [_problem("", ("not-a-form", "不是表单定义（缺少 components）", "Not a form: no components"))]
    inspection = _Inspection()
    inspection.components(schema["components"], depth=0, names={})
    return inspection.problems


def outside_names(schema: Any) -> frozenset[str]:
    """Names that the expressions of a checked form read from the case, not from the form itself.

    Publication compares them with what the process can know; the form's own fields are left out.
    """
    return frozenset(path[0] for path in outside_paths(schema))


def outside_paths(schema: Any) -> frozenset[tuple[str, ...]]:
    """The same with what is read of each name: ``("case", "number")``."""
    if check_form(schema):
        return frozenset()
    own: set[str] = {"this"}
    read: set[tuple[str, ...]] = set()
    offered: set[tuple[str, ...]] = set()
    for component in _components(schema):
        own.add(text(component, "key") or text(component, "path"))
        for expression in (condition(component), _valid_when(component)):
            if expression:
                read |= _paths(expression)
        given_in = (options_offered(component), value_proposed(component), materials_asked(component))
        for given in filter(None, given_in):
            offered |= _paths(given)
        if values_key := text(component, "valuesKey"):
            read.add(tuple(values_key.split(".")))
    # What people choose from and start out with is made before they fill anything in.
    return frozenset(path for path in read if path[0] not in own) | offered


def _paths(expression: str) -> set[tuple[str, ...]]:
    compiled = compile_expression(expression)
    return {*compiled.paths, *((name,) for name in compiled.names)}


def _components(container: Component) -> Iterator[Component]:
    for component in container.get("components") or ():
        yield component
        yield from _components(component)


def _problem(component_id: str, complaint: Complaint) -> FormProblem:
    code, zh, en = complaint
    return FormProblem(component_id=component_id, code=code, message_zh=zh, message_en=en)


class _Inspection:
    """One walk over a schema."""

    def __init__(self) -> None:
        self.problems: list[FormProblem] = []
        self._ids: set[str] = set()
        self._count = 0

    def components(self, listed: list[Any], *, depth: int, names: dict[str, Any]) -> None:
        """``names`` are those of the enclosing scope so far; a group's own names are a dict within."""
        for component in listed:
            self._count += 1
            if self._count > MAX_COMPONENTS:
                if self._count == MAX_COMPONENTS + 1:
                    limit = MAX_COMPONENTS
                    self._add(
                        "", ("too-many-components", f"组件超过{limit}个", f"More than {limit} components")
                    )
                return
            self._component(component, depth=depth, names=names)

    def _add(self, component_id: str, complaint: Complaint) -> None:
        self.problems.append(_problem(component_id, complaint))

    def _component(self, component: Any, *, depth: int, names: dict[str, Any]) -> None:
        if not isinstance(component, Mapping):
            self._add("", ("not-a-component", "组件不是对象", "A component is not an object"))
            return
        shown_id = text(component, "id") or text(component, "key") or text(component, "path")
        for complaint in (*self._identity(component), *_check_type(component)):
            self._add(shown_id, complaint)
        if text(component, "type") in CONTAINERS:
            self._container(component, shown_id, depth=depth, names=names)
        elif text(component, "type") in INPUTS:
            self._name(text(component, "key"), shown_id, names, group=False)

    def _identity(self, component: Component) -> Iterator[Complaint]:
        if component.get("id") is None:
            return
        identity = text(component, "id")
        if not identity or identity in self._ids:
            yield (
                "duplicate-id",
                "组件 id 重复或不是文字",
                "The id of the component is not text, or used twice",
            )
        self._ids.add(identity)

    def _container(self, component: Component, shown_id: str, *, depth: int, names: dict[str, Any]) -> None:
        repeated = component["type"] == "dynamiclist"
        path = text(component, "path")
        inner = names
        if path or repeated or component.get("path") not in (None, ""):
            inner = self._name(path, shown_id, names, group=not repeated)
        listed = component.get("components")
        if not isinstance(listed, list):
            self._add(shown_id, ("no-components", "容器缺少 components", "The container has no components"))
        elif depth + 1 > MAX_DEPTH:
            limit = MAX_DEPTH
            self._add(shown_id, ("nested-too-deep", f"嵌套超过{limit}层", f"Nested more than {limit} deep"))
        else:
            self.components(listed, depth=depth + 1, names=inner)

    def _name(self, name: str, shown_id: str, names: dict[str, Any], *, group: bool) -> dict[str, Any]:
        """Enter a name into its scope; two groups may share one, and then share their fields' names."""
        if not _NAME.fullmatch(name) or name in _RESERVED:
            zh = f"名称“{name[:64]}”不能使用：须以文字开头，只含文字、数字和下划线，且不是 FEEL 的保留字"
            en = f"The name {name[:64]!r} must be letters, digits and _, start with a letter, no FEEL word"
            self._add(shown_id, ("invalid-key", zh, en))
            return {}
        if name not in names:
            names[name] = {} if group else None
        elif not group or names[name] is None:
            zh, en = f"名称“{name}”在同一层重复", f"The name {name!r} is used twice in one place"
            self._add(shown_id, ("duplicate-key", zh, en))
        inner: dict[str, Any] | None = names[name]
        return {} if inner is None else inner


def _check_type(component: Component) -> Iterator[Complaint]:
    kind = text(component, "type")
    if kind not in INPUTS | STATIC | CONTAINERS:
        shown = kind[:40] or "?"
        yield "unsupported-type", f"组件类型 {shown} 不支持", f"Components of type {shown} are not supported"
        return
    yield from _check_condition(component)
    yield from _check_rule(component)
    yield from _check_proposal(component)
    yield from _check_expressions(component)
    for check in _CHECKS.get(kind, ()):
        yield from check(component)


def _check_condition(component: Component) -> Iterator[Complaint]:
    written = component.get("conditional")
    if written is None:
        return
    if not isinstance(written, Mapping) or not isinstance(written.get("hide", ""), str):
        yield "invalid-condition", "显示条件格式不正确", "The condition is not of the form {hide: text}"
    elif expression := condition(component):
        yield from _check_feel(expression, "invalid-condition")


def _valid_when(component: Component) -> str:
    return feel(text(mapping(component, "properties"), "validWhen"))


def _check_rule(component: Component) -> Iterator[Complaint]:
    properties = mapping(component, "properties")
    if "validWhen" not in properties:
        return
    expression = _valid_when(component)
    if not expression:
        yield "invalid-rule", "校验规则为空或不是文字", "The rule is empty or not text"
        return
    yield from _check_feel(expression, "invalid-rule")
    if not text(properties, "message").strip():
        yield "rule-without-message", "校验规则缺少提示文字 message", "The rule has no message for people"


def _check_proposal(component: Component) -> Iterator[Complaint]:
    if "default" not in mapping(component, "properties"):
        return
    if text(component, "type") not in INPUTS or component.get("defaultValue") not in (None, "", []):
        zh, en = "default 只能写在没有 defaultValue 的字段上", "default is for a field without a defaultValue"
        yield "invalid-default", zh, en
    yield from _check_feel(value_proposed(component) or "-", "invalid-default", callable_here=PROPOSING)


def _check_feel(
    expression: str, code: str, *, callable_here: frozenset[str] = frozenset()
) -> Iterator[Complaint]:
    try:
        compiled = compile_expression(expression)
    except WorkflowError as problem:
        yield code, problem.in_chinese(), problem.message
        return
    if strange := compiled.functions - callable_here:
        unknown = "、".join(sorted(strange))[:100]
        yield code, f"此处不能使用函数 {unknown}", f"Not a function that may be called here: {unknown}"


def _check_expressions(component: Component) -> Iterator[Complaint]:
    """form-js evaluates any text that begins with ``=``; the server does so only where it says it does."""
    places = [*component.items(), *mapping(component, "validate").items()]
    for name, value in places:
        if isinstance(name, str) and isinstance(value, str) and value.lstrip().startswith("="):
            zh, en = f"{name[:40]} 不能写表达式", f"No expression may stand in {name[:40]}"
            yield "expression-not-allowed", zh, en


def _check_text(component: Component) -> Iterator[Complaint]:
    validate = mapping(component, "validate")
    yield from _check_bounds(validate, "minLength", "maxLength", whole_up_to=_MAX_TEXT_LENGTH)
    if text(validate, "validationType") not in VALIDATION_TYPES:
        yield "unsupported-option", "不支持这种校验类型", "This validation type is not supported"
    pattern = validate.get("pattern")
    if pattern in (None, ""):
        return
    if not isinstance(pattern, str):
        yield "invalid-pattern", "正则表达式不是文字", "The pattern is not text"
        return
    try:
        compile_pattern(pattern)
    except UnusablePattern as problem:
        yield "invalid-pattern", problem.in_chinese(), problem.message


def _check_number(component: Component) -> Iterator[Complaint]:
    yield from _check_bounds(mapping(component, "validate"), "min", "max", whole_up_to=None)
    digits = component.get("decimalDigits")
    if digits not in (None, "") and not 0 <= _or(whole(digits), -1) <= 10:
        yield "invalid-limit", "小数位数须为 0 至 10", "decimalDigits must be 0 to 10"


def _check_bounds(
    limits: Component, least: str, most: str, *, whole_up_to: int | None
) -> Iterator[Complaint]:
    for name in (least, most):
        value = limits.get(name)
        number = decimal(value) if whole_up_to is None else whole(value)
        in_range = number is not None and (whole_up_to is None or 0 <= number <= whole_up_to)
        if value not in (None, "") and not in_range:
            yield "invalid-limit", f"{name} 不是可用的数", f"{name} is not a usable number"
    low, high = decimal(limits.get(least)), decimal(limits.get(most))
    if low is not None and high is not None and low > high:
        yield "invalid-limit", f"{least} 大于 {most}", f"{least} is more than {most}"


def _check_datetime(component: Component) -> Iterator[Complaint]:
    if "subtype" in component and text(component, "subtype") not in _SUBTYPES:
        yield "unsupported-option", "日期控件的 subtype 不支持", "This subtype of datetime is not supported"
    if component.get("disallowPassedDates"):
        zh, en = "不支持禁止过去日期，请用校验规则", "disallowPassedDates is not supported; use a rule"
        yield "unsupported-option", zh, en


def _check_options(component: Component) -> Iterator[Complaint]:
    if component.get("valuesExpression"):
        yield "unsupported-option", "选项不能来自表达式", "Options cannot come from an expression"
        return
    listed, values_key = component.get("values"), component.get("valuesKey")
    if "options" in mapping(component, "properties"):
        yield from _check_offer(component)
        # What is listed comes first: "nobody", say, which no directory has.
        yield from _check_listed(listed) if listed else ()
        return
    if bool(listed) == bool(values_key):
        yield "no-options", "须且只能写明 values 或 valuesKey 之一", "Needs either values or valuesKey"
    elif values_key:
        if not isinstance(values_key, str) or not all(_NAME.fullmatch(n) for n in values_key.split(".")):
            yield "no-options", "valuesKey 不是可用的名称", "valuesKey is not a usable name"
    else:
        yield from _check_listed(listed)


def _check_offer(component: Component) -> Iterator[Complaint]:
    expression = options_offered(component)
    if component.get("valuesKey"):
        zh, en = "options 与 valuesKey 不能并用", "Has both options out of the directory and a valuesKey"
        yield "no-options", zh, en
    problems = list(_check_feel(expression or "-", "invalid-options", callable_here=OFFERING))
    yield from problems
    if not problems and compile_expression(expression).functions.isdisjoint(LISTING):
        zh = "options 须用 people(…)、units(…) 或 procedures() 取选项"
        yield "invalid-options", zh, "options must call people(…), units(…) or procedures()"


def _check_listed(listed: Any) -> Iterator[Complaint]:
    values = [v for v in option_values(listed) if isinstance(v, str) or abs(v) <= MAX_NUMBER]
    if not isinstance(listed, list) or len(values) < len(listed):
        yield (
            "invalid-options",
            "选项的 value 须为文字或数",
            "The value of an option must be text or a number",
        )
    elif len({str(value) for value in values}) < len(values):
        yield "invalid-options", "选项的 value 重复", "Two options have the same value"


def _check_materials(component: Component) -> Iterator[Complaint]:
    properties = mapping(component, "properties")
    if "materials" in properties:
        yield from _check_feel(materials_asked(component) or "-", "invalid-materials")
    try:
        states_in(text(properties, "states"))
    except ValueError:
        known = "、".join(State)
        zh, en = f"states 只能写 {known}", f"states may only name {', '.join(State)}"
        yield "invalid-materials", zh, en


def _check_rows(component: Component) -> Iterator[Complaint]:
    yield from _check_bounds(mapping(component, "properties"), "minRows", "maxRows", whole_up_to=MAX_ROWS)
    least, most = row_limits(component)
    if most == 0 or (least is not None and least > MAX_ROWS):
        yield "invalid-limit", "行数限制不可用", "The limits of rows cannot be met"


def _check_shown(component: Component) -> Iterator[Complaint]:
    if not isinstance(component.get("text", ""), str):
        yield "invalid-text", "text 不是文字", "text is not text"


def _or(value: int | None, default: int) -> int:
    return default if value is None else value


_CHECKS: Final[dict[str, tuple[Callable[[Component], Iterator[Complaint]], ...]]] = {
    **dict.fromkeys(TEXTS, (_check_text,)),
    **dict.fromkeys(CHOICES | MULTIPLE_CHOICES, (_check_options,)),
    "number": (_check_number,),
    "datetime": (_check_datetime,),
    "filepicker": (_check_materials,),
    "dynamiclist": (_check_rows,),
    "text": (_check_shown,),
}
