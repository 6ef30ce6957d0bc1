"""What an organisation lays down about legal time."""

from __future__ import annotations

import tomllib
from datetime import time
from typing import Any

import pytest

from workflows.errors import WorkflowError
from workflows.ladders import UnusableLadder
from workflows.periods import workdays
from workflows.time_rules import (
    DocumentMissing,
    NoSuchProcedure,
    TimeRules,
    UnusableTimeRules,
    rules_of,
)

SETTINGS = """
[hours]
opening = "08:30"

[[time.procedures]]
slug = "hearing"
name = "听证"
name_en = "Hearing"
provision = "office.regulation.5"

[[time.procedures]]
slug = "supplement"
name = "补正"
whose = "applicant"

[time.suspension]
by = ["unit:window"]

[time.extension]
by = ["leader:window"]
times = 2
bound = "10 workdays"

[time.orders]
by = ["role:director"]

[[time.ladder]]
bases = ["pledged"]
[[time.ladder.rungs]]
name = "overdue"

[[time.ladder]]
[[time.ladder.rungs]]
name = "yellow"
before = "2 workdays"
"""


def rules(text: str = SETTINGS) -> TimeRules:
    return rules_of(tomllib.loads(text))


def refusal(time_table: Any, **settings: Any) -> WorkflowError:
    with pytest.raises((UnusableTimeRules, UnusableLadder)) as found:
        rules_of({"time": time_table, **settings})
    return found.value


def test_the_rules_say_who_may_do_what_how_often_and_by_how_much() -> None:
    found = rules()
    assert (found.may_suspend, found.may_extend, found.may_order) == (
        {"unit:window"},
        {"leader:window"},
        {"role:director"},
    )
    assert (found.extensions, found.bound) == (2, workdays(10))


def test_an_organisation_that_lays_nothing_down_lets_nobody_touch_a_clock() -> None:
    found = rules("")
    assert not (found.may_suspend or found.may_extend or found.may_order or found.procedures)
    assert (found.extensions, found.bound, found.ladders) == (1, None, ())
    assert found.ladder_of("statutory") is None


def test_a_special_procedure_is_a_third_partys_time_unless_it_says_otherwise() -> None:
    found = rules()
    hearing = found.procedure("hearing", document="某听〔2026〕1号")
    supplement = found.procedure("supplement", document="某补〔2026〕1号")
    assert (hearing.whose, hearing.name_en, hearing.provision) == (
        "third-party",
        "Hearing",
        "office.regulation.5",
    )
    assert (supplement.whose, supplement.name_en) == ("applicant", "补正")


@pytest.mark.parametrize("document", [None, "", "  "])
def test_no_procedure_is_opened_without_a_document(document: str | None) -> None:
    with pytest.raises(DocumentMissing):
        rules().procedure("hearing", document=document)


def test_a_procedure_nobody_laid_down_opens_nothing() -> None:
    with pytest.raises(NoSuchProcedure) as found:
        rules().procedure("lunch", document="某午〔2026〕1号")
    assert "lunch" in found.value.in_chinese()


def test_the_first_ladder_for_the_basis_of_a_clock_is_its_ladder() -> None:
    found = rules()
    names = {basis: found.ladder_of(basis) for basis in ("pledged", "statutory")}
    assert [ladder.rungs[0].name for ladder in names.values() if ladder] == ["overdue", "yellow"]


def test_rungs_are_reached_when_the_office_opens() -> None:
    assert {ladder.opening for ladder in rules().ladders} == {time(8, 30)}
    assert {ladder.opening for ladder in rules(SETTINGS.replace("[hours]", "[office]")).ladders} == {time(9)}


@pytest.mark.parametrize(
    "table",
    [
        {"procedures": [{"name": "听证"}]},
        {"procedures": [{"slug": "hearing"}]},
        {"procedures": [{"slug": "hearing", "name": "听证", "whose": "nobody"}]},
        {"procedures": ["hearing"]},
        {"procedures": 1},
        {"suspension": ["unit:window"]},
        {"suspension": {"by": 1}},
        {"extension": {"times": "often"}},
        {"extension": {"times": None}},
    ],
)
def test_rules_that_cannot_be_read_are_refused(table: Any) -> None:
    found = refusal(table)
    assert found.code == "unusable-time-rules"
    assert "[time]" in found.in_chinese()


def test_an_hour_of_opening_that_is_no_hour_is_refused() -> None:
    assert refusal({}, hours={"opening": "25:00"}).code == "unusable-time-rules"


def test_a_bad_ladder_is_refused_by_its_own_name() -> None:
    found = refusal({"ladder": [{"rungs": [{"name": "yellow", "before": "soon"}]}]})
    assert found.code == "unusable-ladder"
    assert "yellow" in found.in_chinese()


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ([], "time 应为一节"),
        ({"suspension": {"by": "unit:window"}}, "suspension.by 应为文字列表"),
        ({"suspension": ["unit:window"]}, "suspension 应为一节"),
        ({"extension": {"bound": "soon"}}, "extension.bound"),
        ({"extension": {"times": -1}}, "非负整数"),
        ({"extension": {"times": 1.5}}, "非负整数"),
        ({"extension": {"times": True}}, "非负整数"),
        ({"procedures": [{"slug": "", "name": "听证"}]}, "缺少 slug"),
        ({"procedures": [{"slug": "hearing"}]}, "缺少 name"),
        ({"procedures": [{"slug": "h", "name": "听证"}, {"slug": "h", "name": "鉴定"}]}, "h 重复"),
        ({"procedures": ["hearing"]}, "[[time.procedures]]"),
    ],
)
def test_rules_that_cannot_be_read_are_refused_with_the_reason(table: Any, said: str) -> None:
    with pytest.raises(UnusableTimeRules) as refused:
        rules_of({"time": table})
    assert said in refused.value.in_chinese()
