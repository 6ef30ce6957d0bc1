"""The daily digest: once a person and day, on working days, with what lies there when it is made."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from typing import Any

import orjson
import pytest
from sqlalchemy import Engine, event, select

from tests.drafting import diagram, end, operator, path, start, user
from tests.office import LI_SI, ZHANG_SAN, Office
from tests.workflows.notifications.staffed import letters, prefer, staffed
from workflows import cases, tables
from workflows.calendar_store import load_calendar
from workflows.clock import BEIJING, SetClock
from workflows.database import reading, transaction
from workflows.notifications.digests import figures, make_due, next_digest, plan_digest
from workflows.notifications.telling import Ways
from workflows.notifications.words import said
from workflows.people import actor_of

TIMED = diagram(
    "t.timed",
    start(form="facts"),
    operator("begin", "start-clock", clock='"limit"', limit="workdays(n)"),
    user("check", candidates='unit("window")', clock="limit"),
    end(),
    *path("start", "begin", "check", "end"),
)
PLAIN = diagram(
    "t.plain",
    start(form="facts"),
    user("check", candidates='unit("window")'),
    end(),
    *path("start", "check", "end"),
)
ONLY_PAGE = Ways()


@pytest.fixture
def office(engine: Engine, clock: SetClock) -> Office:
    office = staffed(engine, clock.now())
    office.publish(TIMED)
    office.publish(PLAIN)
    make(office)
    return office


def make(office: Office, ways: Ways = ONLY_PAGE) -> int:
    return make_due(office.engine, SetClock(office.now), ways)


def at(day: str, hour: str) -> datetime:
    return datetime.fromisoformat(f"{day}T{hour}").replace(tzinfo=BEIJING)


def digests(office: Office, whose: str) -> list[tuple[str, Mapping[str, int]]]:
    """Day and figures of each digest of a person."""
    table = tables.notifications
    query = select(table.c.created_at, table.c.body).where(table.c.user == whose, table.c.what == "digest")
    with reading(office.engine) as connection:
        return [
            (row.created_at.astimezone(BEIJING).strftime("%m-%d %H:%M"), orjson.loads(row.body))
            for row in connection.execute(query.order_by(table.c.id))
        ]


def take(office: Office, key: str, **data: Any) -> None:
    case = office.start(key, **data)
    with transaction(office.engine) as connection:
        cases.claim_task(
            connection, case_id=case.id, number=case.numbers("check")[0], by=ZHANG_SAN, at=office.now
        )


def test_it_says_what_is_mine_by_urgency_what_is_new_and_what_is_late(office: Office) -> None:
    take(office, "t.timed", n=1)
    take(office, "t.timed", n=2)
    take(office, "t.timed", n=20)
    take(office, "t.plain")
    office.start("t.timed", n=1)
    office.now = at("2026-09-22", "08:30")
    office.start("t.plain")
    with reading(office.engine) as connection:
        person = actor_of(connection, "zhang.san", at=office.now)
        found = figures(connection, person, since=at("2026-09-21", "08:30"), now=office.now)
        later = figures(connection, person, since=office.now, now=at("2026-09-23", "08:30"))
    assert found == {"overdue": 0, "today": 1, "soon": 1, "ample": 2, "new": 2, "late": 0, "unread": 0}
    assert later == {"overdue": 1, "today": 1, "soon": 0, "ample": 2, "new": 0, "late": 1, "unread": 0}
    words = said("digest", found)
    assert words.subject == "今日待办：您手上 4 件，部门新任务 2 件"
    assert words.text.splitlines()[0] == "您手上：今天到期 1 件，下一工作日到期 1 件，其余 2 件。"
    english = said("digest", found, english=True)
    assert english.subject == "Today: 4 tasks of yours, 2 new for your units"


def test_it_is_made_once_a_day_at_the_chosen_time_on_working_days(office: Office) -> None:
    take(office, "t.plain")
    for moment in ("2026-09-22T08:29", "2026-09-22T08:30", "2026-09-22T08:31", "2026-09-22T20:00"):
        office.now = datetime.fromisoformat(moment).replace(tzinfo=BEIJING)
        make(office)
    assert [day for day, _ in digests(office, "zhang.san")] == ["09-22 08:30"]
    # Friday, then the Mid-Autumn holiday and a weekend, then Monday.
    for day in ("2026-09-24", "2026-09-25", "2026-09-26", "2026-09-27", "2026-09-28"):
        office.now = at(day, "09:00")
        make(office)
    days = [day for day, _ in digests(office, "zhang.san")]
    with reading(office.engine) as connection:
        calendar = load_calendar(connection, "t")
    worked = [d for d in (24, 25, 26, 27, 28) if calendar.why(date(2026, 9, d)).is_workday]
    assert days == ["09-22 08:30", *(f"09-{d} 09:00" for d in worked)]


def test_after_downtime_only_the_newest_is_made(office: Office) -> None:
    take(office, "t.plain")
    office.now = at("2026-09-24", "16:00")
    assert make(office) > 0
    assert make(office) == 0
    assert [day for day, _ in digests(office, "zhang.san")] == ["09-24 16:00"]


def test_who_has_nothing_to_do_is_told_nothing(office: Office) -> None:
    office.now = at("2026-09-22", "09:00")
    make(office)
    assert digests(office, "sun.ba") == []


def test_a_newer_digest_takes_the_place_of_an_unread_one(office: Office) -> None:
    take(office, "t.plain")
    for day in ("2026-09-22", "2026-09-23"):
        office.now = at(day, "09:00")
        make(office)
    table = tables.notifications
    with reading(office.engine) as connection:
        unread = connection.scalars(
            select(table.c.created_at).where(table.c.user == "zhang.san", table.c.read_at.is_(None))
        ).all()
    assert unread == [office.now]
    assert digests(office, "zhang.san")[-1][1]["unread"] == 1


def test_several_processes_make_each_digest_once(office: Office) -> None:
    take(office, "t.plain")
    office.start("t.plain")
    office.now = at("2026-09-22", "09:00")
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: make(office), range(4)))
    assert len(digests(office, "zhang.san")) == len(digests(office, "li.si")) == 1


def test_a_process_that_is_killed_while_making_one_leaves_it_to_be_made(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    take(office, "t.plain")
    office.now = at("2026-09-22", "09:00")

    class Killed(BaseException):
        pass

    def die(*_: Any) -> None:
        raise Killed

    # The very last statement of a digest: everything before it is undone with it.
    event.listen(office.engine, "commit", die)
    with pytest.raises(Killed):
        make(office)
    event.remove(office.engine, "commit", die)
    assert digests(office, "zhang.san") == []
    make(office)
    assert len(digests(office, "zhang.san")) == 1


def test_it_is_mailed_to_those_who_want_it_and_not_made_for_those_who_do_not(office: Office) -> None:
    take(office, "t.plain")
    office.start("t.plain")
    prefer(office, "zhang.san", mail="zhang.san@office.example.invalid")
    prefer(office, "li.si", digest="")
    with transaction(office.engine) as connection:
        plan_digest(connection, "li.si", LI_SI.organisation, after=office.now)
    office.now = at("2026-09-22", "09:00")
    make(office, Ways(mail=True))
    assert digests(office, "li.si") == []
    (letter,) = letters(office, "mail")
    assert letter.key == "digest-zhang.san-2026-09-22-mail-zhang.san"


def test_another_time_chosen_on_the_same_day_brings_no_second_one(office: Office) -> None:
    take(office, "t.plain")
    office.now = at("2026-09-22", "09:00")
    make(office)
    prefer(office, "zhang.san", digest="17:00")
    with transaction(office.engine) as connection:
        plan_digest(connection, "zhang.san", "t", after=office.now)
    office.now = at("2026-09-22", "17:30")
    make(office)
    office.now = at("2026-09-23", "17:00")
    make(office)
    assert [day for day, _ in digests(office, "zhang.san")] == ["09-22 09:00", "09-23 17:00"]


def test_the_next_one_is_found_on_the_calendar_of_the_office(office: Office) -> None:
    with reading(office.engine) as connection:
        calendar = load_calendar(connection, "t")
    assert next_digest("", office.now, calendar) is None
    # 1 to 7 October is the National Day holiday.
    after = at("2026-09-30", "12:00")
    assert next_digest("08:30", after, calendar) == at("2026-10-08", "08:30")
    assert next_digest("12:30", after, calendar) == at("2026-09-30", "12:30")
    assert next_digest("12:30", after, calendar, told=date(2026, 9, 30)) == at("2026-10-08", "12:30")
    assert next_digest("08:30", after - timedelta(days=1), calendar) == at("2026-09-30", "08:30")
