"""Letters that could not be delivered: who sees them, tries them again, gives them up."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, select

from tests.office import QIAN_QI, ZHANG_SAN, ZHAO_LIU, Office
from workflows.cases import NotPermitted
from workflows.cases.correcting import ReasonMissing
from workflows.clock import SetClock
from workflows.database import reading, transaction
from workflows.outbox import ATTEMPTS, Letter, Outside, deliver_due, post
from workflows.tables import outbox
from workflows.undelivered import (
    LATE,
    NoSuchLetter,
    UndeliveredLetter,
    count_undelivered,
    give_up,
    retry_all,
    retry_letter,
    undelivered_letters,
)


@pytest.fixture
def office(engine: Engine, clock: SetClock) -> Office:
    return Office(engine, now=clock.now()).settle_in()


def refuse(letter: Letter) -> None:
    raise ConnectionRefusedError("nobody there")


def send(office: Office, *keys: str, organisation: str = "t", kind: str = "mail") -> None:
    with transaction(office.engine) as connection:
        for key in keys:
            post(
                connection,
                key=key,
                kind=kind,
                case_id=0,
                body={"user": "li.si"},
                at=office.now,
                organisation=organisation,
            )


def fail(office: Office) -> None:
    deliver_due(office.engine, SetClock(office.now), {"mail": Outside(refuse)})


def listed(office: Office, **how: Any) -> list[UndeliveredLetter]:
    with reading(office.engine) as connection:
        return list(undelivered_letters(connection, of=ZHAO_LIU, at=office.now, **how).rows)


def test_what_failed_is_listed_with_its_error_tries_and_next_try(office: Office) -> None:
    send(office, "a")
    send(office, "theirs", organisation="t2")
    assert listed(office) == []
    fail(office)
    (letter,) = listed(office)
    assert (letter.key, letter.attempts, letter.taken) == ("a", 1, False)
    assert letter.error == "ConnectionRefusedError: nobody there"
    assert letter.next_at == office.now + timedelta(minutes=1)
    with reading(office.engine) as connection:
        assert count_undelivered(connection, of=ZHAO_LIU, at=office.now) == 1
        (other,) = undelivered_letters(connection, of=QIAN_QI, at=office.now).rows
    assert other.key == "theirs"


def test_what_nobody_delivers_is_listed_after_an_hour(office: Office) -> None:
    send(office, "a", kind="gateway")
    office.now += LATE
    assert listed(office) == []
    office.now += timedelta(seconds=1)
    assert [(one.key, one.attempts, one.error) for one in listed(office)] == [("a", 0, "")]


def test_after_its_last_try_a_letter_waits_for_somebody_who_tries_again(office: Office) -> None:
    send(office, "a")
    for _ in range(ATTEMPTS):
        fail(office)
        office.now += timedelta(hours=7)
    (letter,) = listed(office)
    assert (letter.attempts, letter.next_at) == (ATTEMPTS, None)
    with transaction(office.engine) as connection:
        retry_letter(connection, "a", by=ZHAO_LIU, at=office.now)
    taken: list[str] = []
    deliver_due(office.engine, SetClock(office.now), {"mail": Outside(lambda found: taken.append(found.key))})
    assert (taken, listed(office)) == (["a"], [])


def test_all_of_them_are_tried_again_at_once_those_of_one_organisation(office: Office) -> None:
    send(office, "a", "b")
    send(office, "theirs", organisation="t2")
    fail(office)
    with transaction(office.engine) as connection:
        assert retry_all(connection, by=ZHAO_LIU, at=office.now) == 2
    taken: list[str] = []
    deliver_due(office.engine, SetClock(office.now), {"mail": Outside(lambda found: taken.append(found.key))})
    assert sorted(taken) == ["a", "b"]


def test_what_was_given_up_is_sent_no_more_and_says_who_and_why(office: Office) -> None:
    send(office, "a")
    fail(office)
    with transaction(office.engine) as connection:
        with pytest.raises(ReasonMissing):
            give_up(connection, "a", reason=" ", by=ZHAO_LIU, at=office.now)
        give_up(connection, "a", reason="已电话告知", by=ZHAO_LIU, at=office.now)
    assert listed(office) == []
    (letter,) = listed(office, given_up=True)
    assert (letter.given_up_by, letter.given_up_why, letter.next_at) == ("zhao.liu", "已电话告知", None)
    office.now += timedelta(days=1)
    fail(office)
    with reading(office.engine) as connection:
        assert connection.scalars(select(outbox.c.attempts)).one() == 1
    with transaction(office.engine) as connection:
        for act in (
            lambda: retry_letter(connection, "a", by=ZHAO_LIU, at=office.now),
            lambda: give_up(connection, "a", reason="又", by=ZHAO_LIU, at=office.now),
        ):
            with pytest.raises(NoSuchLetter):
                act()


def test_nobody_else_sees_or_touches_them(office: Office) -> None:
    send(office, "a")
    fail(office)
    with transaction(office.engine) as connection:
        with pytest.raises(NotPermitted):
            undelivered_letters(connection, of=ZHANG_SAN, at=office.now)
        with pytest.raises(NotPermitted):
            retry_all(connection, by=ZHANG_SAN, at=office.now)
        with pytest.raises(NoSuchLetter):
            retry_letter(connection, "a", by=QIAN_QI, at=office.now)
        with pytest.raises(NoSuchLetter):
            give_up(connection, "a", reason="试", by=QIAN_QI, at=office.now)


def test_pages_follow_each_other(office: Office) -> None:
    send(office, *"abcde")
    fail(office)
    found, after = [], None
    while True:
        with reading(office.engine) as connection:
            page = undelivered_letters(connection, of=ZHAO_LIU, at=office.now, after=after, size=2)
        found += [one.key for one in page.rows]
        after = page.next
        if after is None:
            break
    assert found == list("abcde")
    assert [one.key for one in listed(office, after="bent")] == list("abcde")
