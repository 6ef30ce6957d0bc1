"""Due dates prove themselves on the calendar they were counted on; one that was forged is found."""

from __future__ import annotations

from datetime import timedelta

import orjson
import pytest
from sqlalchemy import Engine, delete, select, update

from tests.office import ORGANISATION, ZHANG_SAN, Case, Office
from tests.workflows.gazetting import clock, gazette, open_office
from workflows import cases
from workflows.calendar_store import renew_version
from workflows.database import reading, transaction
from workflows.history import chain_hash
from workflows.recorded_dates import false_dates
from workflows.tables import calendar_versions, clocks, events, organisations, to_microseconds
from workflows.tables import cases as case_rows


@pytest.fixture
def office(engine: Engine) -> Office:
    office = open_office(engine)
    with transaction(engine) as connection:
        settings = {
            "closing": "17:30",
            "time": {
                "procedures": [{"slug": "hearing", "name": "听证", "whose": "third-party"}],
                "suspension": {"by": ["unit:window"]},
            },
        }
        mine = organisations.c.slug == ORGANISATION
        connection.execute(update(organisations).where(mine).values(settings=orjson.dumps(settings).decode()))
        renew_version(connection)
    return office


def found(case: Case) -> set[str]:
    with reading(case.office.engine) as connection:
        return {
            f"{one.what} {one.recorded} / {one.found}"
            for one in false_dates(connection, case.id, case.events())
        }


def forge(case: Case, **shift: float) -> None:
    """Move the due date everywhere: in the event, the chain behind it, and the row."""
    moved = clock(case).due_at + timedelta(**shift)
    with transaction(case.office.engine) as connection:
        row = dict(
            connection.execute(select(events).where(events.c.case_id == case.id, events.c.seq == 1))
            .one()
            ._mapping
        )
        body = orjson.loads(row["body"])
        body["clocks"][0][6] = to_microseconds(moved)
        row["body"] = orjson.dumps(body, option=orjson.OPT_SORT_KEYS).decode()
        row["hash"] = chain_hash(row)
        where = (events.c.case_id == case.id, events.c.seq == 1)
        connection.execute(update(events).where(*where).values(body=row["body"], hash=row["hash"]))
        connection.execute(update(case_rows).values(head=row["hash"]))
        connection.execute(update(clocks).values(due_at=moved))


def test_dates_that_were_counted_prove_themselves_through_their_whole_life(office: Office) -> None:
    case = office.start("t.reply", n=33)
    how = {"procedure": "hearing", "details": {"document": "某听1号"}, "by": ZHANG_SAN}
    case.act("hold", lambda c, **k: cases.suspend_clocks(c, **k, **how), None)
    assert found(case) == set()
    office.wait(days=7)
    case.act("go on", lambda c, **k: cases.resume_clocks(c, reason="听证结束", by=ZHANG_SAN, **k), None)
    gazette(office)
    assert found(case) == set()
    case.do("reply")
    assert found(case) == set()


@pytest.mark.parametrize("shift", [{"days": 1}, {"minutes": -30}])
def test_a_forged_date_is_found_however_well_it_fits(office: Office, shift: dict[str, float]) -> None:
    case = office.start("t.reply", n=5)
    forge(case, **shift)
    (said,) = found(case)
    assert said.startswith("due date reply 2026-12-2")
    assert said.endswith("/ reply 2026-12-21 17:30")
    assert "due date" in {one.what for one in case.verify().divergences}


def test_a_row_that_is_not_as_its_event_left_it_is_found(office: Office) -> None:
    case = office.start("t.reply", n=5)
    moved = clock(case).due_at + timedelta(days=1)
    with transaction(office.engine) as connection:
        connection.execute(update(clocks).values(due_at=moved))
    (said,) = found(case)
    assert said.startswith("clocks ")


def test_a_version_of_the_calendar_that_was_altered_proves_nothing(office: Office) -> None:
    case = office.start("t.reply", n=5)
    with transaction(office.engine) as connection:
        mine = calendar_versions.c.version == clock(case).calendar_version
        content = connection.execute(select(calendar_versions.c.content).where(mine)).scalar_one()
        altered = content.replace("2026-10-01", "2026-10-09")
        connection.execute(update(calendar_versions).where(mine).values(content=altered))
    (said,) = found(case)
    assert said.startswith("calendar ")


def test_what_was_counted_on_a_version_nobody_kept_is_left_out(office: Office) -> None:
    case = office.start("t.reply", n=5)
    forge(case, days=1)
    with transaction(office.engine) as connection:
        connection.execute(
            delete(calendar_versions).where(calendar_versions.c.version == clock(case).calendar_version)
        )
    assert found(case) == set()


def test_where_nobody_knows_when_an_office_closed_the_day_is_proved(engine: Engine) -> None:
    office = open_office(engine)
    case = office.start("t.reply", n=5)
    forge(case, minutes=-30)
    assert found(case) == set()
    forge(case, days=-1)
    assert len(found(case)) == 1
