"""Who has a part in a case."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from workflows.cases import Actor, NotPermitted
from workflows.cases.open_case import NoSuchCase
from workflows.reading.access import (
    Act,
    check_reader,
    check_task_reader,
    is_recused,
    may_do_task,
    may_hand_receipt,
    may_help_with,
    may_see_case,
    may_start,
    own_tasks,
    people_named,
)
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


def rules(act: str, who: str, process: str = "t.complaint") -> dict[str, Any]:
    return {"access": {"rules": [{"process": process, "act": act, "who": who}]}}


@pytest.mark.parametrize("reader", [person("zhao", "role:auditor"), person("zhao", "role:process-admin")])
def test_who_has_an_interest_reads_nothing_even_as_one_who_watches_over_all_cases(reader: Actor) -> None:
    assert is_recused(reader, COMPLAINT)
    assert not may_see_case(reader, COMPLAINT)
    assert [found.number for found in own_tasks(reader, COMPLAINT)] == [3]
    assert not may_hand_receipt(reader, COMPLAINT, knows=True)


def test_whoever_acts_on_behalf_of_somebody_with_an_interest_has_it_too() -> None:
    stand_in = Actor(
        user="sun", organisation="t", keys=frozenset({"person:sun", "unit:office"}), on_behalf_of="zhao"
    )
    assert not may_see_case(stand_in, COMPLAINT)


@pytest.mark.parametrize(
    ("tasks", "recused"),
    [
        # Did a step, and must not do the next one as well.
        ((task(1, "unit:office", by="anna"), task(2, "unit:office", without=("anna",))), False),
        # Opened the case.
        ((task(1, "unit:office", without=("clerk", "anna")), task(2, "unit:office", by="anna")), False),
        # Took it down, and is kept out with somebody who did nothing: both for who they are.
        ((task(1, "unit:office", by="anna"), task(2, "unit:office", without=("anna", "zhao"))), True),
        # Took it down, and is the one complained about.
        (
            (
                task(1, "unit:office", by="anna"),
                task(2, "unit:office", without=("anna",)),
                task(3, "person:anna"),
            ),
            True,
        ),
        # As before, and the other one is asked for a statement later on.
        (
            (
                task(1, "unit:office", by="anna"),
                task(2, "unit:office", without=("anna", "zhao")),
                replace(task(3, "person:zhao", by="zhao"), ended_at=AT + timedelta(hours=1)),
            ),
            True,
        ),
        # Somebody else is kept out.
        ((task(1, "unit:office", by="anna"), task(2, "unit:office", without=("zhao",))), False),
    ],
)
def test_a_second_pair_of_eyes_is_no_interest(tasks: tuple[CaseTask, ...], *, recused: bool) -> None:
    anna = person("anna", "unit:office")
    assert is_recused(anna, case(*tasks)) is recused
    assert may_see_case(anna, case(*tasks)) is not recused


def test_an_organisation_says_who_opens_cases() -> None:
    settings = rules("start", '[unit("window"), role("chief")]')
    may = {
        who.user: may_start(who, settings, "t.complaint")
        for who in (
            person("clerk", "unit:window"),
            person("head", "leader:window"),
            person("chief", "role:chief"),
            person("neighbour", "unit:other", "role:auditor"),
        )
    }
    assert may == {"clerk": True, "head": True, "chief": True, "neighbour": False}
    assert may_start(person("neighbour"), settings, "t.other")
    assert may_start(person("neighbour"), {}, "t.complaint")


def test_an_organisation_says_who_looks_at_tasks_of_theirs() -> None:
    settings = rules("read-own-tasks", 'role("handler")')
    found = case(
        task(1, "unit:office"),
        task(2, "unit:office", by="zhao"),
        settings=settings | {"access": {"rules": [*settings["access"]["rules"], *_nobody_reads()]}},
    )
    handler, zhao = person("qian", "unit:office", "role:handler"), person("zhao", "unit:office")
    check_task_reader(handler, found, found.tasks[0])
    for one in found.tasks:
        with pytest.raises(NotPermitted):
            check_task_reader(zhao, found, one)
    assert own_tasks(zhao, found) == []
    assert own_tasks(person("qian", "role:handler", "unit:office", organisation="t2"), found) == []


def _nobody_reads() -> list[dict[str, str]]:
    return [{"process": "t.complaint", "act": "read", "who": 'unit("archive")'}]


def test_a_rule_may_mean_people_by_the_data_of_the_case() -> None:
    by_data = case(task(1, "unit:elsewhere"), settings=rules("read", "unit(handling)"))
    handled = replace(by_data, data={"": {"handling": "labour"}})
    assert not may_see_case(person("sun", "unit:labour"), by_data)
    assert may_see_case(person("sun", "unit:labour"), handled)
    assert may_see_case(person("head", "leader:labour"), handled)
    assert not may_see_case(person("wu", "unit:employment"), handled)


def test_several_rules_for_one_act_add_up_and_none_means_nothing_is_said() -> None:
    both = {
        "access": {
            "rules": [
                *rules("read", 'unit("a")')["access"]["rules"],
                *rules("read", 'unit("b")')["access"]["rules"],
            ]
        }
    }
    assert people_named(both, Act.READ, ["t.complaint"]) == {"unit:a", "unit:b"}
    assert people_named(both, Act.READ, ["t.other"]) is None
    assert people_named(both, Act.START, ["t.complaint"]) is None


def lent(number: int, to: str, *keys: str, without: tuple[str, ...] = ()) -> CaseTask:
    return replace(task(number, *keys, without=without), assignee=to, lent_by="clerk")


def test_who_is_lent_a_task_sees_it_and_nothing_more() -> None:
    helped = case(task(1, "unit:office", by="clerk"), lent(2, "helper", "unit:office"))
    helper = person("helper", "unit:other")
    assert [one.number for one in own_tasks(helper, helped)] == [2]
    assert not may_see_case(helper, helped)
    assert not may_do_task(helper, helped.tasks[1])
    back = case(helped.tasks[0], replace(helped.tasks[1], assignee="clerk", lent_by=None))
    assert own_tasks(helper, back) == []


def test_who_has_an_interest_or_is_kept_out_sees_nothing_by_being_lent_it() -> None:
    zhao = person("zhao")
    about_zhao = case(*COMPLAINT.tasks, lent(4, "zhao", "unit:office"))
    assert [one.number for one in own_tasks(zhao, about_zhao)] == [3]
    assert not may_help_with(zhao, COMPLAINT, COMPLAINT.tasks[0])
    assert may_help_with(person("helper"), COMPLAINT, COMPLAINT.tasks[1])
    assert not may_help_with(person("helper", organisation="t2"), COMPLAINT, COMPLAINT.tasks[1])
    kept_out = case(lent(1, "anna", "unit:office", without=("anna",)))
    assert own_tasks(person("anna"), kept_out) == []


def test_standing_in_opens_what_the_one_who_is_away_reads_unless_they_are_kept_out() -> None:
    def standing_in_for(user: str) -> Actor:
        held = frozenset({f"person:{user}", "unit:office"})
        own = frozenset({"person:helper"})
        return Actor(user="helper", organisation="t", keys=own | held, own=own, lent={user: held})

    assert may_see_case(standing_in_for("colleague"), COMPLAINT)
    assert may_do_task(standing_in_for("colleague"), COMPLAINT.tasks[1])
    assert not may_see_case(standing_in_for("zhao"), COMPLAINT)
    assert not may_do_task(standing_in_for("zhao"), COMPLAINT.tasks[1])
    # What is asked of Zhao by name is asked of whoever stands in.
    assert [one.number for one in own_tasks(standing_in_for("zhao"), COMPLAINT)] == [1, 3]
