"""A period that ran out proposes a ground of accountability; a person verifies or dismisses it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import orjson
import pytest
from sqlalchemy import Engine, delete, update

from tests.office import (
    LI_SI,
    QIAN_QI,
    WANG_WU,
    ZHANG_SAN,
    ZHAO_LIU,
    Case,
    Office,
    person,
    with_connection,
)
from tests.workflows.cases.test_escalating import DUE, REPLY, RULES, lay_down, pass_time, rows
from workflows import cases, tables
from workflows.cases import NotPermitted
from workflows.cases.correcting import ReasonMissing
from workflows.cases.grounds import GroundDecided, NoSuchGround, OwnWork

CHIEF = person("zheng.shi", "role:chief")
WHY = "经核查,确系无故拖延"


@pytest.fixture
def office(engine: Engine) -> Office:
    office = Office(engine).settle_in()
    time = {**RULES["time"], "grounds": {"by": ["role:chief", "leader:window", "unit:window"]}}
    lay_down(office, {**RULES, "time": time})
    office.publish(REPLY)
    return office


def late(office: Office, *, taken_by: Any = ZHANG_SAN) -> Case:
    """A case whose reply is late."""
    case = office.start("t.reply")
    if taken_by is not None:
        (number,) = case.numbers("reply")
        case.act("claim", lambda c, **k: cases.claim_task(c, number=number, by=taken_by, **k), None)
    pass_time(office, DUE + timedelta(days=3))
    return case


def verify(case: Case, *, by: Any = CHIEF, reason: str = WHY, ground: int = 1) -> Case:
    return _decide(case, cases.verify_ground, by=by, reason=reason, ground=ground)


def dismiss(case: Case, *, by: Any = CHIEF, reason: str = WHY, ground: int = 1) -> Case:
    return _decide(case, cases.dismiss_ground, by=by, reason=reason, ground=ground)


def _decide(case: Case, how: Any, **options: Any) -> Case:
    return case.act("decide", lambda c, *, case_id, at: how(c, at=at, **options), None)


def ground(office: Office) -> Any:
    (found,) = rows(office, tables.grounds)
    return found


def test_a_verified_ground_leaves_a_record_of_each_who_had_the_work(office: Office) -> None:
    case = verify(late(office))
    found = ground(office)
    assert (found.status, found.decided_by, found.reason) == ("verified", "zheng.shi", WHY)
    (record,) = rows(office, tables.records)
    assert (record.kind, record.subject) == ("accountability", "person:zhang.san")
    assert orjson.loads(record.details)["ground"] == "t.accountability.1"
    event = case.events()[-1]
    assert (event.kind, event.actor, event.body["command"]["reason"]) == ("ground-verified", "zheng.shi", WHY)


def test_a_dismissed_ground_leaves_none(office: Office) -> None:
    case = dismiss(late(office))
    assert ground(office).status == "dismissed"
    assert rows(office, tables.records) == []
    assert case.events()[-1].kind == "ground-dismissed"


def test_a_ground_is_decided_after_its_case_has_closed(office: Office) -> None:
    case = late(office).do("reply").do("after")
    before = case.row
    assert before.status == "closed"
    office.wait(days=20)
    verify(case)
    after = case.row
    assert (after.status, after.closed_at, after.outcome) == (before.status, before.closed_at, before.outcome)
    assert (after.seq, after.state) == (before.seq + 1, None)
    assert [clock.state for clock in rows(office, tables.clocks)] == ["stopped"]
    assert case.verify().proven


def test_a_ground_of_a_cancelled_case_is_decided_without_opening_it_again(office: Office) -> None:
    case = late(office)
    case.act("cancel", lambda c, **k: cases.cancel_case(c, reason="撤回", by=ZHAO_LIU, **k), None)
    dismiss(case)
    assert case.status == "cancelled"


def test_nobody_decides_on_their_own_work(office: Office) -> None:
    case = late(office)
    with pytest.raises(OwnWork):
        verify(case, by=ZHANG_SAN)
    # Neither does who only finished it, late, after another had it.
    number = case.numbers("reply")[0]
    case.act("release", lambda c, **k: cases.release_task(c, number=number, by=ZHANG_SAN, **k), None)
    case.do("reply", by=LI_SI)
    with pytest.raises(OwnWork):
        dismiss(case, by=LI_SI)
    verify(case, by=WANG_WU)


def test_only_those_whom_the_organisation_names_decide_with_a_reason_and_once(office: Office) -> None:
    case = late(office)
    with pytest.raises(NotPermitted):
        verify(case, by=person("he.liu", "role:process-admin"))
    with pytest.raises(NoSuchGround):
        verify(case, by=QIAN_QI)
    with pytest.raises(NoSuchGround):
        verify(case, ground=9)
    with pytest.raises(ReasonMissing):
        verify(case, reason="  ")
    dismiss(case)
    with pytest.raises(GroundDecided):
        verify(case)
    assert len(rows(office, tables.records)) == 0


def test_a_change_behind_the_back_of_the_engine_is_found(office: Office) -> None:
    case = verify(late(office))
    with_connection(office, lambda c: c.execute(update(tables.grounds).values(status="dismissed")))
    assert [one.what for one in case.verify().divergences] == ["grounds"]
    with_connection(office, lambda c: c.execute(update(tables.grounds).values(status="verified")))
    with_connection(office, lambda c: c.execute(delete(tables.records)))
    assert [one.what for one in case.verify().divergences] == ["records"]
    with_connection(office, lambda c: c.execute(delete(tables.rungs).where(tables.rungs.c.rung == "red")))
    assert {one.what for one in case.verify().divergences} == {"records", "rungs"}
