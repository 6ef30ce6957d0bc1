"""What may be published as a form."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.workflows.forms.drafts import field, form, group, note, options, rows
from workflows.forms import check_form, form_fields, judge, outside_names, read_form


def codes(*components: Any) -> list[str]:
    return [problem.code for problem in check_form(form(*components))]


def test_a_form_of_everything_supported_may_be_published() -> None:
    assert not codes(
        {"type": "text", "id": "t", "text": "### 登记"},
        {"type": "separator", "id": "s1"},
        {"type": "spacer", "id": "s2", "height": 20},
        group(
            "applicant",
            field("kind", "radio", values=options("person", "company"), required=True),
            field("id_no", hide='=applicant.kind != "person"', pattern=r"^\d{17}[\dXx]$"),
        ),
        group("", field("area", "number", decimalDigits=2, min=1, max="100000")),
        field("day", "datetime", subtype="date"),
        field("at", "datetime", subtype="datetime"),
        field("department", "select", valuesKey="office.departments"),
        field("materials", "checklist", values=options("a", "b")),
        field("tags", "taglist", values=options(1, 2)),
        field("agreed", "checkbox"),
        field("files", "filepicker", multiple=True),
        field("remark", "textarea", maxLength=200),
        field("意见", validationType="email"),
        rows("extra", field("title"), field("copies", "number"), minRows="1", maxRows=5),
        note("n", rule="count(extra) <= 5"),
    )


@pytest.mark.parametrize(
    "kind", ["html", "button", "image", "iframe", "table", "expression", "script", "", None, 5, []]
)
def test_components_that_the_server_cannot_judge_are_refused(kind: Any) -> None:
    assert codes({"type": kind, "id": "x", "key": "x"}) == ["unsupported-type"]


@pytest.mark.parametrize("schema", [None, [], "x", 5, {}, {"components": None}, {"components": {}}])
def test_what_is_not_a_form_is_refused(schema: Any) -> None:
    assert [problem.code for problem in check_form(schema)] == ["not-a-form"]


@pytest.mark.parametrize(
    "key",
    [
        "",
        "_hidden",
        "__class__",
        "a b",
        "a.b",
        "a-b",
        "1st",
        "if",
        "true",
        "this",
        "a" * 65,
        "（甲）",
        None,
        5,
    ],
)
def test_a_key_that_no_condition_could_name_is_refused(key: Any) -> None:
    assert codes({"type": "textfield", "id": "x", "key": key}) == ["invalid-key"]


@pytest.mark.parametrize("key", ["typename", "申请人", "a1", "items", "x_y"])
def test_ordinary_names_in_either_script_are_keys(key: str) -> None:
    assert codes(field(key)) == []


def test_a_name_is_used_once_in_its_place() -> None:
    assert codes(field("a"), field("a", id="other")) == ["duplicate-key"]
    assert codes(field("a"), group("", field("a", id="other"))) == ["duplicate-key"]
    assert codes(field("a"), group("a", field("b"))) == ["duplicate-key"]
    assert codes(rows("a", field("b")), group("a", field("c"))) == ["duplicate-key"]
    assert codes(field("a"), group("g", field("a", id="other"))) == []


def test_two_groups_may_add_to_the_same_person_but_not_the_same_field() -> None:
    second = {**group("applicant", field("mobile")), "id": "second"}
    assert codes(group("applicant", field("name")), second) == []
    second = {**group("applicant", field("name", id="x")), "id": "second"}
    assert codes(group("applicant", field("name")), second) == ["duplicate-key"]


def test_an_id_is_used_once() -> None:
    assert codes(field("a", id="x"), field("b", id="x")) == ["duplicate-id"]


@pytest.mark.parametrize("pattern", ["(a+)+$", "[", "(?=a)", r"(a)\1", 5])
def test_a_pattern_that_is_dangerous_or_broken_is_refused(pattern: Any) -> None:
    assert codes(field("a", pattern=pattern)) == ["invalid-pattern"]


@pytest.mark.parametrize("hide", ["= a >", "=workdays(3) > 2", '=__import__("os").system("x")', "a ＞ 3"])
def test_a_condition_that_is_not_feel_is_refused(hide: str) -> None:
    assert codes(field("b", hide=hide)) == ["invalid-condition"]


def test_an_empty_condition_is_no_condition() -> None:
    assert codes(field("a", conditional={"hide": ""}), field("b", conditional={})) == []
    assert codes(field("a", conditional="x")) == ["invalid-condition"]


def test_a_rule_needs_an_expression_and_a_message() -> None:
    assert codes(field("a", properties={"validWhen": "a >", "message": "x"})) == ["invalid-rule"]
    assert codes(field("a", properties={"validWhen": "", "message": "x"})) == ["invalid-rule"]
    assert codes(field("a", properties={"validWhen": "a > 1"})) == ["rule-without-message"]


@pytest.mark.parametrize(
    "component",
    [
        field("a", label='="x" + b'),
        field("a", readonly="=b"),
        field("a", "number", min="=b"),
        {"type": "text", "id": "t", "text": "=b"},
    ],
)
def test_expressions_stand_only_where_the_server_evaluates_them(component: dict[str, Any]) -> None:
    assert "expression-not-allowed" in codes(component)


@pytest.mark.parametrize(
    ("component", "code"),
    [
        (field("a", "radio"), "no-options"),
        (field("a", "radio", values=options("x"), valuesKey="y"), "no-options"),
        (field("a", "radio", valuesKey="a..b"), "no-options"),
        (field("a", "radio", valuesExpression="x"), "unsupported-option"),
        (field("a", "radio", values=options("x", "x")), "invalid-options"),
        (field("a", "radio", values=options(None)), "invalid-options"),
        (field("a", "radio", values={"x": 1}), "invalid-options"),
        (field("a", minLength=5, maxLength=2), "invalid-limit"),
        (field("a", maxLength="many"), "invalid-limit"),
        (field("a", maxLength=-1), "invalid-limit"),
        (field("a", "number", min=5, max=2), "invalid-limit"),
        (field("a", "number", decimalDigits=99), "invalid-limit"),
        (field("a", validationType="iban"), "unsupported-option"),
        (field("a", "datetime", subtype="week"), "unsupported-option"),
        (field("a", "datetime", disallowPassedDates=True), "unsupported-option"),
        (rows("a", field("b"), minRows=5, maxRows=2), "invalid-limit"),
        (rows("a", field("b"), maxRows=100_000), "invalid-limit"),
        ({"type": "dynamiclist", "id": "x", "components": []}, "invalid-key"),
        ({"type": "group", "id": "x"}, "no-components"),
        ("text", "not-a-component"),
    ],
)
def test_a_setting_that_cannot_be_honoured_is_refused(component: Any, code: str) -> None:
    assert codes(component) == [code]


def test_a_form_is_neither_too_long_nor_too_deep() -> None:
    many = [field(f"f{n}") for n in range(500)]
    assert codes(*many) == []
    assert codes(*many, field("one_more")) == ["too-many-components"]
    deep = field("x")
    for _ in range(6):
        deep = {"type": "group", "components": [deep]}
    assert codes(deep) == []
    assert codes({"type": "group", "components": [deep]}) == ["nested-too-deep"]


def test_a_form_that_contains_itself_is_refused_and_not_followed() -> None:
    endless: dict[str, Any] = {"type": "group", "components": []}
    endless["components"].append(endless)
    assert "nested-too-deep" in codes(endless)
    assert form_fields(form(endless)) == ()


def test_a_problem_names_the_component_in_both_languages() -> None:
    (problem,) = check_form(form(field("a", "radio")))
    assert problem.component_id == "Field_a"
    assert problem.message_zh != problem.message_en


def test_publication_learns_which_names_must_come_from_the_case() -> None:
    schema = form(
        field("a", hide="=a > limit and applicant.kind = region"),
        group("applicant", field("kind", "radio", valuesKey="office.kinds")),
        note("n", rule="this.a = total"),
    )
    assert outside_names(schema) == {"limit", "region", "office", "total"}


json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
settings = st.sampled_from(
    ["type", "id", "key", "path", "label", "validate", "conditional", "properties", "values", "valuesKey",
     "subtype", "decimalDigits", "components", "min", "max", "pattern", "maxLength", "hide", "validWhen",
     "minRows", "text"]
)  # fmt: skip
kinds = st.sampled_from(
    ["textfield", "number", "datetime", "radio", "checklist", "group", "dynamiclist", "text"]
)
wild = st.recursive(
    st.dictionaries(settings, json, max_size=6),
    lambda inner: st.fixed_dictionaries(
        {"type": kinds, "key": st.text(max_size=3), "path": st.text(max_size=3)},
        optional={
            "components": st.lists(inner, max_size=3),
            "validate": inner,
            "conditional": inner,
            "properties": inner,
        },
    ),
    max_leaves=6,
)


@given(st.lists(wild | json, max_size=4), json)
def test_checking_and_judging_never_fail_whatever_the_schema_is(
    components: list[Any], submitted: Any
) -> None:
    schema = form(*components)
    problems = check_form(schema)
    assert all(problem.message_zh and problem.message_en for problem in problems)
    names = {one.path for one in form_fields(schema)}
    assert isinstance(judge(read_form(schema), submitted).errors, dict)
    assert problems or all(names)
