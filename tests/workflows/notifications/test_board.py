"""What people find in the page: unread first, read once for ever, their own only."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import Engine, text

from tests.office import Office
from tests.workflows.notifications.staffed import staffed
from workflows.clock import SetClock
from workflows.database import reading, transaction
from workflows.notifications.board import (
    MOST_UNREAD,
    NoSuchNotification,
    forget_older,
    mark_all_read,
    mark_read,
    newest_unread,
    notification,
    notification_of_letter,
    notifications_of,
    unread_count,
)
from workflows.notifications.telling import Telling, Ways, tell


@pytest.fixture
def office(engine: Engine, clock: SetClock) -> Office:
    return staffed(engine, clock.now())


def say(office: Office, *keys: str, to: str = "zhang.san") -> None:
    with transaction(office.engine) as connection:
        for key in keys:
            telling = Telling(
                key=key,
                organisation="t",
                what="message",
                facts={"subject": key},
                at=office.now,
                people={to: None},
            )
            tell(connection, telling, Ways())


def listed(
    office: Office, after: str | None = None, size: int = 10, **how: bool
) -> tuple[list[str], str | None]:
    with reading(office.engine) as connection:
        page = notifications_of(connection, "zhang.san", after=after, size=size, **how)
    return [one.said().subject for one in page.rows], page.next


def test_unread_ones_come_first_each_part_from_the_latest_on(office: Office) -> None:
    say(office, "a", "b", "c", "d")
    say(office, "not mine", to="li.si")
    with transaction(office.engine) as connection:
        for identifier in (2, 4):
            mark_read(connection, "zhang.san", identifier, at=office.now)
        mark_read(connection, "zhang.san", 5, at=office.now)
    assert listed(office) == (["c", "a", "d", "b"], None)
    assert listed(office, unread_only=True) == (["c", "a"], None)
    with reading(office.engine) as connection:
        assert (unread_count(connection, "zhang.san"), newest_unread(connection, "zhang.san")) == (2, 3)
        assert (unread_count(connection, "li.si"), newest_unread(connection, "wang.wu")) == (1, 0)


def test_pages_follow_each_other_without_gaps(office: Office) -> None:
    say(office, *"abcdefg")
    with transaction(office.engine) as connection:
        for identifier in (1, 3, 5, 7):
            mark_read(connection, "zhang.san", identifier, at=office.now)
    found, after = [], None
    while True:
        rows, after = listed(office, after, 2)
        found += rows
        if after is None:
            break
    assert "".join(found) == "fdbgeca"
    assert listed(office, "bent")[0] == list("fdbgeca")
    assert listed(office, "u" + "9" * 40)[0] == list("fdbgeca")


def test_marking_all_leaves_what_came_later(office: Office) -> None:
    say(office, "a", "b")
    with reading(office.engine) as connection:
        seen = newest_unread(connection, "zhang.san")
    say(office, "c")
    with transaction(office.engine) as connection:
        assert mark_all_read(connection, "zhang.san", up_to=seen, at=office.now) == 2
    assert listed(office, unread_only=True) == (["c"], None)


def test_nobody_sees_or_marks_what_is_for_somebody_else(office: Office) -> None:
    say(office, "a")
    with transaction(office.engine) as connection:
        for look in (
            lambda: notification(connection, "li.si", 1),
            lambda: notification_of_letter(connection, "li.si", "a"),
        ):
            with pytest.raises(NoSuchNotification):
                look()
        mark_read(connection, "li.si", 1, at=office.now)
        assert notification(connection, "zhang.san", 1).read_at is None
        assert notification_of_letter(connection, "zhang.san", "a").id == 1


def test_beyond_what_people_count_it_only_says_more(office: Office) -> None:
    say(office, *(str(n) for n in range(MOST_UNREAD + 3)))
    with reading(office.engine) as connection:
        assert unread_count(connection, "zhang.san") == MOST_UNREAD + 1


def test_what_was_told_in_a_history_that_was_played_counts_as_read(office: Office) -> None:
    say(office, "a")
    office.wait(days=5)
    say(office, "b")
    with transaction(office.engine) as connection:
        assert forget_older(connection, before=office.now - timedelta(days=3), at=office.now) == 1
    assert listed(office) == (["b", "a"], None)


def test_the_count_is_found_on_the_index_of_the_unread(sqlite_engine: Engine) -> None:
    with reading(sqlite_engine) as connection:
        plan = connection.execute(
            text(
                "EXPLAIN QUERY PLAN SELECT 1 FROM notifications "
                "WHERE \"user\" = 'a' AND read_at IS NULL LIMIT 9"
            )
        ).all()
    assert "ix_notifications_unread" in str(plan)
