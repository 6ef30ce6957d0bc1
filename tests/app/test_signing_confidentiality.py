"""What signatures and copies let people learn of a complaint: what is asked of them, and nothing beside."""

from __future__ import annotations

import pytest

from tests.app.rounds import Rounds, said
from tests.app.test_confidentiality import CASE, CONTENT, HANDLED, IDENTITY, LEARNS, learnt

HOLDER, BARRED = "hrss.social-insurance", "hrss.official"
#: One has answered, one has not.
SIGNER, WAITS = "hrss.employment", "hrss.employment-head"
#: What is asked and answered.
ASKED, ANSWERED = "戊请签戊", "戊意见戊"
#: Who reads the case, or has the task.
READERS = {
    person for person, words in LEARNS.items() if person and words >= CONTENT and person.startswith("hrss.")
}


def task(rounds: Rounds) -> str:
    """Path of the open task of the department that handles the complaint."""
    items = rounds.ask(HOLDER, "/api/v1/tasks?box=units").json["items"]
    items += rounds.ask(HOLDER, "/api/v1/tasks?box=mine").json["items"]
    (number,) = {one["number"] for one in items if one["case"] == HANDLED}
    return f"/api/v1/cases/{HANDLED}/tasks/{number}"


def do(rounds: Rounds, person: str, verb: str, **given: object) -> int:
    return int(rounds.ask(person, f"{task(rounds)}/{verb}", "POST", json=given).status_code)


@pytest.fixture(scope="module")
def asked(rounds: Rounds) -> Rounds:
    """A colleague of a department that has no part in the complaint is asked to sign, and has answered."""
    assert do(rounds, HOLDER, "countersign", to=[SIGNER, WAITS], reason=ASKED) == 200
    assert do(rounds, SIGNER, "sign", agrees=False, opinion=ANSWERED) == 200
    return rounds


@pytest.mark.parametrize("person", LEARNS)
def test_what_is_signed_is_for_those_who_see_the_task(asked: Rounds, person: str | None) -> None:
    sees = READERS | {SIGNER, WAITS}
    expected = {ASKED, ANSWERED} if person in sees else set()
    assert learnt(asked, person, (HANDLED,), {ASKED, ANSWERED}) == expected


def test_a_signer_learns_what_the_form_shows_and_not_whose_complaint_it_is(asked: Rounds) -> None:
    # The complaint, and what the department has already said of it.
    assert learnt(asked, WAITS, (HANDLED,), IDENTITY | CASE) == CONTENT | {"甲意见甲"}
    assert asked.ask(WAITS, f"/cases/{HANDLED}").status_code == 403


@pytest.mark.parametrize("person", [BARRED, "fuxin.window", "nobody"])
def test_nobody_with_an_interest_and_nobody_from_elsewhere_is_asked(asked: Rounds, person: str) -> None:
    assert do(asked, HOLDER, "add-signer", to=person, reason="试") in (403, 404)
    assert person not in said(asked.ask(HOLDER, task(asked)))


@pytest.mark.parametrize("person", ["hrss.bureau-leader", BARRED, SIGNER, "fuxin.window"])
def test_a_complaint_is_copied_to_nobody_whom_the_organisation_does_not_let_read_it(
    asked: Rounds, person: str
) -> None:
    given = {"to": [person], "note": "试"}
    for sender in ("hrss.complaint-office", "hrss.process-admin"):
        answer = asked.ask(sender, f"/api/v1/cases/{HANDLED}/copies", "POST", json=given)
        assert answer.status_code in (403, 404)
    assert learnt(asked, person, (HANDLED,), CASE) <= LEARNS.get(person, set()) | CONTENT


def test_when_the_round_is_over_a_signer_finds_what_they_signed_and_nothing_more(asked: Rounds) -> None:
    assert do(asked, HOLDER, "call-off", reason="不再等待") == 200
    assert learnt(asked, SIGNER, (HANDLED,), CONTENT | {ASKED, ANSWERED}) == {ASKED, ANSWERED}
    assert learnt(asked, WAITS, (HANDLED,), CONTENT | {ASKED, ANSWERED}) == set()
