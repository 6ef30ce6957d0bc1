"""What people are has days: a change takes effect by itself, and what was before stays."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from sqlalchemy import Connection, Engine, insert

from workflows import tables
from workflows.belonging import Belonging, UnusableSkill, change_terms, terms_of
from workflows.chart import chart_of
from workflows.clock import BEIJING
from workflows.database import transaction
from workflows.people import NoSuchGroup, add_person, list_people

FIRST, MONDAY = date(2026, 9, 1), date(2026, 9, 28)


@pytest.fixture
def office(engine: Engine) -> Engine:
    groups = [("unit", "window"), ("unit", "archive"), ("role", "clerk"), ("post", "reception")]
    with transaction(engine) as connection:
        connection.execute(insert(tables.organisations).values(slug="t", name="某某局"))
        rows = [{"organisation": "t", "kind": kind, "slug": slug, "name": slug} for kind, slug in groups]
        connection.execute(insert(tables.groups), rows)
        how = {"organisation": "t", "password": None, "roles": ["clerk"], "since": FIRST}
        add_person(connection, user="zhang", name="张三", units=["window"], leads=["window"], **how)
        add_person(connection, user="li", name="李四", units=["archive"], **how)
    return engine


def change(connection: Connection, day: date, user: str = "zhang", **what: tuple[str, ...]) -> None:
    change_terms(connection, user, Belonging(**what), organisation="t", from_day=day)


def spans(connection: Connection, kind: str = "unit") -> list[tuple[str, date | None, date | None]]:
    found = terms_of(connection, "t", user="zhang", kinds=[kind])
    return sorted((one.slug, one.since, one.until) for one in found)


def units_on(connection: Connection, day: date) -> tuple[str, ...]:
    return next(one.units for one in list_people(connection, "t", on=day) if one.user == "zhang")


def test_until_the_day_somebody_is_what_they_were_and_then_what_was_entered(office: Engine) -> None:
    with transaction(office) as connection:
        change(connection, MONDAY, units=("archive",))
        assert units_on(connection, date(2026, 9, 27)) == ("window",)
        assert units_on(connection, MONDAY) == ("archive",)
        assert spans(connection) == [
            ("archive", MONDAY, None),
            ("window", FIRST, date(2026, 9, 27)),
        ]


def test_what_stays_is_not_begun_anew(office: Engine) -> None:
    with transaction(office) as connection:
        change(connection, MONDAY, units=("window", "archive"))
        assert spans(connection) == [("archive", MONDAY, None), ("window", FIRST, None)]


def test_who_comes_back_has_two_spans(office: Engine) -> None:
    october = date(2026, 10, 12)
    with transaction(office) as connection:
        change(connection, MONDAY, units=("archive",))
        change(connection, october, units=("window",))
        assert spans(connection) == [
            ("archive", MONDAY, date(2026, 10, 11)),
            ("window", FIRST, date(2026, 9, 27)),
            ("window", october, None),
        ]


def test_entered_again_a_change_to_come_is_replaced(office: Engine) -> None:
    with transaction(office) as connection:
        change(connection, MONDAY, units=("archive",))
        change(connection, date(2026, 9, 21), units=("window",))
        assert spans(connection) == [("window", FIRST, None)]


def test_a_skill_is_any_word_and_a_unit_is_one_of_the_office(office: Engine) -> None:
    with transaction(office) as connection:
        change(connection, MONDAY, skills=("调解", "permits"), posts=("reception",))
        assert spans(connection, "skill") == [("permits", MONDAY, None), ("调解", MONDAY, None)]
        for slug, error in (("", UnusableSkill), ("字" * 41, UnusableSkill)):
            with pytest.raises(error):
                change(connection, MONDAY, skills=(slug,))
        with pytest.raises(NoSuchGroup):
            change(connection, MONDAY, units=("nowhere",))


def test_the_chart_of_a_day_shows_its_heads_and_who_headed_before(office: Engine) -> None:
    with transaction(office) as connection:
        change(connection, MONDAY, units=("archive",))
        change(connection, MONDAY, user="li", units=("archive",), leads=("window",))
        now = datetime(2026, 9, 29, 9, tzinfo=BEIJING)
        before = chart_of(connection, "t", on=date(2026, 9, 25), at=now)
        after = chart_of(connection, "t", on=MONDAY, at=now)
    heads = {unit.slug: [one.user for one in unit.heads] for unit in before.units}
    assert heads == {"window": ["zhang"], "archive": []}
    assert [one.user for unit in before.units for one in unit.future_heads] == ["li"]
    window = next(unit for unit in after.units if unit.slug == "window")
    assert [one.user for one in window.heads] == ["li"]
    assert [(one.user, one.until) for one in window.past_heads] == [("zhang", date(2026, 9, 27))]
    archive = next(unit for unit in after.units if unit.slug == "archive")
    assert [one.user for one in archive.members] == ["li", "zhang"]
