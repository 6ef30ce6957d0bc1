"""What a completed form is worth: types, limits, conditions, repeated groups, rules, and strangers."""

from __future__ import annotations

import json
from decimal import Decimal
from time import perf_counter
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.workflows.forms.drafts import field, form, group, note, options, rows
from workflows.forms import check_form, form_fields, judge, read_form

#: Errors by path; or the values when there are none.
Outcome = dict[str, Any]


def outcome(schema: Any, submitted: Any, **how: Any) -> tuple[Outcome, Outcome]:
    assert check_form(schema) == []
    found = judge(schema, submitted, **how)
    assert set(found.errors) == set(found.errors_en)
    assert orjson.loads(orjson.dumps(found.values)) == found.values
    return found.values, found.errors


def errors(component: Any, value: Any, **how: Any) -> Outcome:
    return outcome(form(component), {"a": value}, **how)[1]


def kept(component: Any, value: Any, **how: Any) -> Any:
    values, wrong = outcome(form(component), {"a": value}, **how)
    assert wrong == {}
    return values["a"]


class TestTexts:
    def test_a_required_text_is_not_blank(self) -> None:
        for nothing in (None, "", "   ", "\u3000"):
            assert errors(field("a", required=True), nothing) == {"a": "必填"}
        assert outcome(form(field("a", required=True)), {})[1] == {"a": "必填"}

    def test_what_is_left_empty_is_kept_as_null_and_what_is_not_given_is_absent(self) -> None:
        assert outcome(form(field("a"), field("b")), {"a": ""})[0] == {"a": None}

    def test_length_counts_characters(self) -> None:
        assert errors(field("a", maxLength=2), "张三丰") == {"a": "不能超过2个字"}
        assert errors(field("a", minLength=3), "张三") == {"a": "不能少于3个字"}
        assert kept(field("a", minLength=2, maxLength="2"), "张三") == "张三"

    def test_a_text_without_a_limit_of_its_own_has_one_all_the_same(self) -> None:
        assert errors(field("a"), "字" * 20_001) == {"a": "不能超过20000个字"}
        assert kept(field("a", maxLength=30_000), "字" * 20_001) == "字" * 20_001

    def test_a_pattern_knows_only_ascii_digits_and_the_very_end(self) -> None:
        mobile = field("a", pattern=r"^1\d{10}$", patternErrorMessage="手机号应为11位")
        assert kept(mobile, "10000000000") == "10000000000"
        for wrong in ("1０000000000", "10000000000\n", "1000000000"):
            assert errors(mobile, wrong) == {"a": "手机号应为11位"}

    def test_an_address_and_a_telephone_number_look_like_one(self) -> None:
        assert kept(field("a", validationType="email"), "zhang.san@example.invalid")
        assert errors(field("a", validationType="email"), "zhang@invalid") == {"a": "格式不正确"}
        assert kept(field("a", validationType="phone"), "000-0000 0000")
        assert errors(field("a", validationType="phone"), "call me") == {"a": "格式不正确"}

    @pytest.mark.parametrize("value", [5, True, {"x": 1}, ["x"], 1.5])
    def test_what_is_not_text_is_refused(self, value: Any) -> None:
        assert errors(field("a"), value) == {"a": "类型不正确"}

    def test_characters_that_no_database_keeps_are_refused(self) -> None:
        assert errors(field("a"), "a\x00b") == {"a": "含有不能保存的字符"}
        assert kept(field("a", "textarea"), "一\n二\t三") == "一\n二\t三"
        assert outcome(form(field("a")), {"a": "\ud800"})[1] == {"": "提交的内容不能读取"}


