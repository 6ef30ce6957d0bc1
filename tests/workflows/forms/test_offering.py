"""Options out of the directory, and values to start out with."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.workflows.forms.drafts import field, form, group, options, rows
from workflows.forms import check_form, judge, outside_paths, read_form
from workflows.forms.offering import Roll, fill_options, name_options, offers_of, proposing_at
from workflows.forms.showing import initial_answers

HANDLER = field(
    "handler", "select", values=options("none"), properties={"options": "people(unit(department))"}
)
FORM = form(
    HANDLER,
    group("where", field("units", "checklist", properties={"options": "units()"})),
    rows("steps", field("who", "radio", properties={"options": 'people(role("head"))'})),
    field("days", "number", properties={"default": "parameters.days"}),
)
ROLL = Roll(people={"zhang.san": "张三", "gone": "王五"}, units={"window": "窗口"})


def people(*keys: Any) -> list[dict[str, str]]:
    return [{"label": f"张三 {keys}", "value": "zhang.san"}]


FUNCTIONS = {
    "people": people,
    "units": lambda: [{"label": "窗口", "value": "window"}, {"label": "窗口", "value": "window"}],
    "unit": lambda slug: f"unit:{slug}",
    "role": lambda slug: f"role:{slug}",
}


def filled(known: dict[str, Any] | None = None) -> dict[str, Any]:
    return fill_options(
        FORM, {"department": "window", "parameters": {"days": 10}, **(known or {})}, FUNCTIONS
    )


def codes(**more: Any) -> list[str]:
    return [problem.code for problem in check_form(form(field("x", "select", **more)))]


def test_offers_stand_behind_what_the_form_lists_each_once() -> None:
    handler, where, steps, _ = filled()["components"]
    assert handler["values"] == [*options("none"), {"label": "张三 ('unit:window',)", "value": "zhang.san"}]
    assert where["components"][0]["values"] == [{"label": "窗口", "value": "window"}]
    assert steps["components"][0]["values"][0]["label"] == "张三 ('role:head',)"


def test_filling_in_leaves_the_form_as_it_was_published() -> None:
    filled()
    assert HANDLER["values"] == options("none")
    assert read_form(FORM).has_offers


def test_whoever_is_not_offered_is_not_accepted() -> None:
    given = {"handler": "li.si", "where": {"units": ["window"]}, "steps": [{"who": "zhang.san"}]}
    judged = judge(filled(), given)
    assert set(judged.errors) == {"handler"}
    assert judge(filled(), given | {"handler": "zhang.san"}).is_accepted
    assert judge(filled(), given | {"handler": "none"}).is_accepted


def test_a_form_that_is_not_filled_in_offers_nobody() -> None:
    assert not judge(FORM, {"handler": "zhang.san"}).is_accepted


def test_an_offer_that_gives_no_list_offers_nobody() -> None:
    nothing = {**FUNCTIONS, "people": lambda *_: 5, "units": lambda *_: None}
    completed = fill_options(FORM, {}, nothing)
    assert completed["components"][0]["values"] == options("none")
    assert completed["components"][1]["components"][0]["values"] == []


def test_a_field_starts_out_with_what_the_office_has_configured_until_the_case_holds_something() -> None:
    assert initial_answers(filled(), {})["days"] == 10
    assert initial_answers(filled(), {"days": 4})["days"] == 4


def test_stored_values_are_named_also_when_their_bearer_has_left() -> None:
    handler, where, _, _ = name_options(FORM, ROLL)["components"]
    assert {option["value"]: option["label"] for option in handler["values"]} == {
        "none": "none",
        "zhang.san": "张三",
        "gone": "王五",
    }
    assert where["components"][0]["values"] == [{"label": "窗口", "value": "window"}]


@pytest.mark.parametrize(
    "expression", ["people()", "units()", 'people(unit("a"), role("b"))', "units(leader(x))[1]"]
)
def test_offers_of_people_and_units_may_be_published(expression: str) -> None:
    assert codes(properties={"options": expression}) == []


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"properties": {"options": "people("}}, "invalid-options"),
        ({"properties": {"options": ""}}, "invalid-options"),
        ({"properties": {"options": 'unit("window")'}}, "invalid-options"),
        ({"properties": {"options": "starter()"}}, "invalid-options"),
        ({"properties": {"options": "people()"}, "valuesKey": "a"}, "no-options"),
        ({"properties": {"options": "people()"}, "values": [{"value": None}]}, "invalid-options"),
        ({"properties": {"default": "1 +"}, "values": options(1)}, "invalid-default"),
        ({"properties": {"default": "1"}, "values": options(1), "defaultValue": 1}, "invalid-default"),
    ],
)
def test_offers_that_mean_nobody_are_refused(more: dict[str, Any], code: str) -> None:
    assert codes(**more) == [code]


def test_an_offer_reads_the_case_and_not_what_is_being_filled_in() -> None:
    schema = form(
        field("department"), field("x", "select", properties={"options": "people(unit(department))"})
    )
    assert ("department",) in outside_paths(schema)
    assert ("parameters", "days") in outside_paths(FORM)


def test_every_offer_is_found_wherever_it_stands() -> None:
    assert [name for name, _ in offers_of(FORM)] == ["Field_handler", "Field_units", "Field_who"]


@pytest.mark.parametrize(("proposal", "value"), [("today()", "2026-09-22"), ("now()", "2026-09-22T00:30:00")])
def test_a_date_begins_with_the_day_it_is_in_the_office(proposal: str, value: str) -> None:
    schema = form(field("day", "datetime", subtype="date", properties={"default": proposal}))
    late_in_utc = datetime(2026, 9, 21, 16, 30, 59, tzinfo=UTC)
    filled = fill_options(schema, {}, proposing_at(late_in_utc))
    assert check_form(schema) == []
    assert initial_answers(filled, {}) == {"day": value}
