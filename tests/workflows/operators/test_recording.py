"""Keeping and finding records."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest
from sqlalchemy import select

from tests.workflows.operators.surroundings import Caller
from workflows.calendar_store import seed_calendar
from workflows.clock import BEIJING
from workflows.operators.parameters import UnusableParameter
from workflows.periods import InvalidPeriod, days, minutes, months, workdays
from workflows.tables import records


def on(day: date, hour: int = 9) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=BEIJING)


def test_a_record_holds_who_what_and_from_when(caller: Caller) -> None:
    effect = caller.call("record", kind='"失信"', subject='"某某餐饮店"', details='{"次数": 2}')
    row = caller.connection.execute(select(records)).one()
    assert effect.result == {"id": row.id}
    assert (row.organisation, row.kind, row.subject) == ("office", "失信", "某某餐饮店")
    assert (row.valid_from, row.valid_until, row.details) == (date(2026, 9, 21), None, '{"次数":2}')
    assert (row.case_id, row.seq) == (caller.case_id, 3)


@pytest.mark.parametrize(
    ("begins", "limit", "ends"),
    [
        (date(2026, 5, 3), months(12), date(2027, 5, 3)),
        (date(2026, 1, 31), months(1), date(2026, 2, 28)),
        # 4 October 2026 is a Sunday in a holiday: a bar does not roll to the next workday.
        (date(2026, 9, 4), days(30), date(2026, 10, 4)),
        (date(2026, 9, 4), "30日", date(2026, 10, 4)),
        (date(2026, 9, 4), "P1Y", date(2027, 9, 4)),
        (date(2026, 9, 4), date(2026, 10, 4), date(2026, 10, 4)),
        (date(2026, 9, 4), "2026-10-04", date(2026, 10, 4)),
        (date(2026, 9, 4), datetime(2026, 10, 3, 18, 0, tzinfo=BEIJING), date(2026, 10, 3)),
        (date(2026, 9, 4), datetime(2026, 10, 3, 18, 0), date(2026, 10, 3)),  # noqa: DTZ001
        (date(2026, 9, 4), days(0), date(2026, 9, 4)),
        # 7 to 11 September are five workdays.
        (date(2026, 9, 4), workdays(5), date(2026, 9, 11)),
    ],
)
def test_a_validity_counts_from_the_day_after_it_begins(
    caller: Caller, begins: date, limit: Any, ends: date
) -> None:
    seed_calendar(caller.connection)
    caller.at = on(begins)
    caller.call_with("record", kind="失信", subject="某某餐饮店", valid_until=limit)
    assert caller.connection.execute(select(records.c.valid_until)).scalar_one() == ends


def test_the_day_of_a_record_is_the_offices_day(caller: Caller) -> None:
    caller.at = on(date(2026, 9, 22), hour=1)
    caller.call("record", kind='"失信"', subject='"某某餐饮店"', valid_until='duration("P1M")')
    row = caller.connection.execute(select(records)).one()
    assert (row.valid_from, row.valid_until) == (date(2026, 9, 22), date(2026, 10, 22))


@pytest.mark.parametrize("limit", [date(2026, 9, 20), minutes(60), "很快", 12])
def test_a_validity_that_ends_before_it_begins_or_has_no_days_is_refused(caller: Caller, limit: Any) -> None:
    with pytest.raises(InvalidPeriod):
        caller.call_with("record", kind="失信", subject="某某餐饮店", valid_until=limit)


@pytest.mark.parametrize("subject", ["null", '""', "17"])
def test_a_record_needs_somebody_it_is_about(caller: Caller, subject: str) -> None:
    with pytest.raises(UnusableParameter):
        caller.call("record", kind='"失信"', subject=subject)


def test_what_is_on_record_is_found_from_its_first_to_its_last_day(caller: Caller) -> None:
    made = caller.call(
        "record", kind='"失信"', subject='"某某餐饮店"', valid_until='date("2026-09-30")', details='{"a": 1}'
    ).result["id"]
    expected = {
        "id": made,
        "kind": "失信",
        "subject": "某某餐饮店",
        "from": "2026-09-21",
        "until": "2026-09-30",
        "details": {"a": 1},
    }
    found = {}
    for day, hour in ((20, 23), (21, 0), (30, 23)):
        caller.at = on(date(2026, 9, day), hour=hour)
        found[day] = caller.call("find-records", kind='"失信"', subject='"某某餐饮店"').result
    caller.at = on(date(2026, 10, 1), hour=0)
    found[31] = caller.call("find-records", kind='"失信"', subject='"某某餐饮店"').result
    assert found == {20: [], 21: [expected], 30: [expected], 31: []}


def test_records_of_others_are_not_found(caller: Caller) -> None:
    caller.call("record", kind='"失信"', subject='"某某餐饮店"')
    assert caller.call("find-records", kind='"失信"', subject='"某某书店"').result == []
    assert caller.call("find-records", kind='"表彰"', subject='"某某餐饮店"').result == []
    caller.organisation = "other"
    assert caller.call("find-records", kind='"失信"', subject='"某某餐饮店"').result == []
