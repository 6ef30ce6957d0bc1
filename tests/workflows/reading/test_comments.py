"""Who sees which notes, and whom a note names."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import Engine

from tests import drafting as d
from tests.office import LI_SI, QIAN_QI, ZHANG_SAN, Case, Office
from workflows import cases
from workflows.database import reading
from workflows.reading.case_file import open_file
from workflows.reading.colleagues import Colleague
from workflows.reading.comments import (
    MentionedCannotRead,
    MentionUnclear,
    comments_of,
    may_comment,
    mentions_in,
    parts_of,
)


def colleague(user: str, name: str) -> Colleague:
    return Colleague(user=user, name=name, units=(), absence=None)


WANG = colleague("wang.wu", "王五")
WANG_TOO = colleague("wang.wu2", "王五某")
LI, OTHER_LI = colleague("li.si", "李四"), colleague("li.si.b", "李四")
EVERYBODY = [WANG, WANG_TOO, LI, OTHER_LI]


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("@王五请核对", ["wang.wu"]),
        ("请@王五某核对", ["wang.wu2"]),
        ("@wang.wu 请核对", ["wang.wu"]),
        ("@wang.wu2请核对", ["wang.wu2"]),
        ("@wang.wu.", ["wang.wu"]),
        ("@wang.wux 没有这个人", []),
        ("写到 wang@王五.cn", []),
        ("＠王五,@li.si", ["wang.wu", "li.si"]),
        ("@@王五", ["wang.wu"]),
        ("@", []),
        ("没有人", []),
    ],
)
def test_a_note_names_people_by_name_or_user_name(text: str, named: list[str]) -> None:
    assert list(mentions_in(text, EVERYBODY, EVERYBODY)) == named
    pairs = [(one.user, one.name) for one in EVERYBODY]
    again = "".join(f"@{part.text}" if part.users else part.text for part in parts_of(text, pairs))
    assert again.replace("＠", "@") == text.replace("＠", "@")


def test_of_two_people_of_one_name_the_user_name_says_which() -> None:
    with pytest.raises(MentionUnclear):
        mentions_in("@李四看看", EVERYBODY, EVERYBODY)
    assert mentions_in("@li.si.b 看看", EVERYBODY, EVERYBODY) == ("li.si.b",)
    assert mentions_in("@李四看看", EVERYBODY, [WANG, OTHER_LI]) == ("li.si.b",)


def test_nobody_is_called_to_what_they_may_not_read() -> None:
    with pytest.raises(MentionedCannotRead) as refused:
        mentions_in("@王五", EVERYBODY, [LI])
    assert "王五" in refused.value.in_chinese()


# --- who sees what ------------------------------------------------------------------------------------------


@pytest.fixture
def complaint(engine: Engine) -> Case:
    """Li Si is kept out of the first step, for it is about him, and asked by name in the second."""
    office = Office(engine).settle_in()
    office.publish(
        d.diagram(
            "t.one",
            d.start(),
            d.user("a", exclude='person("li.si")'),
            d.user("b", candidates='person("li.si")'),
            d.end(),
            *d.path("start", "a", "b", "end"),
        )
    )
    case = office.start("t.one")
    first = case.numbers("a")[0]
    note(case, first, "核实一下")
    case.do("a")
    note(case, case.numbers("b")[0], "他的说法前后不一")
    note(case, case.numbers("b")[0], "@li.si 请附上证明", mentions=("li.si",))
    note(case, None, "要不要提交会议")
    return case


def note(case: Case, number: int | None, text: str, **how: Any) -> None:
    case.act(
        "note", lambda c, **k: cases.comment(c, number=number, text=text, by=ZHANG_SAN, **how, **k), None
    )


def seen(case: Case, person: cases.Actor, task: int | None = None) -> list[str]:
    with reading(case.office.engine) as connection:
        file = open_file(connection, case.row.number)
        return [one.text for one in comments_of(connection, person, file, task=task)]


def test_whoever_has_an_interest_sees_what_is_said_to_them_and_not_what_is_said_of_them(
    complaint: Case,
) -> None:
    assert seen(complaint, LI_SI) == ["@li.si 请附上证明"]
    assert seen(complaint, QIAN_QI) == []
    assert len(seen(complaint, ZHANG_SAN)) == 4
    number = complaint.numbers("b")[0]
    assert seen(complaint, ZHANG_SAN, task=number) == ["他的说法前后不一", "@li.si 请附上证明"]


def test_who_sees_a_task_writes_at_it_and_not_at_the_case(complaint: Case) -> None:
    with reading(complaint.office.engine) as connection:
        file = open_file(connection, complaint.row.number)
    (first, second) = file.tasks
    assert may_comment(LI_SI, file, second)
    assert not may_comment(LI_SI, file, first)
    assert not may_comment(LI_SI, file, None)
    assert may_comment(ZHANG_SAN, file, None)
    assert not may_comment(QIAN_QI, file, second)