class TestNumbers:
    def test_whole_numbers_stay_whole(self) -> None:
        for given_ in (3, 3.0, Decimal("3.00")):
            value = kept(field("a", "number"), given_)
            assert (value, type(value)) == (3, int)

    @pytest.mark.parametrize("value", [35.55, 0.07, 1.1, 4.35, 1234567.89, Decimal("0.29")])
    def test_two_decimals_are_two_decimals_in_any_binary_fraction(self, value: Any) -> None:
        assert kept(field("a", "number", decimalDigits=2), value) == float(value)

    def test_too_many_decimals_are_refused(self) -> None:
        assert errors(field("a", "number", decimalDigits=2), 1.005) == {"a": "小数不能超过2位"}
        assert errors(field("a", "number", decimalDigits=0), 1.5) == {"a": "必须是整数"}

    def test_the_limits_themselves_are_allowed(self) -> None:
        bounded = field("a", "number", min=0.1, max=5)
        assert kept(bounded, Decimal("0.1")) == 0.1
        assert kept(bounded, 5) == 5
        assert errors(bounded, 0.09) == {"a": "不能小于0.1"}
        assert errors(bounded, 5.01) == {"a": "不能大于5"}

    @pytest.mark.parametrize(
        "value", ["5", True, [5], float("nan"), float("inf"), Decimal("NaN"), Decimal("1e999999")]
    )
    def test_what_is_not_a_finite_number_is_refused(self, value: Any) -> None:
        assert errors(field("a", "number"), value) == {"a": "类型不正确"}

    @pytest.mark.parametrize("value", [2**53, -(2**53), 1e300, 2**63])
    def test_a_number_that_would_not_be_kept_exactly_is_refused(self, value: Any) -> None:
        assert errors(field("a", "number"), value) == {"a": "数字过大"}
        assert errors(field("a", "number"), Decimal("0.12345678901234567")) == {"a": "数字位数过多"}


class TestDates:
    @pytest.mark.parametrize(
        ("subtype", "fits", "misses"),
        [
            ("date", ["2026-03-04", "2024-02-29"],
             ["2026-02-30", "20260304", "2026-W10-1", "2026-3-4", "０２６-03-04", 5]),
            ("time", ["09:30", "09:30:00"], ["25:00", "9:30", "0930"]),
            ("datetime", ["2026-03-04T09:30", "2026-03-04T09:30:00Z", "2026-03-04T09:30+08:00"],
             ["2026-03-04", "2026-03-04 09:30", "2026-02-30T09:30"]),
        ],
    )  # fmt: skip
    def test_a_date_is_a_real_one_in_iso_form(self, subtype: str, fits: list[str], misses: list[Any]) -> None:
        component = field("a", "datetime", subtype=subtype)
        for value in fits:
            assert kept(component, value) == value
        for value in misses:
            assert set(errors(component, value)) == {"a"}


class TestChoices:
    def test_one_of_the_options_and_no_other(self) -> None:
        component = field("a", "select", values=options("x", 1))
        assert [kept(component, value) for value in ("x", 1)] == ["x", 1]
        for value in ("y", "1", True, ["x"], {"x": 1}):
            assert errors(component, value) == {"a": "选项无效"}

    def test_options_may_be_known_from_the_case(self) -> None:
        component = field("a", "radio", valuesKey="office.departments")
        known = {"office": {"departments": [{"label": "一科", "value": "d1"}, "d2"]}}
        assert [kept(component, value, known=known) for value in ("d1", "d2")] == ["d1", "d2"]
        assert errors(component, "d3", known=known) == {"a": "选项无效"}
        assert errors(component, "d1") == {"a": "选项无效"}

    def test_several_options_each_once(self) -> None:
        component = field("a", "checklist", values=options("x", "y"), required=True)
        assert kept(component, ["y", "x"]) == ["y", "x"]
        assert errors(component, []) == {"a": "至少选一项"}
        assert errors(component, ["x", "x"]) == {"a": "有重复"}
        assert errors(component, ["x", "z"]) == errors(component, [["x"]]) == {"a": "选项无效"}
        assert errors(component, "x") == {"a": "类型不正确"}
        assert kept(field("a", "taglist", values=options("x")), None) == []

    def test_a_promise_has_to_be_ticked(self) -> None:
        assert errors(field("a", "checkbox", required=True), False) == {"a": "必须勾选"}
        assert outcome(form(field("a", "checkbox", required=True)), {})[1] == {"a": "必须勾选"}
        assert kept(field("a", "checkbox", required=True), True) is True
        assert kept(field("a", "checkbox"), None) is False
        assert errors(field("a", "checkbox"), "true") == {"a": "类型不正确"}


class TestFiles:
    def test_a_file_is_named_by_the_id_of_an_attachment_that_exists(self) -> None:
        component = field("a", "filepicker", multiple=True, required=True)
        assert kept(component, ["f1", "f2"], attachments={"f1", "f2"}) == ["f1", "f2"]
        assert errors(component, ["f1", "f9"], attachments={"f1"}) == {"a": "附件不存在"}
        assert errors(component, ["f1", "f1"], attachments={"f1"}) == {"a": "有重复"}
        assert errors(component, []) == {"a": "请上传文件"}
        assert errors(component, [{"id": "f1"}], attachments={"f1"}) == {"a": "类型不正确"}

    def test_one_file_where_one_is_asked_for(self) -> None:
        assert errors(field("a", "filepicker"), ["f1", "f2"], attachments={"f1", "f2"}) == {
            "a": "只能上传一个文件"
        }


