"""Colleagues leave each other notes at a case; the record says that they did, and not what they wrote."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from sqlalchemy import Engine, delete, select, update

from tests import drafting as d
from tests.office import LI_SI, QIAN_QI, WANG_WU, ZHANG_SAN, ZHAO_LIU, Case, Office
from workflows import cases, tables
from workflows.cases import Actor, NotPermitted
from workflows.cases.commenting import LONGEST, CommentUnusable, NoSuchComment, NotYourComment
from workflows.database import reading, transaction

comments = tables.comments


@pytest.fixture
def case(engine: Engine) -> Case:
    office = Office(engine).settle_in()
    office.publish(d.diagram("t.one", d.start(), d.user("a"), d.end(), *d.path("start", "a", "end")))
    return office.start("t.one", by=WANG_WU)


def note(case: Case, text: str, *, by: Actor = ZHANG_SAN, at_task: bool = True, **how: Any) -> int:
    number = case.numbers("a")[0] if at_task else None
    made: list[int] = []
    case.act(
        "note", lambda c, **k: made.append(cases.comment(c, number=number, text=text, by=by, **how, **k)), by
    )
    return made[0]


def withdraw(case: Case, seq: int, *, by: Actor = ZHANG_SAN) -> None:
    case.act("withdraw", lambda c, **k: cases.withdraw_comment(c, seq=seq, by=by, **k), by)


def divergences(case: Case) -> list[str]:
    return [one.what for one in case.verify().divergences]


def test_the_history_says_that_a_note_was_made_and_not_what_it_says(case: Case) -> None:
    seq = note(case, "申请人下周二来补材料")
    event = case.events()[-1]
    assert (event.seq, event.kind, event.actor) == (seq, "commented", ZHANG_SAN.user)
    assert "下周二" not in orjson.dumps(event.body).decode()
    assert "下周二" not in case.row.data
    assert case.open() == ["a"]


def test_a_note_that_was_rewritten_or_removed_or_slipped_in_is_found_out(case: Case) -> None:
    note(case, "同意")
    with transaction(case.office.engine) as connection:
        connection.execute(update(comments).values(text="不同意"))
    assert divergences(case) == ["comment"]
    with transaction(case.office.engine) as connection:
        connection.execute(update(comments).values(text="同意", mentions='["li.si"]'))
    assert divergences(case) == ["comment"]
    with transaction(case.office.engine) as connection:
        connection.execute(delete(comments))
    assert divergences(case) == ["comment"]


def test_what_was_lawfully_destroyed_leaves_a_case_that_still_proves_itself(case: Case) -> None:
    note(case, "电话里说明了情况")
    with transaction(case.office.engine) as connection:
        connection.execute(update(comments).values(text=None, salt=None))
    assert case.verify().proven


def test_only_who_wrote_a_note_withdraws_it_and_only_once(case: Case) -> None:
    seq = note(case, "写错了地方")
    with pytest.raises(NotYourComment):
        withdraw(case, seq, by=LI_SI)
    withdraw(case, seq)
    with pytest.raises(NoSuchComment):
        withdraw(case, seq)
    with pytest.raises(NoSuchComment):
        withdraw(case, 99)
    assert [event.kind for event in case.events()] == ["opened", "commented", "comment-withdrawn"]
    with transaction(case.office.engine) as connection:
        connection.execute(update(comments).values(withdrawn_at=None))
    assert divergences(case) == ["comment"]


def test_whoever_is_named_is_told_and_not_what_it_says(case: Case) -> None:
    note(case, "@li.si 请看一下", mentions=["li.si", ZHANG_SAN.user])
    with reading(case.office.engine) as connection:
        (letter,) = connection.execute(select(tables.outbox)).all()
    body = orjson.loads(letter.body)
    assert (letter.kind, body["what"], body["to"]) == ("notify", "mentioned", ["person:li.si"])
    assert "请看" not in letter.body


def test_notes_can_be_made_when_the_case_has_ended_and_then_prove_as_well(case: Case) -> None:
    case.do("a")
    note(case, "档案已移交", by=ZHAO_LIU, at_task=False)
    assert case.status == "closed"
    assert case.events()[-1].kind == "commented"
    case_closed = case.row.closed_at
    note(case, "已归档", by=ZHAO_LIU, at_task=False)
    assert case.row.closed_at == case_closed


@pytest.mark.parametrize("text", ["", "  \n", "长" * (LONGEST + 1), "零\0"])
def test_a_note_says_something_and_is_no_document(case: Case, text: str) -> None:
    with pytest.raises(CommentUnusable):
        note(case, text)
    assert [event.kind for event in case.events()] == ["opened"]


def test_nobody_writes_across_organisations_or_at_a_task_there_is_not(case: Case) -> None:
    with pytest.raises(NotPermitted):
        note(case, "外单位", by=QIAN_QI)
    with pytest.raises(NotPermitted):
        case.act("note", lambda c, **k: cases.comment(c, number=77, text="无", by=ZHANG_SAN, **k), ZHANG_SAN)


def test_lines_of_a_note_are_kept_as_written(case: Case) -> None:
    note(case, "一、材料\r\n二、照片\n")
    with reading(case.office.engine) as connection:
        assert connection.scalar(select(comments.c.text)) == "一、材料\n二、照片"
