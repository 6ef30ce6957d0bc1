"""Who has a part in a case."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from workflows.cases import Actor, NotPermitted
from workflows.cases.open_case import NoSuchCase
from workflows.reading.access import check_reader, check_task_reader, may_see_case
from workflows.reading.case_file import CaseFile, CaseTask

AT = datetime(2026, 9, 21, 1, tzinfo=UTC)


def person(user: str, *keys: str, organisation: str = "t") -> Actor:
    return Actor(user=user, organisation=organisation, keys=frozenset({f"person:{user}", *keys}))


def task(number: int, *keys: str, by: str | None = None, without: tuple[str, ...] = ()) -> CaseTask:
    return CaseTask(
        number=number,
        element_id="x",
        process="p",
        name="x",
        status="completed" if by else "open",
        assignee=None,
        opened_at=AT,
        ended_at=AT if by else None,
        ended_by=by,
        due_at=None,
        provisional=False,
        keys=frozenset(keys),
        excluded=frozenset(without),
    )


def case(*tasks: CaseTask, settings: dict[str, Any] | None = None, opened_by: str = "clerk") -> CaseFile:
    return CaseFile(
        id=1,
        number="t-1",
        title="",
        organisation="t",
        settings=settings or {},
        key="t.complaint",
        regulation="投诉",
        version_id=1,
        version_number=1,
        status="open",
        outcome=None,
        opened_at=AT,
        opened_by=opened_by,
        closed_at=None,
        seq=1,
        data={},
        tasks=tasks,
    )


#: A complaint about Zhao: the office handles it without Zhao, who is asked for a statement by name.
COMPLAINT = case(
    task(1, "unit:office", by="clerk"),
    task(2, "unit:office", without=("zhao",)),
    task(3, "person:zhao"),
)


@pytest.mark.parametrize(
    ("reader", "may"),
    [
        (person("clerk"), True),
        (person("colleague", "unit:office"), True),
        (person("head", "leader:office"), True),
        (person("auditor", "role:auditor"), True),
        (person("admin", "role:process-admin"), True),
        (person("neighbour", "unit:other", "leader:other"), False),
        # The one complained about, even as a member of the office.
        (person("zhao", "unit:office"), False),
    ],
)
def test_a_case_is_for_those_whose_work_it_is(reader: Actor, may: bool) -> None:
    assert may_see_case(reader, COMPLAINT) is may


def test_who_is_asked_by_name_sees_the_question_and_not_the_case() -> None:
    zhao = person("zhao")
    check_task_reader(zhao, COMPLAINT, COMPLAINT.tasks[2])
    for other in COMPLAINT.tasks[:2]:
        with pytest.raises(NotPermitted):
            check_task_reader(zhao, COMPLAINT, other)
    with pytest.raises(NotPermitted):
        check_reader(zhao, COMPLAINT)


def test_who_did_a_step_of_the_office_keeps_sight_of_it_when_kept_out_of_a_later_one() -> None:
    four_eyes = case(task(1, "unit:office", by="anna"), task(2, "unit:office", without=("anna",)))
    assert may_see_case(person("anna", "unit:office"), four_eyes)


def test_for_another_organisation_there_is_no_such_case() -> None:
    stranger = person("x", "unit:office", "role:auditor", organisation="t2")
    with pytest.raises(NoSuchCase):
        check_reader(stranger, COMPLAINT)
    with pytest.raises(NoSuchCase):
        check_task_reader(stranger, COMPLAINT, COMPLAINT.tasks[0])


def test_an_organisation_that_names_its_readers_means_nobody_else() -> None:
    rules = [{"process": "t.complaint", "act": "read", "who": '[unit("archive"), starter()]'}]
    named = case(task(1, "unit:office"), settings={"access": {"rules": rules}})
    readers = {
        "archivist": person("archivist", "unit:archive"),
        "clerk": person("clerk"),
        "auditor": person("auditor", "role:auditor"),
        "colleague": person("colleague", "unit:office"),
    }
    may = {name: may_see_case(reader, named) for name, reader in readers.items()}
    assert may == {"archivist": True, "clerk": True, "auditor": True, "colleague": False}


def test_a_rule_about_another_regulation_says_nothing_about_this_one() -> None:
    rules = [{"process": "t.other", "act": "read", "who": 'unit("archive")'}]
    other = case(task(1, "unit:office"), settings={"access": {"rules": rules}})
    assert may_see_case(person("colleague", "unit:office"), other)
