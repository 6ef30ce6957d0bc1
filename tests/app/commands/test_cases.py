from __future__ import annotations

from datetime import UTC, datetime

import pytest
from flask.testing import FlaskCliRunner
from sqlalchemy import Engine, text

from workflows.cases import start_case
from workflows.cases.actor import Actor
from workflows.database import transaction

ZHANG_SAN = Actor(user="t.window", organisation="t", keys=frozenset({"person:t.window", "unit:window"}))


@pytest.fixture
def number(office: FlaskCliRunner, sqlite_engine: Engine) -> str:
    """The number of the office's one case."""
    at = datetime(2026, 12, 1, 2, tzinfo=UTC)
    with transaction(sqlite_engine) as connection:
        return start_case(connection, key="t.intake", data={}, by=ZHANG_SAN, at=at).number


def test_untouched_cases_are_proven(office: FlaskCliRunner, number: str) -> None:
    for arguments in ([], [number], ["--organisation", "t"]):
        result = office.invoke(args=["cases", "verify", *arguments])
        assert (result.exit_code, result.output) == (0, "案件 cases 1, 事件 events 1, 不符 not proven 0\n")


def test_an_altered_case_is_named_and_fails_the_command(
    office: FlaskCliRunner, sqlite_engine: Engine, number: str
) -> None:
    with transaction(sqlite_engine) as connection:
        connection.execute(text("UPDATE events SET actor = 'somebody.else'"))
    result = office.invoke(args=["cases", "verify"])
    assert result.exit_code == 1
    assert number in result.output
    assert "altered" in result.output


def test_a_case_that_does_not_exist_is_not_taken_for_proven(office: FlaskCliRunner, number: str) -> None:
    assert office.invoke(args=["cases", "verify", number, "none"]).exit_code == 1
