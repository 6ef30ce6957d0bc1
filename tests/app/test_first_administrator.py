"""An installation without people is opened by whoever started it, once, and by nobody else."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import Engine

from app.first_administrator import invite
from app.preparing import Kind, prepare
from app.settings import Settings
from tests.app.installing import installed
from tests.workflows.packages.offices import write_package
from workflows.cases.correcting import PROCESS_ADMIN
from workflows.database import reading, sqlite_url, transaction
from workflows.people import check_password, list_people

PASSWORD = "a-long-password"


@dataclass
class Bare:
    """An installation for an office, with a link to its page."""

    app: Flask
    engine: Engine
    link: str

    def send(self, **given: str) -> int:
        word = self.link.partition("=")[2]
        form = {"word": word, "organisation": "t", "user": "li.si", "name": "李四", "password": PASSWORD}
        answer = self.app.test_client().post(
            "/first-administrator", data=form | {"again": PASSWORD} | given, follow_redirects=False
        )
        return answer.status_code

    def users(self) -> list[str]:
        with reading(self.engine) as connection:
            return [person.user for person in list_people(connection)]


@pytest.fixture
def bare(tmp_path: Path) -> Iterator[Bare]:
    settings = Settings(data=tmp_path, database=sqlite_url(tmp_path), secret="s" * 40)
    packages = write_package(tmp_path / "bpmn").parent
    assert not prepare(settings, kind=Kind.OFFICE, loopback=True, packages=packages).people
    with installed(settings, WTF_CSRF_ENABLED=False) as app:
        engine = app.extensions["guicheng"].engine
        with transaction(engine) as connection:
            link = invite(connection)
        yield Bare(app=app, engine=engine, link=link)


def test_the_link_leads_to_an_administrator_who_can_sign_in(bare: Bare) -> None:
    page = bare.app.test_client().get(f"/{bare.link}")
    assert page.status_code == 200
    assert '<option value="t"' in page.text
    assert bare.send() == 302
    with reading(bare.engine) as connection:
        (person,) = list_people(connection)
        assert (person.user, person.roles, person.demo) == ("li.si", (PROCESS_ADMIN,), False)
        assert check_password(connection, "li.si", PASSWORD)


@pytest.mark.parametrize(
    "address", ["first-administrator", "first-administrator?word=", "first-administrator?word=x"]
)
def test_without_the_word_there_is_no_such_page(bare: Bare, address: str) -> None:
    assert bare.app.test_client().get(f"/{address}").status_code == 404
    assert bare.send(word=address.partition("=")[2]) == 404
    assert bare.users() == []


def test_the_link_is_good_once(bare: Bare) -> None:
    bare.send()
    assert bare.send(user="wang.wu") == 404
    assert bare.app.test_client().get(f"/{bare.link}").status_code == 404
    assert bare.users() == ["li.si"]


def test_a_new_start_makes_the_old_link_worthless(bare: Bare) -> None:
    with transaction(bare.engine) as connection:
        link = invite(connection)
    assert bare.app.test_client().get(f"/{bare.link}").status_code == 404
    assert bare.app.test_client().get(f"/{link}").status_code == 200


def test_once_there_is_somebody_no_link_is_good(bare: Bare) -> None:
    bare.send()
    with transaction(bare.engine) as connection:
        link = invite(connection)
    assert bare.app.test_client().get(f"/{link}").status_code == 404


@pytest.mark.parametrize(
    "wrong",
    [
        {"password": "short", "again": "short"},
        {"again": "another-password"},
        {"organisation": "nowhere"},
        {"user": " "},
        {"name": ""},
    ],
)
def test_what_cannot_be_used_is_said_and_the_link_stays_good(bare: Bare, wrong: dict[str, str]) -> None:
    assert bare.send(**wrong) == 422
    assert bare.users() == []
    assert bare.send() == 302
