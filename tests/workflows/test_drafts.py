"""Drafts of forms: kept for their author, and gone with the task."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, insert, select

from tests import drafting as d
from tests.office import LI_SI, MORNING, ZHANG_SAN, Case, Office
from workflows import tables
from workflows.cases import complete_task
from workflows.clock import SetClock
from workflows.database import reading, transaction
from workflows.drafts import (
    FETCHED_BACK_WITHIN,
    REVIEWED_AFTER,
    WRITING,
    DraftTooLarge,
    NoSuchDraft,
    Place,
    Saved,
    clear_unwanted,
    discard_draft,
    draft_of,
    fetch_back,
    hold_open,
    save_draft,
    writers,
)
from workflows.duties import catch_up, next_moment

MINE = Place(user="zhang.san", case_id=1, task=2)


@pytest.fixture
def office(engine: Engine) -> Engine:
    with transaction(engine) as connection:
        connection.execute(insert(tables.organisations).values(slug="t", name="t"))
        people = [{"user": p.user, "organisation": "t", "name": p.user} for p in (ZHANG_SAN, LI_SI)]
        connection.execute(insert(tables.people), people)
    return engine


def save(engine: Engine, text: str, *, at: datetime = MORNING, place: Place = MINE, **how: Any) -> Saved:
    with transaction(engine) as connection:
        return save_draft(connection, place, {"opinion": text}, at=at, **how)


def kept(engine: Engine, place: Place = MINE) -> str | None:
    with reading(engine) as connection:
        found = draft_of(connection, place)
    return None if found is None or found.discarded else found.values["opinion"]


def rows(engine: Engine) -> int:
    with reading(engine) as connection:
        return len(connection.execute(select(tables.drafts.c.user)).all())


def test_the_later_save_wins_and_the_revisions_count_up(office: Engine) -> None:
    assert save(office, "齐").revision == 1
    assert save(office, "齐全", at=MORNING + timedelta(minutes=1)).revision == 2
    assert kept(office) == "齐全"


def test_a_save_that_was_overtaken_on_its_way_changes_nothing(office: Engine) -> None:
    save(office, "齐全", page="a", seq=7)
    assert not save(office, "齐", page="a", seq=6).kept
    assert kept(office) == "齐全"
    assert save(office, "另一页", page="b", seq=1).kept
    assert kept(office) == "另一页"


def test_who_writes_over_what_they_did_not_know_is_told_when_that_was_saved(office: Engine) -> None:
    first = save(office, "甲", page="a", seq=1, base=0)
    assert first.overtook is None
    later = MORNING + timedelta(minutes=5)
    assert save(office, "乙", page="b", seq=1, base=0, at=later).overtook == MORNING
    assert save(office, "丙", page="b", seq=2, base=2, at=later).overtook is None
    assert save(office, "丁", page="a", seq=2, base=1, at=later).overtook == later
    assert save(office, "程序", at=later).overtook is None


def test_a_draft_belongs_to_one_person_and_one_form(office: Engine) -> None:
    save(office, "我的")
    save(office, "申请", place=Place(user="zhang.san", start="t.permit"))
    assert kept(office, Place(user="li.si", case_id=1, task=2)) is None
    assert kept(office, Place(user="zhang.san", case_id=1, task=3)) is None
    assert kept(office, Place(user="zhang.san", start="t.other")) is None
    assert kept(office, Place(user="zhang.san", start="t.permit")) == "申请"


def test_what_is_too_much_for_a_form_is_too_much_for_a_draft(office: Engine) -> None:
    save(office, "短")
    with pytest.raises(DraftTooLarge):
        save(office, "长" * 100_000)
    assert kept(office) == "短"


def test_a_draft_put_aside_can_be_fetched_back_until_it_is_cleared_away(office: Engine) -> None:
    save(office, "齐全")
    with transaction(office) as connection:
        discard_draft(connection, MINE, at=MORNING)
    assert kept(office) is None
    with transaction(office) as connection:
        fetch_back(connection, MINE, at=MORNING)
    assert kept(office) == "齐全"
    with transaction(office) as connection:
        discard_draft(connection, MINE, at=MORNING)
        assert clear_unwanted(connection, until=MORNING + FETCHED_BACK_WITHIN) == 1
    assert rows(office) == 0
    with transaction(office) as connection, pytest.raises(NoSuchDraft):
        fetch_back(connection, MINE, at=MORNING)


def test_typing_on_after_discarding_begins_a_new_draft(office: Engine) -> None:
    save(office, "旧", page="a", seq=1, base=0)
    with transaction(office) as connection:
        discard_draft(connection, MINE, at=MORNING)
    assert save(office, "新", page="b", seq=1, base=0).overtook is None
    assert kept(office) == "新"


def test_others_learn_that_somebody_is_writing_for_as_long_as_they_are(office: Engine) -> None:
    save(office, "齐全")
    save(office, "申请", place=Place(user="zhang.san", start="t.permit"))

    def seen(user: str, at: datetime) -> list[str]:
        with reading(office) as connection:
            return [w.user for w in writers(connection, case_id=1, number=2, apart_from=user, at=at)]

    assert seen("li.si", MORNING + timedelta(minutes=2)) == ["zhang.san"]
    assert seen("zhang.san", MORNING) == []
    assert seen("li.si", MORNING + WRITING) == []
    with transaction(office) as connection:
        discard_draft(connection, MINE, at=MORNING)
    assert seen("li.si", MORNING) == []


# --- with the tasks they belong to --------------------------------------------------------------------------


@pytest.fixture
def case(office: Engine) -> Case:
    there = Office(office).settle_in()
    key = there.publish(
        d.diagram(
            "t.x", d.start(), d.user("check", form="facts"), d.user("next"), d.end(),
            *d.path("start", "check", "next", "end"),
        )
    )  # fmt: skip
    return there.start(key)


def place(case: Case, user: str = "zhang.san") -> Place:
    return Place(user=user, case_id=case.id, task=case.numbers("check")[0])


def test_completing_a_task_destroys_the_draft_in_the_same_transaction(case: Case) -> None:
    engine, mine, theirs = case.office.engine, place(case), place(case, "li.si")
    save(engine, "我的", place=mine)
    save(engine, "他的", place=theirs)
    with pytest.raises(ZeroDivisionError), transaction(engine) as connection:
        complete_task(connection, case_id=case.id, number=mine.task, data={}, by=ZHANG_SAN, at=MORNING)
        assert draft_of(connection, mine) is None
        raise ZeroDivisionError
    assert kept(engine, mine) == "我的"
    case.do("check", opinion="齐全")
    assert kept(engine, mine) is None
    assert kept(engine, theirs) == "他的", "whoever was slower can still copy what they wrote"


def test_a_task_that_has_ended_takes_no_more_drafts(case: Case) -> None:
    mine = place(case)
    with transaction(case.office.engine) as connection:
        assert hold_open(connection, mine)
    case.do("check")
    with transaction(case.office.engine) as connection:
        assert not hold_open(connection, mine)
        assert not hold_open(connection, Place(user="zhang.san", case_id=case.id, task=99))


def test_the_scheduler_clears_away_what_no_open_task_wants(case: Case) -> None:
    engine, office = case.office.engine, case.office
    save(engine, "等着", place=place(case), at=office.now)
    save(engine, "他的", place=place(case, "li.si"), at=office.now)
    save(engine, "申请", place=Place(user="zhang.san", start="t.x"), at=office.now)
    office.wait(days=1)
    clock = SetClock(office.now)
    assert next_moment(engine, {}) == MORNING + REVIEWED_AFTER
    assert catch_up(engine, clock, {}).total() == 0
    clock.set(MORNING + REVIEWED_AFTER)
    assert catch_up(engine, clock, {})["drafts"] == 3
    assert rows(engine) == 2, "the task is still open, the case nobody opened is not wanted any more"
    assert next_moment(engine, {}) == MORNING + 2 * REVIEWED_AFTER
    case.do("check")
    clock.set(MORNING + 2 * REVIEWED_AFTER)
    assert catch_up(engine, clock, {})["drafts"] == 1
    assert rows(engine) == 0
    assert next_moment(engine, {}) is None
