from __future__ import annotations

from collections.abc import Iterator

import pytest
from argon2 import PasswordHasher
from sqlalchemy import Connection, Engine, insert

from workflows.database import transaction
from workflows.errors import WorkflowError
from workflows.people import (
    NoSuchGroup,
    NoSuchOrganisation,
    NoSuchPerson,
    PersonExists,
    UnusablePassword,
    actor_of,
    add_person,
    change_password,
    check_password,
    deactivate_person,
    list_people,
)
from workflows.tables import groups, organisations

PASSWORD = "three blind mice"


@pytest.fixture
def office(engine: Engine) -> Iterator[Connection]:
    """张三 belongs to the window and leads it; 李四 keeps the processes."""
    with transaction(engine) as connection:
        connection.execute(
            insert(organisations), [{"slug": "t", "name": "某某局"}, {"slug": "u", "name": "他局"}]
        )
        connection.execute(
            insert(groups),
            [
                {"organisation": "t", "kind": "unit", "slug": "window", "name": "窗口"},
                {"organisation": "t", "kind": "role", "slug": "process-admin", "name": "制度管理员"},
                {"organisation": "u", "kind": "unit", "slug": "elsewhere", "name": "他处"},
            ],
        )
        add_person(
            connection,
            user="zhang.san",
            organisation="t",
            name="张三",
            password=PASSWORD,
            units=["window"],
            leads=["window"],
        )
        add_person(
            connection, user="li.si", organisation="t", name="李四", password=None, roles=["process-admin"]
        )
        yield connection


def test_a_person_acts_with_a_key_for_everything_the_person_is(office: Connection) -> None:
    actor = actor_of(office, "zhang.san", on_behalf_of="li.si")
    assert (actor.user, actor.organisation, actor.on_behalf_of) == ("zhang.san", "t", "li.si")
    assert actor.keys == {"person:zhang.san", "unit:window", "leader:window"}
    assert actor_of(office, "li.si").has_role("process-admin")


def test_only_the_right_password_signs_in(office: Connection) -> None:
    assert check_password(office, "zhang.san", PASSWORD)
    assert not check_password(office, "zhang.san", PASSWORD + "!")
    assert not check_password(office, "nobody", PASSWORD)
    assert not check_password(office, "li.si", "")
    assert not check_password(office, "zhang.san", "x" * 10_000)


def test_an_unknown_name_costs_as_many_hashes_as_a_wrong_password(
    office: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    hashed: list[str] = []

    class Counting(PasswordHasher):
        def hash(self, password: str | bytes, *, salt: bytes | None = None) -> str:
            hashed.append("hash")
            return super().hash(password, salt=salt)

        def verify(self, hash: str | bytes, password: str | bytes) -> bool:  # type: ignore[override]
            hashed.append("verify")
            return super().verify(hash, password)

    monkeypatch.setattr("workflows.people._hasher", Counting())
    for user in ("zhang.san", "nobody", "li.si"):
        check_password(office, user, "wrong password")
    assert hashed == ["verify", "hash", "hash"]


def test_a_changed_password_replaces_the_old_one(office: Connection) -> None:
    change_password(office, "zhang.san", "four calling birds")
    assert check_password(office, "zhang.san", "four calling birds")
    assert not check_password(office, "zhang.san", PASSWORD)


def test_who_has_left_can_neither_sign_in_nor_act(office: Connection) -> None:
    deactivate_person(office, "zhang.san")
    assert not check_password(office, "zhang.san", PASSWORD)
    with pytest.raises(NoSuchPerson):
        actor_of(office, "zhang.san")
    with pytest.raises(NoSuchPerson):
        change_password(office, "zhang.san", "four calling birds")
    assert [person.user for person in list_people(office) if not person.active] == ["zhang.san"]


def test_people_are_listed_by_organisation_with_what_they_are(office: Connection) -> None:
    assert list_people(office, "u") == []
    first, second = list_people(office, "t")
    assert (first.user, first.roles, first.units) == ("li.si", ("process-admin",), ())
    assert (second.user, second.units, second.leads) == ("zhang.san", ("window",), ("window",))
    assert not second.demo


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        ({"user": "zhang.san"}, PersonExists),
        ({"organisation": "nowhere"}, NoSuchOrganisation),
        ({"units": ["elsewhere"]}, NoSuchGroup),
        ({"leads": ["process-admin"]}, NoSuchGroup),
        ({"roles": ["window"]}, NoSuchGroup),
        ({"password": "short"}, UnusablePassword),
        ({"password": "x" * 257}, UnusablePassword),
        ({"user": "wang.wu.the.second", "password": "wang.wu.the.second"}, UnusablePassword),
    ],
    ids=lambda value: value.__name__ if isinstance(value, type) else str(value)[:40],
)
def test_an_account_that_cannot_be_is_refused(
    office: Connection, wrong: dict[str, object], error: type[WorkflowError]
) -> None:
    facts = {"user": "wang.wu", "organisation": "t", "name": "王五", "password": PASSWORD} | wrong
    with pytest.raises(error) as caught:
        add_person(office, **facts)  # type: ignore[arg-type]
    assert "{" not in caught.value.in_chinese()
    assert len(list_people(office)) == 2
