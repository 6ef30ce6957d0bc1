"""Entering cases in registers."""

from __future__ import annotations

from datetime import datetime

import orjson
import pytest
from sqlalchemy import select

from tests.workflows.operators.surroundings import MORNING, Caller
from workflows.clock import BEIJING
from workflows.counters import UnusableNumberFormat
from workflows.operators.parameters import UnusableParameter
from workflows.operators.registers import NoSuchColumn, NoSuchRegister
from workflows.tables import register_entries

REGISTERS = {
    "complaints": {
        "name": "投诉登记簿",
        "name_en": "Register of complaints",
        "number": "投诉〔{year}〕{n:03d}号",
        "columns": [
            {"name": "matter", "label": "事项", "value": "事项"},
            {"name": "parts", "label": "件数", "value": "件数 + 1"},
            {"name": "remark", "label": "备注"},
        ],
    }
}


@pytest.fixture(autouse=True)
def registers(caller: Caller) -> None:
    caller.registers = REGISTERS
    caller.data = {"事项": "某某餐饮店证照", "件数": 2}


def test_an_entry_holds_what_the_columns_say_of_the_case(caller: Caller) -> None:
    effect = caller.call("enter-register", register='"complaints"')
    row = caller.connection.execute(select(register_entries)).one()
    assert effect.result == {"id": row.id, "number": "投诉〔2026〕001号"}
    assert (row.organisation, row.register, row.number) == ("office", "complaints", "投诉〔2026〕001号")
    assert (row.entered_at, row.case_id, row.seq) == (MORNING, caller.case_id, 3)
    assert orjson.loads(row.entry) == {"matter": "某某餐饮店证照", "parts": 3, "remark": None}


def test_a_given_entry_replaces_what_the_columns_would_say(caller: Caller) -> None:
    caller.call("enter-register", register='"complaints"', entry='{"remark": date("2026-09-30")}')
    entry = caller.connection.execute(select(register_entries.c.entry)).scalar_one()
    assert orjson.loads(entry) == {"matter": None, "parts": None, "remark": "2026-09-30"}


def test_a_misspelt_column_is_refused_rather_than_lost(caller: Caller) -> None:
    with pytest.raises(NoSuchColumn) as refused:
        caller.call("enter-register", register='"complaints"', entry='{"remarks": "x"}')
    assert refused.value.in_chinese() == "登记簿“complaints”没有“remarks”这一栏。"


def test_the_numbers_of_a_register_follow_each_other_and_begin_anew_each_year(caller: Caller) -> None:
    numbers = [caller.call("enter-register", register='"complaints"').result["number"] for _ in range(2)]
    caller.at = datetime(2027, 1, 4, 9, 0, tzinfo=BEIJING)
    numbers.append(caller.call("enter-register", register='"complaints"').result["number"])
    assert numbers == ["投诉〔2026〕001号", "投诉〔2026〕002号", "投诉〔2027〕001号"]


def test_two_organisations_number_registers_of_the_same_name_apart(caller: Caller) -> None:
    caller.call("enter-register", register='"complaints"')
    caller.organisation = "other"
    assert caller.call("enter-register", register='"complaints"').result["number"] == "投诉〔2026〕001号"


def test_a_register_that_is_not_there_or_cannot_number_takes_no_entry(caller: Caller) -> None:
    with pytest.raises(NoSuchRegister):
        caller.call("enter-register", register='"other"')
    caller.registers = {"complaints": {**REGISTERS["complaints"], "number": "投诉"}}
    with pytest.raises(UnusableNumberFormat):
        caller.call("enter-register", register='"complaints"')
    assert caller.connection.execute(select(register_entries)).all() == []


def test_an_entry_is_a_context(caller: Caller) -> None:
    with pytest.raises(UnusableParameter):
        caller.call("enter-register", register='"complaints"', entry='"备注"')
