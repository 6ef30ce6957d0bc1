"""Answers that are given again."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier

import pytest
from sqlalchemy import Engine, select

from workflows.answers import KEPT_FOR, Answer, KeyReused, earlier_answer, fingerprint, keep_answer
from workflows.database import transaction
from workflows.tables import answers

NOW = datetime(2026, 9, 21, 2, 0, tzinfo=UTC)
GIVEN = Answer(status=201, body={"number": "t-2026-00001"})


def ask(engine: Engine, what: str = "open", user: str = "zhang.san", at: datetime = NOW) -> Answer | None:
    """A command under the key ``k``: carried out when it is new."""
    with transaction(engine) as connection:
        found = earlier_answer(connection, user=user, key="k", request=fingerprint(what), at=at)
        if found is None:
            keep_answer(connection, GIVEN, user=user, key="k")
        return found


def test_the_second_time_the_first_answer_is_given(engine: Engine) -> None:
    assert ask(engine) is None
    assert ask(engine) == GIVEN


def test_another_request_under_the_key_is_refused_and_another_persons_is_not(engine: Engine) -> None:
    ask(engine)
    with pytest.raises(KeyReused):
        ask(engine, "cancel")
    assert ask(engine, "cancel", user="li.si") is None


def test_a_command_that_failed_has_no_answer(engine: Engine) -> None:
    with pytest.raises(ZeroDivisionError), transaction(engine) as connection:
        earlier_answer(connection, user="zhang.san", key="k", request=fingerprint("open"), at=NOW)
        raise ZeroDivisionError
    assert ask(engine) is None


def test_answers_are_kept_for_thirty_days(engine: Engine) -> None:
    ask(engine)
    assert ask(engine, at=NOW + KEPT_FOR) == GIVEN
    later = NOW + KEPT_FOR + timedelta(microseconds=1)
    assert ask(engine, at=later) is None
    with transaction(engine) as connection:
        assert list(connection.scalars(select(answers.c.given_at))) == [later]


def test_of_two_at_once_one_is_carried_out_and_both_get_its_answer(engine: Engine) -> None:
    together = Barrier(2)

    def program(_: int) -> Answer | None:
        together.wait(10)
        return ask(engine)

    with ThreadPoolExecutor(2) as programs:
        found = list(programs.map(program, range(2)))
    assert sorted(found, key=str) == sorted([None, GIVEN], key=str)