class TestConditions:
    schema = form(
        group(
            "applicant",
            field("kind", "radio", values=options("person", "company"), required=True),
            field("id_no", hide='=applicant.kind != "person"', required=True),
            field("uscc", hide='=applicant.kind != "company"', required=True),
        )
    )

    def test_a_hidden_field_is_neither_asked_nor_kept(self) -> None:
        found = outcome(self.schema, {"applicant": {"kind": "person", "id_no": "000", "uscc": "stale"}})
        assert found == ({"applicant": {"kind": "person", "id_no": "000"}}, {})

    def test_a_visible_field_is_asked(self) -> None:
        assert outcome(self.schema, {"applicant": {"kind": "company"}})[1] == {"applicant.uscc": "必填"}

    def test_a_value_left_in_a_hidden_field_shows_nothing_else(self) -> None:
        schema = form(
            field("a", "checkbox"),
            field("b", "checkbox", hide="=a != true"),
            field("c", hide="=b != true", required=True),
        )
        assert outcome(schema, {"a": False, "b": True, "c": ""}) == ({"a": False}, {})
        assert outcome(schema, {"a": True, "b": True})[1] == {"c": "必填"}

    def test_conditions_that_contradict_each_other_come_to_an_end(self) -> None:
        schema = form(field("a", hide="=b = null"), field("b", hide="=a != null"))
        assert outcome(schema, {"a": "x", "b": "y"})[1] == {}

    def test_a_condition_sees_what_the_case_knows_behind_what_is_submitted(self) -> None:
        schema = form(field("a", hide="=total > 100"), group("g", field("b", hide="=g.kept = 1")))
        assert outcome(schema, {"a": "x", "g": {"b": "y"}}, known={"total": 101, "g": {"kept": 1}}) == (
            {},
            {},
        )
        assert outcome(schema, {"a": "x"}, known={"total": 99})[0] == {"a": "x"}

    def test_a_condition_that_says_nothing_hides_nothing(self) -> None:
        assert outcome(form(field("a", hide="=unknown > 3")), {"a": "x"})[0] == {"a": "x"}
        assert outcome(form(field("a", hide='="text"')), {"a": "x"})[0] == {"a": "x"}

    def test_a_hidden_group_takes_everything_in_it_along(self) -> None:
        schema = form(
            field("a", "checkbox"),
            group(
                "g",
                field("b", required=True),
                rows("r", field("c", required=True), minRows=1),
                hide="=a = true",
            ),
            field("d", hide="=g.b = null"),
        )
        assert outcome(schema, {"a": True, "g": {"b": "x"}, "d": "y"}) == ({"a": True}, {})
        assert set(outcome(schema, {"a": False})[1]) == {"g.b", "g.r"}

    def test_a_condition_in_a_row_looks_at_its_own_row(self) -> None:
        schema = form(
            rows(
                "r",
                field("kind", "radio", values=options("x", "y")),
                field("why", hide='=kind = "x"', required=True),
                field("more", hide='=this.kind = "x"'),
            )
        )
        submitted = {"r": [{"kind": "x", "why": "?", "more": "?"}, {"kind": "y", "more": "!"}]}
        values, wrong = outcome(schema, submitted)
        assert wrong == {"r.1.why": "必填"}
        assert values == {"r": [{"kind": "x"}, {"kind": "y", "more": "!"}]}


class TestRows:
    schema = form(
        rows("extra", field("title", required=True), field("copies", "number", min=1), minRows=1, maxRows=3)
    )

    def test_each_row_is_judged(self) -> None:
        submitted = {"extra": [{"title": "某某材料", "copies": 2}, {"copies": 0}]}
        assert outcome(self.schema, submitted)[1] == {"extra.1.title": "必填", "extra.1.copies": "不能小于1"}

    def test_there_are_neither_too_few_nor_too_many(self) -> None:
        assert (
            outcome(self.schema, {})[1] == outcome(self.schema, {"extra": []})[1] == {"extra": "至少填写1行"}
        )
        assert outcome(self.schema, {"extra": [{"title": "x"}] * 4})[1] == {"extra": "最多填写3行"}
        assert "r" in outcome(form(rows("r", field("x"))), {"r": [{}] * 201})[1]

    @pytest.mark.parametrize("value", ["x", 5, {"0": {}}])
    def test_what_is_not_a_list_is_refused(self, value: Any) -> None:
        assert "extra" in outcome(self.schema, {"extra": value})[1]

    def test_a_row_that_is_not_an_object_is_refused(self) -> None:
        assert outcome(self.schema, {"extra": ["x"]})[1]["extra.0"] == "类型不正确"


