"""A person who broke a pledge in one case is barred in the next, though no case data say who it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import orjson
import pytest
from sqlalchemy import Engine, select

from workflows.database import reading
from workflows.scenarios import Scenario, moment, play, read_scenarios
from workflows.tables import cases, events, records, register_entries
from workflows.verification import verify

BPMN = Path(__file__).parents[2] / "bpmn"
SCENARIOS = {
    scenario.name: scenario
    for scenario in read_scenarios(
        BPMN / "fuxin" / "scenarios" / "tolerant-acceptance.yaml", organisation="fuxin"
    )
}
BROKEN = SCENARIOS["公民委托办理，缺委托书不能承诺，逾国庆未补终止并记失信"]
BARRED = {
    "可以容缺": False,
    "理由": "服务对象在一年内有未履行容缺承诺的失信记录",
    "条款": "fuxin.tolerant.13.d",
}
#: As it was written the first time, carelessly, and with the input method's wide digits.
WRITTEN = ("00000000000000000X", " 00000000000000000x", "".join(map(chr, [0xFF10] * 17 + [0xFF38])))


def next_case(at: str, *, expect: Mapping[str, object], **who: str) -> Scenario:
    """Somebody asks for tolerance again, with the same gap in the papers."""
    check = next(step for step in BROKEN.steps if step.get("do") == "tolerant-check")
    steps = ({**check, "at": at}, {"expect": expect})
    return replace(BROKEN, name="下一件", at=moment(at), start={**BROKEN.start, **who}, steps=steps)


@pytest.mark.parametrize("number", WRITTEN)
def test_the_same_person_is_barred_in_the_next_case(office: Engine, number: str) -> None:
    first = play(office, BROKEN)
    refused = {"open": [], "status": "closed", "outcome": "不适用容缺", "data": {"容缺决定": BARRED}}
    second = play(office, next_case("2026-11-02T09:00", expect=refused, 申请人="张三某", 证件号码=number))
    with reading(office) as connection:
        for case in (first, second):
            assert case is not None
            assert verify(connection, case).proven


def test_somebody_else_of_the_same_name_is_not_barred(office: Engine) -> None:
    play(office, BROKEN)
    free = {"open": ["tolerant-offer"]}
    play(office, next_case("2026-11-02T09:00", expect=free, 证件号码="99999999999999999X"))


def test_the_bar_ends_after_a_year(office: Engine) -> None:
    play(office, BROKEN)
    barred, free = {"outcome": "不适用容缺"}, {"open": ["tolerant-offer"]}
    play(office, next_case("2027-10-13T09:00", expect=barred))
    play(office, next_case("2027-10-14T09:00", expect=free))


def test_record_and_ledger_know_the_person_by_reference_only(office: Engine) -> None:
    case = play(office, BROKEN)
    with reading(office) as connection:
        (subject,) = connection.scalars(select(records.c.subject)).all()
        entry = connection.scalars(
            select(register_entries.c.entry).where(register_entries.c.register == "credit-breach")
        ).one()
        told = [*connection.scalars(select(events.c.body)), *connection.scalars(select(cases.c.data))]
    assert orjson.loads(subject) == orjson.loads(entry)["subject"]
    assert not any("00000000000000000X" in text for text in (subject, entry, *told))
    assert case is not None
