from __future__ import annotations

import orjson
import pytest
from sqlalchemy import Engine, update

from tests.office import ORGANISATION, WANG_WU, ZHANG_SAN, Office
from tests.workflows.gazetting import days_of, notice_of_2027, open_office
from workflows import cases, tables
from workflows.calendar_change import CalendarChange
from workflows.calendar_moves import Recount
from workflows.database import reading, transaction
from workflows.periods import workdays

RULES = {
    "time": {
        "procedures": [{"slug": "hearing", "name": "听证", "whose": "third-party"}],
        "suspension": {"by": ["unit:window"]},
        "extension": {"by": ["leader:window"]},
    }
}


@pytest.fixture
def office(engine: Engine) -> Office:
    office = open_office(engine)
    with transaction(engine) as connection:
        mine = tables.organisations.c.slug == ORGANISATION
        connection.execute(
            update(tables.organisations).where(mine).values(settings=orjson.dumps(RULES).decode())
        )
    return office


def moves(office: Office, *, local: str = "") -> list[tuple[int, str, str, bool]]:
    """Case, last day before and after (UTC), and whether it stays uncertain."""
    with reading(office.engine) as connection:
        change: CalendarChange = days_of(connection, local) if local else notice_of_2027(connection)
        recount = Recount(connection, change, at=office.now, applied=False)
        found = list(recount.moves(connection, recount.candidates(connection), at=office.now))
    return [
        (one.row.case_id, f"{one.row.due_at:%m-%d}", f"{one.change.due_at:%m-%d}", one.change.provisional)
        for one in found
    ]


def test_every_open_deadline_that_is_settled_or_moves_is_named_with_both_days(office: Office) -> None:
    _, settled, later, _ = (office.start("t.reply", n=n).id for n in (5, 36, 38, 262))
    # Five workdays end before anything is in doubt. The law alone leaves 11 February a workday, the notice
    # does not. The last of them ends in a week that waits for the notice of 2028 either way.
    assert moves(office) == [(settled, "02-03", "02-03", False), (later, "02-11", "02-12", False)]


def test_only_clocks_that_touch_the_changed_days_are_looked_at(office: Office) -> None:
    office.start("t.reply", n=5)
    later = office.start("t.reply", n=20)
    with reading(office.engine) as connection:
        recount = Recount(connection, notice_of_2027(connection), at=office.now, applied=False)
        assert recount.candidates(connection) == [later.id]


def test_what_is_over_already_stays_as_it_is(office: Office) -> None:
    office.start("t.reply", n=20)
    office.wait(days=300)
    assert moves(office) == []


def test_a_closed_case_has_no_deadline_to_move(office: Office) -> None:
    office.start("t.reply", n=41).do("reply")
    assert moves(office) == []


def test_a_clock_that_stands_still_is_counted_when_it_goes_on(office: Office) -> None:
    case = office.start("t.reply", n=33)
    how = {"procedure": "hearing", "details": {"document": "某听1号"}, "by": ZHANG_SAN}
    case.act("hold", lambda c, **k: cases.suspend_clocks(c, **k, **how), None)
    assert moves(office) == []
    office.wait(days=7)
    case.act("go on", lambda c, **k: cases.resume_clocks(c, reason="听证结束", by=ZHANG_SAN, **k), None)
    ((number, before, after, _),) = moves(office)
    assert (number, before, after) == (case.id, "02-11", "02-12")


def test_a_clock_that_was_extended_is_counted_with_its_extension(office: Office) -> None:
    case = office.start("t.reply", n=5)
    how = {"name": "reply", "limit": workdays(34), "reason": "案情复杂", "by": WANG_WU}
    case.act("extend", lambda c, **k: cases.extend_clock(c, **k, **how), None)
    assert moves(office) == [(case.id, "02-12", "02-14", False)]


def test_a_day_of_one_office_moves_its_own_deadlines_only(office: Office) -> None:
    case = office.start("t.reply", n=5)
    assert moves(office, local="2026-12-17 放假 局庆") == [(case.id, "12-21", "12-22", False)]
    with reading(office.engine) as connection:
        change = days_of(connection, "2026-12-17 放假 局庆", "t2")
        assert Recount(connection, change, at=office.now, applied=False).candidates(connection) == []
