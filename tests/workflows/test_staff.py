from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Connection, Engine, event, insert, update

from workflows.database import transaction
from workflows.people import add_person
from workflows.staff import Staff, names_of_all
from workflows.tables import groups, organisations, people

UNIT, ROLE, LEADER, PERSON = (
    Staff.__new__(Staff).functions()[k] for k in ("unit", "role", "leader", "person")
)


@pytest.fixture
def connection(engine: Engine) -> Iterator[Connection]:
    """张三 and 李四 at the window, which 王五 leads; 赵六 belongs nowhere; another office has a 张三 too."""
    with transaction(engine) as connection:
        for slug in ("t", "u"):
            connection.execute(insert(organisations).values(slug=slug, name=slug))
            for kind, group, name in (
                ("unit", "window", "窗口"),
                ("unit", "hall", "大厅"),
                ("role", "head", "长"),
            ):
                connection.execute(insert(groups).values(organisation=slug, kind=kind, slug=group, name=name))
        add_person(connection, user="t.a", organisation="t", name="张三", password=None, units=["window"])
        add_person(
            connection, user="t.b", organisation="t", name="李四", password=None, units=["window", "hall"]
        )
        add_person(
            connection,
            user="t.c",
            organisation="t",
            name="王五",
            password=None,
            leads=["window"],
            roles=["head"],
        )
        add_person(connection, user="t.d", organisation="t", name="赵六", password=None)
        add_person(connection, user="u.a", organisation="u", name="张三", password=None, units=["window"])
        yield connection


def values(options: list[dict[str, str]]) -> list[str]:
    return [option["value"] for option in options]


def test_everybody_of_the_organisation_is_offered_unit_by_unit(connection: Connection) -> None:
    assert Staff(connection, "t").people() == [
        {"label": "李四（大厅、窗口）", "value": "t.b"},
        {"label": "张三（窗口）", "value": "t.a"},
        {"label": "王五（窗口）", "value": "t.c"},
        {"label": "赵六", "value": "t.d"},
    ]


def test_keys_choose_among_the_people_and_nulls_mean_nobody(connection: Connection) -> None:
    staff = Staff(connection, "t")
    assert values(staff.people(UNIT("window"))) == ["t.b", "t.a"]
    assert values(staff.people(UNIT("hall"), ROLE("head"))) == ["t.b", "t.c"]
    assert values(staff.people([LEADER("window"), PERSON("t.d")])) == ["t.c", "t.d"]
    assert staff.people(UNIT(None)) == []
    assert staff.users(UNIT("hall"), ROLE("head")) == {"t.b", "t.c"}
    assert staff.users(UNIT(None)) == frozenset()


def test_units_are_all_or_those_of_the_people_meant(connection: Connection) -> None:
    staff = Staff(connection, "t")
    assert staff.units() == [{"label": "大厅", "value": "hall"}, {"label": "窗口", "value": "window"}]
    assert values(staff.units(ROLE("head"))) == ["window"]
    assert values(staff.units(UNIT("hall"))) == ["hall"]
    assert staff.units(ROLE("nobody")) == []


def test_who_has_left_is_not_offered_and_still_has_a_name(connection: Connection) -> None:
    connection.execute(update(people).where(people.c.user == "t.a").values(active=False))
    assert "t.a" not in values(Staff(connection, "t").people())
    everybody, units = names_of_all(connection, "t")
    assert everybody["t.a"] == "张三"
    assert "u.a" not in everybody
    assert units == {"hall": "大厅", "window": "窗口"}


def test_the_directory_is_read_once_and_not_at_all_before_it_is_asked(connection: Connection) -> None:
    asked: list[str] = []
    note = lambda *given: asked.append(given[2])  # noqa: E731
    event.listen(connection, "before_cursor_execute", note)
    staff = Staff(connection, "t")
    staff.functions()
    assert asked == []
    for _ in range(3):
        staff.people()
        staff.units()
    assert len(asked) == 2
