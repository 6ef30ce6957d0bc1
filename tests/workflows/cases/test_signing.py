"""Colleagues sign on a task before it is completed: all of them, one of them, one more than was thought."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import orjson
import pytest
from sqlalchemy import Engine, select, update

from tests import drafting as d
from tests.office import LI_SI, QIAN_QI, WANG_WU, ZHANG_SAN, ZHAO_LIU, Case, Office, person
from workflows import cases, tables
from workflows.cases import Actor, Mode, NotPermitted, SignaturesAwaited, TaskClaimedByAnother
from workflows.cases.completing import TaskLent
from workflows.cases.correcting import ReasonMissing
from workflows.cases.handing import AlreadyOffered
from workflows.cases.signatures import Round, rounds_of
from workflows.cases.signing import (
    AlreadyAsked,
    NobodyToSign,
    NoSignaturesAwaited,
    OpinionMissing,
    OwnSignature,
    SignaturesUnderWay,
)
from workflows.database import reading, transaction
from workflows.engine.stepping import TaskNotOpen

#: 周八 and 孙九 are of units that have no part in the case.
ZHOU_BA, SUN_JIU = person("zhou.ba", "unit:archive"), person("sun.jiu", "unit:finance")


@pytest.fixture
def case(engine: Engine) -> Case:
    office = Office(engine).settle_in()
    late = (d.boundary("late", "a", d.timer("workdays(3)")), d.end("lapsed"), *d.path("late", "lapsed"))
    office.publish(d.diagram("t.one", d.start(), d.user("a"), d.end(), *late, *d.path("start", "a", "end")))
    return office.start("t.one", by=WANG_WU)


def do(case: Case, verb: Any, by: Actor, **how: Any) -> Case:
    number = how.pop("number", None) or case.numbers("a")[0]
    return case.act(verb.__name__, lambda c, **k: verb(c, number=number, by=by, **how, **k), None)


def ask(
    case: Case, *to: Actor, mode: Mode = Mode.ALL, by: Actor = ZHANG_SAN, reason: str = "金额较大"
) -> Case:
    return do(case, cases.ask_signatures, by, to=list(to), mode=mode, reason=reason)


def answer(case: Case, by: Actor, opinion: str = "同意", *, agrees: bool = True) -> Case:
    return do(case, cases.sign, by, agrees=agrees, opinion=opinion)


def rounds(case: Case, number: int | None = None) -> list[Round]:
    with reading(case.office.engine) as connection:
        return rounds_of(connection, case.id, task=number or case.numbers("a")[0])


def letters(case: Case) -> list[dict[str, Any]]:
    with reading(case.office.engine) as connection:
        query = select(tables.outbox.c.body).order_by(tables.outbox.c.available_at, tables.outbox.c.key)
        return [orjson.loads(body) for body in connection.scalars(query)]


def test_a_task_waits_until_everybody_has_signed_and_the_holder_decides(case: Case) -> None:
    ask(case, LI_SI, ZHOU_BA)
    with pytest.raises(SignaturesAwaited) as refused:
        case.do("a")
    assert "li.si、zhou.ba" in refused.value.in_chinese()
    answer(case, LI_SI, "")
    with pytest.raises(SignaturesAwaited) as refused:
        case.do("a")
    assert refused.value.facts["signers"] == "zhou.ba"
    answer(case, ZHOU_BA, "缺预算依据", agrees=False)
    (on,) = rounds(case)
    assert (on.how, on.waiting) == ("answered", ())
    assert [(one.signer, one.agrees, one.opinion) for one in on.signatures] == [
        ("li.si", True, ""),
        ("zhou.ba", False, "缺预算依据"),
    ]
    case.do("a")
    kinds = [event.kind for event in case.events()]
    assert kinds == ["opened", "signatures-asked", "signed", "signed", "completed"]
    assert case.row.answerable == ZHANG_SAN.user


def test_of_several_who_may_sign_the_first_answer_is_enough(case: Case) -> None:
    ask(case, LI_SI, ZHOU_BA, mode=Mode.ANY)
    answer(case, ZHOU_BA, "不宜办理", agrees=False)
    with pytest.raises(NoSignaturesAwaited):
        answer(case, LI_SI)
    (on,) = rounds(case)
    assert [(one.signer, one.waits, one.agrees) for one in on.signatures] == [
        ("li.si", False, None),
        ("zhou.ba", False, False),
    ]
    case.do("a")


def test_asking_changes_neither_the_way_nor_who_answers(case: Case) -> None:
    ask(case, LI_SI)
    (task,) = case.tasks()
    assert (task.assignee, case.row.answerable) == (ZHANG_SAN.user, WANG_WU.user)
    assert [event.body.get("steps") for event in case.events()[1:]] == [None]
    assert rounds(case)[0].number == case.events()[1].seq == task.awaits_signatures


def test_a_colleague_is_added_by_the_holder_and_by_one_who_has_yet_to_sign(case: Case) -> None:
    ask(case, LI_SI)
    do(case, cases.add_signer, LI_SI, to=ZHOU_BA, reason="涉及档案")
    with pytest.raises(AlreadyAsked):
        do(case, cases.add_signer, ZHANG_SAN, to=ZHOU_BA, reason="涉及档案")
    answer(case, LI_SI)
    with pytest.raises(NotPermitted):
        do(case, cases.add_signer, LI_SI, to=SUN_JIU, reason="涉及经费")
    do(case, cases.add_signer, ZHANG_SAN, to=SUN_JIU, reason="涉及经费")
    answer(case, SUN_JIU)
    with pytest.raises(SignaturesAwaited):
        case.do("a")
    answer(case, ZHOU_BA)
    asked = {one.signer: (one.asked_by, one.reason) for one in rounds(case)[0].signatures}
    assert asked["zhou.ba"] == ("li.si", "涉及档案")
    case.do("a")


def test_a_round_is_called_off_with_a_reason_and_another_can_begin(case: Case) -> None:
    ask(case, LI_SI, ZHOU_BA)
    answer(case, LI_SI)
    with pytest.raises(ReasonMissing):
        do(case, cases.call_off, ZHANG_SAN, reason=" ")
    with pytest.raises(NotPermitted):
        do(case, cases.call_off, ZHOU_BA, reason="不必了")
    do(case, cases.call_off, ZHANG_SAN, reason="对方出差")
    with pytest.raises(NoSignaturesAwaited):
        answer(case, ZHOU_BA)
    ask(case, SUN_JIU)
    with pytest.raises(SignaturesUnderWay):
        ask(case, ZHOU_BA)
    answer(case, SUN_JIU)
    assert [(one.how, len(one.signatures)) for one in rounds(case)] == [("called-off", 2), ("answered", 1)]
    case.do("a")


def test_only_those_are_asked_who_may_be(case: Case) -> None:
    with pytest.raises(NobodyToSign):
        ask(case)
    with pytest.raises(ReasonMissing):
        ask(case, LI_SI, reason="")
    with pytest.raises(OwnSignature):
        ask(case, ZHANG_SAN)
    with pytest.raises(NotPermitted):
        ask(case, QIAN_QI)
    with pytest.raises(NotPermitted):
        ask(case, LI_SI, by=WANG_WU)
    ask(case, ZHOU_BA)
    with pytest.raises(OwnSignature):
        do(case, cases.add_signer, ZHOU_BA, to=ZHANG_SAN, reason="请经办人签")
    with pytest.raises(OpinionMissing):
        answer(case, ZHOU_BA, " ", agrees=False)
    with pytest.raises(NoSignaturesAwaited):
        answer(case, LI_SI)
    assert [event.kind for event in case.events()] == ["opened", "signatures-asked"]


def test_nobody_signs_who_is_kept_out_of_the_task(case: Case) -> None:
    case.proves = False
    with transaction(case.office.engine) as connection:
        connection.execute(update(tables.tasks).values(excluded='["zhou.ba"]'))
    with pytest.raises(NotPermitted):
        ask(case, ZHOU_BA)
    ask(case, LI_SI)
    with pytest.raises(NotPermitted):
        do(case, cases.add_signer, LI_SI, to=ZHOU_BA, reason="涉及档案")
    with pytest.raises(NoSignaturesAwaited):
        answer(case, replace(ZHOU_BA, lent={LI_SI.user: LI_SI.keys}))


def test_what_is_with_a_colleague_is_not_signed_on_and_what_is_signed_on_can_be_passed(case: Case) -> None:
    do(case, cases.lend, ZHANG_SAN, to=ZHOU_BA, reason="请核对")
    with pytest.raises(TaskClaimedByAnother):
        ask(case, LI_SI)
    do(case, cases.give_back, ZHOU_BA, opinion="")
    do(case, cases.hand_over, ZHANG_SAN, to=LI_SI, reason="明日外出")
    with pytest.raises(AlreadyOffered):
        ask(case, ZHOU_BA)
    do(case, cases.take_back, ZHANG_SAN)
    ask(case, ZHOU_BA)
    do(case, cases.hand_over, ZHANG_SAN, to=LI_SI, reason="明日外出")
    do(case, cases.accept_task, LI_SI)
    answer(case, ZHOU_BA, "材料不全", agrees=False)
    assert letters(case)[-1]["to"] == ["person:li.si", "person:zhang.san"]
    case.do("a", by=LI_SI)


def test_whoever_was_lent_a_task_does_not_ask_for_signatures_on_it(case: Case) -> None:
    do(case, cases.lend, ZHANG_SAN, to=LI_SI, reason="请核对")
    with pytest.raises(TaskLent):
        ask(case, ZHOU_BA, by=LI_SI)


def test_a_substitute_signs_for_one_who_is_away_but_never_whoever_asked(case: Case) -> None:
    ask(case, ZHOU_BA, WANG_WU)
    with pytest.raises(NoSignaturesAwaited):
        answer(case, replace(ZHANG_SAN, lent={ZHOU_BA.user: ZHOU_BA.keys}))
    answer(case, replace(SUN_JIU, lent={ZHOU_BA.user: ZHOU_BA.keys}), "代为核对无误")
    (first, second) = rounds(case)[0].signatures
    assert (first.signer, first.waits, second.signer, second.answered_by) == (
        "wang.wu", True, "zhou.ba", "sun.jiu"
    )  # fmt: skip
    assert (case.events()[-1].actor, case.events()[-1].on_behalf_of) == ("sun.jiu", "zhou.ba")


def test_those_concerned_are_told(case: Case) -> None:
    ask(case, LI_SI, ZHOU_BA)
    do(case, cases.add_signer, LI_SI, to=SUN_JIU, reason="涉及经费")
    answer(case, LI_SI, "有异议", agrees=False)
    do(case, cases.call_off, ZHANG_SAN, reason="改为口头征求意见")
    told = {(one["what"], tuple(one["to"]), one["by"], one["reason"]) for one in letters(case)}
    assert told == {
        ("signature-asked", ("person:li.si", "person:zhou.ba"), "zhang.san", "金额较大"),
        ("signature-asked", ("person:sun.jiu",), "li.si", "涉及经费"),
        ("signed", ("person:zhang.san",), "li.si", "有异议"),
        ("signatures-called-off", ("person:sun.jiu", "person:zhou.ba"), "zhang.san", "改为口头征求意见"),
    }
    assert all(
        one["task"] == case.numbers("a")[0] and one["case"] == case.row.number for one in letters(case)
    )


def test_urging_a_task_that_waits_for_signatures_reaches_those_who_have_yet_to_sign(case: Case) -> None:
    ask(case, LI_SI, ZHOU_BA)
    answer(case, LI_SI)
    do(case, cases.urge, ZHANG_SAN, reason="今日到期")
    assert letters(case)[-1]["to"] == ["person:zhou.ba"]


def test_a_round_goes_with_its_task(case: Case) -> None:
    ask(case, LI_SI, ZHOU_BA)
    number = case.numbers("a")[0]
    case.wait(days=10)
    assert case.status == "closed"
    (on,) = rounds(case, number)
    assert (on.how, on.closed_at, on.waiting) == ("gone", case.events()[-1].at, ())
    with pytest.raises(Exception, match="case has ended"):
        do(case, cases.sign, LI_SI, agrees=True, opinion="", number=number)


def test_who_comes_too_late_finds_the_task_gone_and_nothing_signed(case: Case) -> None:
    ask(case, LI_SI)
    number = case.numbers("a")[0]
    case.office.wait(days=10)
    with pytest.raises(TaskNotOpen):
        do(case, cases.sign, LI_SI, agrees=True, opinion="", number=number)
    assert rounds(case, number)[0].waiting == ("li.si",)


def test_a_case_that_is_cancelled_waits_for_nobody(case: Case) -> None:
    ask(case, LI_SI)
    number = case.numbers("a")[0]
    case.cancel(by=ZHAO_LIU)
    assert rounds(case, number)[0].how == "gone"


@pytest.mark.parametrize(
    ("table", "values", "what"),
    [
        (tables.signatures, {"agrees": True}, "signatures"),
        (tables.signatures, {"opinion": "同意"}, "signatures"),
        (tables.signatures, {"answered_by": "li.si"}, "signatures"),
        (tables.signature_rounds, {"mode": "any"}, "signature rounds"),
        (tables.signature_rounds, {"how": "called-off"}, "signature rounds"),
        (tables.tasks, {"awaits_signatures": 2}, "signatures awaited"),
    ],
)
def test_what_was_signed_is_proven_by_the_record(
    case: Case, table: Any, values: dict[str, Any], what: str
) -> None:
    ask(case, ZHOU_BA)
    answer(case, ZHOU_BA, "不同意", agrees=False)
    with transaction(case.office.engine) as connection:
        connection.execute(update(table).values(**values))
    verdict = case.verify()
    assert [one.what for one in verdict.divergences] == [what]