class TestStrangers:
    STRANGER = "含有表单之外的字段"

    @pytest.mark.parametrize("name", ["typename", "__class__", "__proto__", "constructor", "b.c", ""])
    def test_a_field_the_form_does_not_have_is_refused_by_name(self, name: str) -> None:
        assert outcome(form(field("a")), {"a": "x", name: {"__init__": 1}}) == (
            {"a": "x"},
            {name: self.STRANGER},
        )

    def test_also_within_groups_and_rows(self) -> None:
        schema = form(group("g", field("a")), rows("r", field("b")))
        submitted = {"g": {"a": "x", "z": 1}, "r": [{"b": "x"}, {"z": 1}]}
        assert outcome(schema, submitted)[1] == {"g.z": self.STRANGER, "r.1.z": self.STRANGER}

    def test_a_read_only_field_is_shown_and_not_written(self) -> None:
        schema = form(
            field("a", readonly=True, required=True), field("b", disabled=True), field("c", hide="=a = 1")
        )
        found = outcome(schema, {"a": 2, "b": "x", "c": "y"}, known={"a": 1})
        assert found == ({}, {})

    def test_a_name_that_is_a_group_holds_an_object(self) -> None:
        assert outcome(form(group("g", field("a"))), {"g": "x"})[1] == {"g": "类型不正确"}

    @pytest.mark.parametrize("submitted", [None, [], "x", 5])
    def test_a_submission_is_an_object(self, submitted: Any) -> None:
        assert outcome(form(field("a")), submitted)[1] == {"": "类型不正确"}

    def test_a_submission_is_of_reasonable_size(self) -> None:
        component = field("a", "textarea", maxLength=200_000)
        assert outcome(form(component), {"a": "x" * 199_000})[1] == {}
        assert outcome(form(component), {"a": "x" * 200_000})[1] == {"": "提交的内容过大"}

    def test_a_submission_nested_without_end_is_refused(self) -> None:
        endless: dict[str, Any] = {}
        endless["a"] = endless
        assert outcome(form(field("a")), endless)[1] == {"": "提交的内容不能读取"}

    def test_a_flood_of_strangers_is_reported_in_part(self) -> None:
        assert len(outcome(form(field("a")), {f"x{n}": 1 for n in range(5_000)})[1]) == 200


class TestRules:
    def test_a_date_may_not_precede_another(self) -> None:
        schema = form(
            field("begins", "datetime"), field("ends", "datetime", rule="date(ends) >= date(begins)")
        )
        assert outcome(schema, {"begins": "2026-03-04", "ends": "2026-03-05"})[1] == {}
        assert outcome(schema, {"begins": "2026-03-04", "ends": "2026-03-03"})[1] == {"ends": "不符合规定"}

    def test_a_rule_on_an_empty_field_is_not_asked_but_one_that_says_nothing_is_broken(self) -> None:
        schema = form(
            field("begins", "datetime"), field("ends", "datetime", rule="date(ends) >= date(begins)")
        )
        assert outcome(schema, {"begins": "2026-03-04", "ends": ""})[1] == {}
        assert outcome(schema, {"begins": None, "ends": "2026-03-04"})[1] == {"ends": "不符合规定"}

    def test_representatives_number_between_one_and_five(self) -> None:
        schema = form(
            rows("representatives", field("name", required=True)),
            note(
                "Text_n",
                rule="count(representatives) >= 1 and count(representatives) <= 5",
                message="代表人应为1至5人",
            ),
        )
        assert outcome(schema, {"representatives": [{"name": "张三"}]})[1] == {}
        assert outcome(schema, {"representatives": []})[1] == {"Text_n": "代表人应为1至5人"}
        found = judge(schema, {"representatives": [{"name": "张三"}] * 6})
        assert found.errors_en == {"Text_n": "The answers disagree."}
        assert not found.is_accepted

    def test_all_matters_name_the_same_department(self) -> None:
        schema = form(
            rows("matters", field("department", required=True)),
            note("Text_n", rule="count(distinct values(matters.department)) <= 1"),
        )
        assert outcome(schema, {"matters": [{"department": "d1"}, {"department": "d1"}]})[1] == {}
        assert set(outcome(schema, {"matters": [{"department": "d1"}, {"department": "d2"}]})[1]) == {
            "Text_n"
        }

    def test_a_rule_in_a_row_is_about_that_row(self) -> None:
        schema = form(rows("r", field("a", "number"), field("b", "number", rule="b > a")))
        assert outcome(schema, {"r": [{"a": 1, "b": 2}, {"a": 3, "b": 2}]})[1] == {"r.1.b": "不符合规定"}

    def test_a_rule_on_a_group_is_reported_at_the_group(self) -> None:
        schema = form(group("g", field("a", "number"), field("b", "number"), rule="g.a + g.b = total"))
        assert outcome(schema, {"g": {"a": 1, "b": 2}}, known={"total": 3})[1] == {}
        assert outcome(schema, {"g": {"a": 1, "b": 2}}, known={"total": 4})[1] == {"g": "不符合规定"}

    def test_rules_wait_until_every_field_is_right_and_do_not_apply_to_what_is_hidden(self) -> None:
        schema = form(field("a", required=True), note("n", rule="a = 1"))
        assert outcome(schema, {"a": ""})[1] == {"a": "必填"}
        hidden_group = group("g", field("a"), hide="=1 = 1", rule="1 = 2")
        assert outcome(form(hidden_group), {"g": {"a": "x"}}) == ({}, {})
        assert outcome(form(field("a", hide="=1 = 1", rule="1 = 2")), {"a": "x"})[1] == {}


