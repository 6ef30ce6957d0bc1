"""Signs of life."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import Engine

from workflows.clock import SetClock
from workflows.database import reading, transaction
from workflows.heartbeats import FORGOTTEN_AFTER, Heartbeat, beat, signs_of_life


def test_each_scheduler_leaves_its_last_sign_only(engine: Engine, clock: SetClock) -> None:
    moment = clock.now()
    with transaction(engine) as connection:
        beat(connection, node="a:1", at=moment, detail={"timers": 1})
        beat(connection, node="b:2", at=moment, detail={})
        beat(connection, node="a:1", at=moment + timedelta(seconds=5), detail={"timers": 2})
    with reading(engine) as connection:
        assert signs_of_life(connection) == [
            Heartbeat(node="a:1", at=moment + timedelta(seconds=5), detail={"timers": 2}),
            Heartbeat(node="b:2", at=moment, detail={}),
        ]


def test_a_scheduler_silent_for_a_day_is_forgotten(engine: Engine, clock: SetClock) -> None:
    later = clock.now() + FORGOTTEN_AFTER + timedelta(seconds=1)
    with transaction(engine) as connection:
        beat(connection, node="a:1", at=clock.now(), detail={})
        beat(connection, node="b:2", at=later, detail={})
        assert [sign.node for sign in signs_of_life(connection)] == ["b:2"]
