"""Operators whose effect leaves through the outbox."""

from __future__ import annotations

import pytest

from tests.workflows.operators.surroundings import Caller, open_plain_case
from workflows.operators.parameters import UnusableParameter
from workflows.operators.sending import NoSuchReceiver


def test_a_case_of_another_regulation_is_asked_for(caller: Caller) -> None:
    effect = caller.call("start-case", process='"office.rework"', data='{"日": date("2026-10-01")}')
    assert effect.result == {"id": f"{caller.case_id}-3-7-0"}
    body = {
        "process": "office.rework",
        "data": {"日": "2026-10-01"},
        "title": "",
        "organisation": "office",
        "origin": "office-2026-00001",
    }
    assert caller.sent == [("start-case", body)]


@pytest.mark.parametrize(
    ("to", "receivers"),
    [
        ('"applicant"', ["applicant"]),
        ('["unit:window", null, "person:zhang.san", "unit:window"]', ["unit:window", "person:zhang.san"]),
    ],
)
def test_a_notification_names_each_receiver_once(caller: Caller, to: str, receivers: list[str]) -> None:
    effect = caller.call("notify", to=to, subject='"请补正"', text='"缺少申请表"')
    assert effect.result == {"id": f"{caller.case_id}-3-7-0"}
    body = {
        "to": receivers,
        "subject": "请补正",
        "text": "缺少申请表",
        "organisation": "office",
        "case": "office-2026-00001",
    }
    assert caller.sent == [("notify", body)]


@pytest.mark.parametrize("to", ["null", "[]", "[null]", "7"])
def test_a_notification_to_nobody_is_refused(caller: Caller, to: str) -> None:
    with pytest.raises(UnusableParameter):
        caller.call("notify", to=to, subject='"请补正"')
    assert caller.sent == []


def test_a_message_finds_its_case_by_number_or_id(caller: Caller) -> None:
    other = open_plain_case(caller.connection, number="office-2026-00002")
    caller.call("send-message", case='"office-2026-00002"', message='"改正完毕"', key='"K1"')
    caller.call("send-message", case=str(other), message='"改正完毕"', data='{"结果": "合格"}')
    bodies = [body for kind, body in caller.sent if kind == "send-message"]
    assert [(b["case"], b["message"], b["key"], b["data"]) for b in bodies] == [
        (other, "改正完毕", "K1", {}),
        (other, "改正完毕", None, {"结果": "合格"}),
    ]


def test_a_message_does_not_reach_another_organisation(caller: Caller) -> None:
    theirs = open_plain_case(caller.connection, number="other-2026-00001", organisation="other")
    for case in ('"other-2026-00001"', str(theirs), '"office-2026-09999"'):
        with pytest.raises(NoSuchReceiver):
            caller.call("send-message", case=case, message='"改正完毕"')
    assert caller.sent == []


@pytest.mark.parametrize("case", ["null", "true", "1.5"])
def test_a_message_needs_a_case(caller: Caller, case: str) -> None:
    with pytest.raises(UnusableParameter):
        caller.call("send-message", case=case, message='"改正完毕"')