def ten_fields() -> dict[str, Any]:
    return form(
        *(field(f"t{n}", maxLength=50, required=True) for n in range(4)),
        field("id_no", pattern=r"^\d{17}[\dXx]$"),
        field("n", "number", decimalDigits=2, min=0),
        field("d", "datetime"),
        field("s", "select", values=options("x", "y")),
        field("c", "checklist", values=options("x", "y")),
        field("h", hide='=s != "x"'),
    )


def test_ten_fields_are_judged_in_a_fraction_of_a_millisecond() -> None:
    submitted = {f"t{n}": "张三" for n in range(4)} | {"id_no": "0" * 17 + "X", "n": 35.55, "d": "2026-03-04"}
    submitted |= {"s": "x", "c": ["x"], "h": "y"}
    schema = read_form(ten_fields())
    assert judge(schema, submitted).is_accepted
    took = []
    for _ in range(200):
        began = perf_counter()
        judge(schema, submitted)
        took.append(perf_counter() - began)
    assert min(took) < 0.0003


anything = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=6)
    | st.sampled_from(["x", "person"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["a", "b", "r", "g"]), inner, max_size=3)
    ),
    max_leaves=10,
)
mixed = form(
    field("a", hide="=b > 3"),
    field("b", "number", decimalDigits=1),
    group("g", field("a", "checkbox"), field("b", "checklist", values=options("x")), rule="g.a"),
    rows("r", field("a", "datetime"), rows("r", field("b", "filepicker"), hide="=this.b = null")),
)


@given(st.dictionaries(st.sampled_from(["a", "b", "r", "g", "z"]), anything, max_size=5))
def test_whatever_is_submitted_is_judged_and_what_is_kept_is_of_the_form(submitted: dict[str, Any]) -> None:
    found = judge(mixed, submitted, attachments={"x"})
    assert json.loads(json.dumps(found.values, allow_nan=False)) == found.values
    assert _paths(found.values) <= {one.path for one in form_fields(mixed)}


@given(st.dictionaries(st.sampled_from(["a", "b", "r", "g"]), anything, max_size=4))
def test_what_was_accepted_is_accepted_again_unchanged(submitted: dict[str, Any]) -> None:
    first = judge(mixed, submitted, attachments={"x"})
    if first.is_accepted:
        again = judge(mixed, first.values, attachments={"x"})
        assert (again.values, again.errors) == (first.values, {})


def _paths(values: Any, prefix: str = "") -> set[str]:
    found: set[str] = set()
    for name, value in values.items():
        if isinstance(value, dict):
            found |= _paths(value, f"{prefix}{name}.")
        elif isinstance(value, list) and name == "r":
            for row in value:
                found |= _paths(row, f"{prefix}{name}[].")
        else:
            found.add(prefix + name)
    return found
