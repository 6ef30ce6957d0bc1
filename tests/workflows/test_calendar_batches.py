from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import Connection, Engine, insert, select

from tests.notices import NOTICE_2027
from tests.office import LI_SI, QIAN_QI, WANG_WU, ZHAO_LIU, Office, person
from tests.workflows.gazetting import (
    BEFORE,
    batch,
    count,
    gazette,
    last_day,
    notice_of_2027,
    open_office,
    write,
)
from workflows.calendar_batches import (
    CALENDAR_ADMIN,
    BatchUnderWay,
    NoSuchBatch,
    apply_change,
    batch_of,
    batches_of,
    may_change,
    undo,
    unfinished,
)
from workflows.calendar_change import CalendarMoved
from workflows.calendar_store import content_of_version, load_calendar, load_content
from workflows.cases import NotPermitted
from workflows.cases.correcting import ReasonMissing
from workflows.database import reading, transaction
from workflows.tables import calendar_batches, calendar_versions, memberships, people

#: Midnight in Beijing, at the end of the day of ``BEFORE``, is four in the afternoon in UTC.
NEXT_DAY = BEFORE.replace(hour=16)
NIGHT_BEFORE_NEXT_DAY = NEXT_DAY - timedelta(minutes=1)


@pytest.fixture
def office(engine: Engine) -> Office:
    return open_office(engine)


def take_back(office: Office, number: int) -> int:
    with transaction(office.engine) as connection:
        found = undo(connection, number, note="文号有误", by=ZHAO_LIU, at=office.now)
    count(office)
    return found


def test_a_batch_says_who_changed_what_and_why(office: Office) -> None:
    made = gazette(office)
    assert (made.by, made.note, made.organisation, made.is_done) == ("zhao.liu", "按通知", "", True)
    assert made.at == office.now
    assert len(made.change.days_after) == 31


def test_both_versions_are_kept(office: Office) -> None:
    with reading(office.engine) as connection:
        before = load_content(connection).version
    gazette(office)
    with reading(office.engine) as connection:
        after = load_content(connection).version
        kept = connection.execute(select(calendar_versions.c.version)).scalars().all()
        old = content_of_version(connection, before)
    assert {before, after} <= set(kept)
    assert old is not None
    assert old.calendar.is_provisional(2027)


def test_it_is_undone_by_a_further_batch(office: Office) -> None:
    case = office.start("t.reply", n=38)
    made = gazette(office)
    assert last_day(case) == "02-12"
    undone = batch(office, take_back(office, made.id))
    assert (undone.undoes, undone.moved, undone.change) == (made.id, 1, made.change.inverse)
    assert batch(office, made.id).undone_by == undone.id
    assert last_day(case) == "02-11?"
    assert case.verify().proven
    take_back(office, undone.id)
    assert last_day(case) == "02-12"
    with reading(office.engine) as connection:
        assert len(batches_of(connection, "t")) == 3


def test_what_a_later_batch_builds_on_is_not_undone_before_it(office: Office) -> None:
    first = gazette(office)
    second = gazette(office, NOTICE_2027.replace("2027-02-14", "2027-02-13"))
    with pytest.raises(CalendarMoved):
        take_back(office, first.id)
    take_back(office, second.id)
    take_back(office, first.id)
    with pytest.raises(CalendarMoved):
        take_back(office, first.id)


def test_a_second_batch_waits_until_the_first_is_done(office: Office) -> None:
    office.start("t.reply", n=38)
    number = write(office)
    with pytest.raises(BatchUnderWay) as refused:
        write(office, "2026-12-17 放假 局庆", local=True)
    assert f"第{number}号" in refused.value.in_chinese()
    count(office)
    write(office, "2026-12-17 放假 局庆", local=True)


def test_whoever_looked_at_another_calendar_has_to_look_again(office: Office) -> None:
    with reading(office.engine) as connection:
        change, version = notice_of_2027(connection), load_content(connection).version
    gazette(office)
    with transaction(office.engine) as connection, pytest.raises(CalendarMoved):
        apply_change(connection, change, version=version, note="按通知", by=ZHAO_LIU, at=office.now)


def test_a_change_without_a_reason_is_refused(office: Office) -> None:
    with transaction(office.engine) as connection, pytest.raises(ReasonMissing):
        apply_change(connection, notice_of_2027(connection), version="", note=" ", by=ZHAO_LIU, at=office.now)


def test_nobody_else_changes_a_calendar(office: Office) -> None:
    for one in (LI_SI, WANG_WU):
        with pytest.raises(NotPermitted):
            write(office, by=one)
    with pytest.raises(NotPermitted):
        write(office, "2026-12-17 放假 局庆", local=True, by=QIAN_QI)


def test_once_there_is_a_calendar_administrator_the_others_leave_the_national_one_alone(
    office: Office,
) -> None:
    keeper = person("sun.qi", f"role:{CALENDAR_ADMIN}", organisation="t2")
    with transaction(office.engine) as connection:
        assert may_change(connection, ZHAO_LIU, "", at=office.now)
        appoint(connection)
        assert not may_change(connection, ZHAO_LIU, "", at=office.now)
        assert may_change(connection, ZHAO_LIU, "t", at=office.now)
        assert may_change(connection, keeper, "", at=office.now)
        assert may_change(connection, keeper, "t2", at=office.now)
        assert not may_change(connection, keeper, "t", at=office.now)


def appoint(connection: Connection, **days: date) -> None:
    """孙七 of another office keeps the national calendar, from a day until a day."""
    connection.execute(insert(people).values(user="sun.qi", organisation="t2", name="孙七"))
    connection.execute(insert(memberships).values(user="sun.qi", kind="role", slug=CALENDAR_ADMIN, **days))


def others_may(connection: Connection, *moments: datetime) -> list[bool]:
    return [may_change(connection, ZHAO_LIU, "", at=at) for at in moments]


def test_the_others_leave_it_alone_until_the_last_day_of_the_one_appointed(office: Office) -> None:
    with transaction(office.engine) as connection:
        appoint(connection, until=BEFORE.date())
        assert others_may(connection, BEFORE, NIGHT_BEFORE_NEXT_DAY, NEXT_DAY) == [False, False, True]


def test_the_others_keep_it_until_the_first_day_of_the_one_appointed(office: Office) -> None:
    with transaction(office.engine) as connection:
        appoint(connection, since=BEFORE.date() + timedelta(days=1))
        assert others_may(connection, BEFORE, NIGHT_BEFORE_NEXT_DAY, NEXT_DAY) == [True, True, False]


def test_the_days_of_another_office_are_nobody_elses_business(office: Office) -> None:
    made = gazette(office, "2026-12-17 放假 局庆", local=True)
    with reading(office.engine) as connection:
        with pytest.raises(NoSuchBatch):
            batch_of(connection, made.id, of=QIAN_QI)
        assert batches_of(connection, "t2") == []
        assert not load_calendar(connection, "t").is_workday(made.change.days_after[0].day)
        assert load_calendar(connection, "t2").is_workday(made.change.days_after[0].day)


def test_nothing_is_ever_deleted(office: Office) -> None:
    made = gazette(office)
    take_back(office, made.id)
    with reading(office.engine) as connection:
        assert unfinished(connection) is None
        assert connection.execute(select(calendar_batches.c.status)).scalars().all() == ["done", "done"]
