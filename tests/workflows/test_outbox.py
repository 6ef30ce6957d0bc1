"""Delivering what cases send."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, insert, select

from workflows.clock import SetClock
from workflows.database import reading, transaction
from workflows.outbox import (
    ATTEMPTS,
    FIRST_PAUSE,
    LEASE,
    LONGEST_PAUSE,
    Deliverer,
    Inside,
    Letter,
    Outside,
    deliver_due,
    next_letter_at,
    pause,
    post,
    try_again,
    undelivered,
)
from workflows.tables import installation, outbox


def post_letters(engine: Engine, at: datetime, *keys: str, kind: str = "notify") -> None:
    with transaction(engine) as connection:
        for key in keys:
            post(connection, key=key, kind=kind, case_id=1, body={"text": key}, at=at)


def rows(engine: Engine) -> dict[str, Any]:
    with reading(engine) as connection:
        return {row.key: row for row in connection.execute(select(outbox))}


class Mailbox:
    """Keeps what it is given; refuses the keys it is told to."""

    def __init__(self, *refused: str) -> None:
        self.letters: list[Letter] = []
        self.tried: list[str] = []
        self.refused = set(refused)

    def __call__(self, letter: Letter) -> None:
        self.tried.append(letter.key)
        if letter.key in self.refused:
            raise ConnectionError("nobody there")
        self.letters.append(letter)


def into_database(connection: Connection, letter: Letter, at: datetime) -> None:
    """Writes a row that cannot be written twice, then fails where the letter says so."""
    connection.execute(insert(installation).values(key=letter.key, value=at.isoformat()))
    if letter.body["text"] == "broken":
        raise RuntimeError("after writing")


def test_a_letter_is_delivered_once_with_its_key_and_marked(engine: Engine, clock: SetClock) -> None:
    post_letters(engine, clock.now(), "1-2-3-0")
    mailbox = Mailbox()
    assert deliver_due(engine, clock, {"notify": Outside(mailbox)}) == 1
    assert deliver_due(engine, clock, {"notify": Outside(mailbox)}) == 0
    (letter,) = mailbox.letters
    assert (letter.key, letter.kind, letter.case_id, letter.body) == (
        "1-2-3-0",
        "notify",
        1,
        {"text": "1-2-3-0"},
    )
    row = rows(engine)["1-2-3-0"]
    assert (row.sent_at, row.attempts, row.error) == (clock.now(), 1, None)


def test_letters_go_out_in_the_order_in_which_they_were_posted(engine: Engine, clock: SetClock) -> None:
    post_letters(engine, clock.now(), "b")
    post_letters(engine, clock.now() - timedelta(hours=1), "c")
    post_letters(engine, clock.now() + timedelta(hours=1), "a")
    mailbox = Mailbox()
    by_kind = {"notify": Outside(mailbox)}
    assert deliver_due(engine, clock, by_kind, limit=1) == 1
    assert deliver_due(engine, clock, by_kind) == 1
    assert mailbox.tried == ["c", "b"]
    with reading(engine) as connection:
        assert next_letter_at(connection, by_kind) == clock.now() + timedelta(hours=1)


def test_a_letter_of_a_kind_nobody_delivers_waits(engine: Engine, clock: SetClock) -> None:
    post_letters(engine, clock.now(), "1-2-3-0")
    assert deliver_due(engine, clock, {"other": Outside(Mailbox())}) == 0
    assert rows(engine)["1-2-3-0"].attempts == 0
    with reading(engine) as connection:
        assert next_letter_at(connection, {"other": Outside(Mailbox())}) is None


def test_a_letter_that_fails_waits_longer_each_time_and_holds_nobody_up(
    engine: Engine, clock: SetClock
) -> None:
    post_letters(engine, clock.now(), "bad", "good")
    mailbox = Mailbox("bad")
    by_kind = {"notify": Outside(mailbox)}
    assert deliver_due(engine, clock, by_kind) == 2
    assert [letter.key for letter in mailbox.letters] == ["good"]
    waits = []
    for _ in range(3):
        row = rows(engine)["bad"]
        assert row.error == "ConnectionError: nobody there"
        waits.append(row.available_at - clock.now())
        clock.set(row.available_at - timedelta(microseconds=1))
        assert deliver_due(engine, clock, by_kind) == 0
        clock.set(row.available_at)
        assert deliver_due(engine, clock, by_kind) == 1
    assert waits == [FIRST_PAUSE, 2 * FIRST_PAUSE, 4 * FIRST_PAUSE]
    assert pause(100) == LONGEST_PAUSE


def test_after_its_last_attempt_a_letter_stays_visible_until_somebody_sends_it_on(
    engine: Engine, clock: SetClock
) -> None:
    post_letters(engine, clock.now(), "bad")
    mailbox = Mailbox("bad")
    by_kind = {"notify": Outside(mailbox)}
    for _ in range(ATTEMPTS + 3):
        deliver_due(engine, clock, by_kind)
        clock.set(rows(engine)["bad"].available_at)
    assert len(mailbox.tried) == ATTEMPTS
    with transaction(engine) as connection:
        ((letter, error),) = undelivered(connection)
        assert (letter.key, error) == ("bad", "ConnectionError: nobody there")
        assert next_letter_at(connection, by_kind) is None
        assert try_again(connection, "bad", at=clock.now())
    mailbox.refused.clear()
    assert deliver_due(engine, clock, by_kind) == 1
    with transaction(engine) as connection:
        assert undelivered(connection) == []
        assert not try_again(connection, "bad", at=clock.now())


def test_a_delivery_inside_leaves_its_work_and_the_mark_or_nothing(engine: Engine, clock: SetClock) -> None:
    post_letters(engine, clock.now(), "whole", "broken")
    assert deliver_due(engine, clock, {"notify": Inside(into_database)}) == 2
    with reading(engine) as connection:
        assert connection.scalars(select(installation.c.key)).all() == ["whole"]
    broken = rows(engine)["broken"]
    assert (broken.sent_at, broken.attempts, broken.error) == (None, 1, "RuntimeError: after writing")


def test_what_is_delivered_late_inside_arrives_at_the_moment_it_was_posted(
    engine: Engine, clock: SetClock
) -> None:
    posted = clock.now()
    post_letters(engine, posted, "late")
    clock.set(posted + timedelta(days=2))
    deliver_due(engine, clock, {"notify": Inside(into_database)})
    with reading(engine) as connection:
        assert connection.scalars(select(installation.c.value)).all() == [posted.isoformat()]


def test_what_failed_inside_arrives_when_it_succeeds(engine: Engine, clock: SetClock) -> None:
    arrived = []

    def second_time(connection: Connection, letter: Letter, at: datetime) -> None:
        arrived.append(at)
        if len(arrived) == 1:
            raise RuntimeError

    posted = clock.now()
    post_letters(engine, posted, "twice")
    deliver_due(engine, clock, {"notify": Inside(second_time)})
    clock.set(posted + timedelta(hours=1))
    deliver_due(engine, clock, {"notify": Inside(second_time)})
    assert arrived == [posted, posted + timedelta(hours=1)]


def test_a_node_that_dies_on_the_way_leaves_the_letter_to_the_next_after_a_while(
    engine: Engine, clock: SetClock
) -> None:
    def die(letter: Letter) -> None:
        raise SystemExit

    post_letters(engine, clock.now(), "1-2-3-0")
    with pytest.raises(SystemExit):
        deliver_due(engine, clock, {"notify": Outside(die)})
    mailbox = Mailbox()
    assert deliver_due(engine, clock, {"notify": Outside(mailbox)}) == 0
    clock.set(clock.now() + LEASE)
    assert deliver_due(engine, clock, {"notify": Outside(mailbox)}) == 1


def test_nobody_waits_while_a_slow_receiver_answers(engine: Engine, clock: SetClock) -> None:
    def slow(letter: Letter) -> None:
        # A command of somebody else, while this letter is on its way.
        post_letters(engine, clock.now(), "meanwhile", kind="other")

    post_letters(engine, clock.now(), "slow")
    deliver_due(engine, clock, {"notify": Outside(slow)})
    assert rows(engine)["slow"].sent_at is not None
    assert "meanwhile" in rows(engine)


def deliverer_for(kind: str, mailbox: Mailbox) -> Deliverer:
    return Outside(mailbox) if kind == "outside" else Inside(into_database)


@pytest.mark.parametrize("kind", ["inside", "outside"])
def test_several_nodes_deliver_each_letter_exactly_once(engine: Engine, clock: SetClock, kind: str) -> None:
    keys = [f"1-1-1-{n}" for n in range(24)]
    post_letters(engine, clock.now(), *keys)
    mailbox = Mailbox()
    by_kind = {"notify": deliverer_for(kind, mailbox)}
    done = together(4, lambda: deliver_due(engine, clock, by_kind))
    assert sum(done) == len(keys)
    assert all(row.sent_at is not None and row.attempts == 1 for row in rows(engine).values())
    if kind == "outside":
        assert sorted(mailbox.tried) == sorted(keys)


def together(count: int, act: Callable[[], int]) -> list[int]:
    """What ``act`` gives when so many threads do it at the same moment."""
    barrier = threading.Barrier(count)

    def one(_: int) -> int:
        barrier.wait()
        return act()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(one, range(count)))
