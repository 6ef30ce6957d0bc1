"""Filters people keep, for themselves or for their unit."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine, insert

from tests.office import LI_SI, MORNING, QIAN_QI, WANG_WU, ZHANG_SAN
from workflows import tables
from workflows.cases import Actor
from workflows.database import reading, transaction
from workflows.saved_queues import (
    MOST,
    NoSuchQueue,
    NotOfThatUnit,
    QueueNameUnusable,
    TooManyQueues,
    choose_columns,
    columns_of,
    delete_queue,
    save_queue,
    saved_for,
)

FILTERS = {"box": "units", "left": "today"}


@pytest.fixture
def office(engine: Engine) -> Engine:
    with transaction(engine) as connection:
        connection.execute(insert(tables.organisations), [{"slug": s, "name": s} for s in ("t", "t2")])
        rows = [
            {"user": p.user, "organisation": p.organisation, "name": p.user}
            for p in (ZHANG_SAN, LI_SI, WANG_WU, QIAN_QI)
        ]
        connection.execute(insert(tables.people), rows)
    return engine


def keep(engine: Engine, name: str = "今天", *, unit: str | None = None, by: Actor = ZHANG_SAN) -> int:
    with transaction(engine) as connection:
        return save_queue(connection, name=name, filters=FILTERS, unit=unit, by=by, at=MORNING)


def seen_by(engine: Engine, person: Actor) -> list[tuple[str, bool]]:
    with reading(engine) as connection:
        return [(queue.name, queue.deletable) for queue in saved_for(connection, person)]


def test_a_private_queue_is_its_owners_alone(office: Engine) -> None:
    keep(office)
    assert seen_by(office, ZHANG_SAN) == [("今天", True)]
    assert seen_by(office, LI_SI) == []


def test_a_shared_one_is_seen_by_the_unit_and_deleted_by_its_owner_or_the_head(office: Engine) -> None:
    identifier = keep(office, unit="window")
    assert seen_by(office, LI_SI) == [("今天", False)]
    assert seen_by(office, WANG_WU) == [("今天", True)]
    # The unit of another organisation has the same name.
    assert seen_by(office, QIAN_QI) == []
    for stranger in (LI_SI, QIAN_QI):
        with pytest.raises(NoSuchQueue), transaction(office) as connection:
            delete_queue(connection, identifier, by=stranger)
    with transaction(office) as connection:
        delete_queue(connection, identifier, by=WANG_WU)
    assert seen_by(office, ZHANG_SAN) == []


def test_only_the_filters_are_kept(office: Engine) -> None:
    keep(office, name="  今天   到期 ", unit="window")
    with reading(office) as connection:
        (queue,) = saved_for(connection, LI_SI)
    assert (queue.name, queue.filters, queue.owner, queue.unit) == (
        "今天 到期",
        FILTERS,
        "zhang.san",
        "window",
    )


@pytest.mark.parametrize("name", ["", "   ", "长" * 41])
def test_a_name_is_short_and_says_something(office: Engine, name: str) -> None:
    with pytest.raises(QueueNameUnusable):
        keep(office, name)


def test_nobody_shares_with_a_unit_they_do_not_belong_to_or_keeps_too_many(office: Engine) -> None:
    with pytest.raises(NotOfThatUnit):
        keep(office, unit="chiefs")
    for n in range(MOST):
        keep(office, str(n))
    with pytest.raises(TooManyQueues):
        keep(office)
    keep(office, by=LI_SI)


def test_columns_are_remembered_for_each_person(office: Engine) -> None:
    with transaction(office) as connection:
        assert columns_of(connection, "zhang.san") is None
        choose_columns(connection, "zhang.san", ["limit", "step"])
        choose_columns(connection, "zhang.san", ["step", "due"])
        assert columns_of(connection, "zhang.san") == ("step", "due")
        assert columns_of(connection, "li.si") is None
