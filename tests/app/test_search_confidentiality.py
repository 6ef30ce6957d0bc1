"""Searching tells nobody more than reading does: every word of the cases, looked for by everybody."""

from __future__ import annotations

import pytest

from tests.app.rounds import Rounds
from tests.app.test_confidentiality import (
    APPLICANT,
    APPLICATION,
    CASE,
    COMPLAINTS,
    IDENTITY,
    LEARNS,
    LEARNS_OF_APPLICATION,
    MATTER,
)
from workflows.search_index import index_due

#: Whoever reads the complaints; others learn some of their words from a task or a register, not by searching.
READ_COMPLAINTS = {"hrss.complaint-office", "hrss.auditor", "hrss.process-admin"}
#: What is found by looking for it, of what is read: texts, and persons as exactly named.
SOUGHT = {"甲事项甲", "甲诉求甲", "甲要求甲", "甲说明甲", "甲意见甲", "甲事实甲", "甲处理甲"}


def found(rounds: Rounds, person: str, word: str, of: tuple[str, ...]) -> set[str]:
    """Which of these cases somebody is shown when looking for a word: by the page, by a program."""
    page = rounds.ask(person, f"/search?q={word}")
    answer = rounds.ask(person, f"/api/v1/search?q={word}")
    assert (page.status_code, answer.status_code) == (200, 200)
    numbers = {case["number"] for case in answer.json["items"]}
    shown = page.get_data(as_text=True).replace("<mark>", "").replace("</mark>", "")
    assert {number for number in of if f"/cases/{number}" in shown} == numbers & {*of}
    assert (answer.json["next"], answer.json["looked_at"]) == (None, None)
    return numbers & {*of}


@pytest.fixture(params=["noted", "fresh"])
def indexed(request: pytest.FixtureRequest, rounds: Rounds) -> Rounds:
    while request.param == "noted" and index_due(rounds.engine):
        pass
    return rounds


@pytest.mark.parametrize("person", [person for person in LEARNS if person is not None])
def test_of_a_complaint_nobody_finds_what_they_may_not_know(indexed: Rounds, person: str) -> None:
    words = sorted(IDENTITY | CASE)
    told = {word for word in words if found(indexed, person, word, COMPLAINTS)}
    assert told <= LEARNS[person]
    if person not in READ_COMPLAINTS:
        assert told == set()
    else:
        assert told >= SOUGHT
    assert bool(told & IDENTITY) == (person == "hrss.complaint-office")


@pytest.mark.parametrize("person", [person for person in LEARNS_OF_APPLICATION if person is not None])
def test_of_an_application_nobody_finds_what_they_may_not_know(indexed: Rounds, person: str) -> None:
    words = sorted(APPLICANT | MATTER)
    told = {word for word in words if found(indexed, person, word, (APPLICATION,))}
    assert told <= LEARNS_OF_APPLICATION[person]
    assert bool(told & APPLICANT) == bool(LEARNS_OF_APPLICATION[person] & APPLICANT)


def test_numbers_lead_to_those_cases_alone_that_one_has_a_part_in(indexed: Rounds) -> None:
    every = (*COMPLAINTS, APPLICATION)
    assert found(indexed, "hrss.auditor", "2026", every) == {*COMPLAINTS}
    assert found(indexed, "fuxin.auditor", "2026", every) == {APPLICATION}
    assert found(indexed, "hrss.employment", "2026", every) == set()
    # Complained about: the one that waits for his statement, and the one he answered.
    assert found(indexed, "hrss.official", "2026", every) < {*COMPLAINTS}
