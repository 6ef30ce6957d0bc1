"""Tokens with which programs act for a person."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, insert, select

from workflows.database import transaction
from workflows.tables import organisations, people, tokens
from workflows.tokens import (
    PREFIX,
    NoSuchToken,
    UnusableLifetime,
    bearer_of,
    issue_token,
    list_tokens,
    note_use,
    revoke_token,
)

NOW = datetime(2026, 9, 21, 2, 0, tzinfo=UTC)


@pytest.fixture
def office(engine: Engine) -> Engine:
    with transaction(engine) as connection:
        connection.execute(insert(organisations).values(slug="t", name="某某局"))
        for user in ("zhang.san", "li.si"):
            connection.execute(insert(people).values(user=user, organisation="t", name="某"))
    return engine


def issue(office: Engine, user: str = "zhang.san", days: int = 30) -> str:
    with transaction(office) as connection:
        return issue_token(connection, user=user, name="对账程序", days=days, at=NOW)


def bearer(office: Engine, token: str, after: timedelta = timedelta()) -> str | None:
    with transaction(office) as connection:
        found = bearer_of(connection, token, at=NOW + after)
    return found[0] if found is not None else None


def test_a_token_names_its_owner_until_it_expires(office: Engine) -> None:
    token = issue(office)
    assert token.startswith(PREFIX)
    assert bearer(office, token) == "zhang.san"
    assert bearer(office, token, timedelta(days=30) - timedelta(seconds=1)) == "zhang.san"
    assert bearer(office, token, timedelta(days=30)) is None
    assert bearer(office, token + "x") is None


def test_two_tokens_are_never_the_same_and_neither_is_stored(office: Engine) -> None:
    first, second = issue(office), issue(office)
    assert first != second
    with transaction(office) as connection:
        stored = connection.execute(select(tokens)).all()
    assert not {first, second} & {str(value) for row in stored for value in row}


def test_a_revoked_token_is_worthless_and_stays_on_the_list(office: Engine) -> None:
    token = issue(office)
    with transaction(office) as connection:
        (listed,) = list_tokens(connection)
        revoke_token(connection, listed.id, at=NOW)
        (listed,) = list_tokens(connection, "zhang.san")
        assert listed.revoked_at == NOW
        with pytest.raises(NoSuchToken):
            revoke_token(connection, listed.id, at=NOW)
    assert bearer(office, token) is None


def test_the_day_of_the_last_use_is_remembered(office: Engine) -> None:
    token, other = issue(office), issue(office, "li.si")
    with transaction(office) as connection:
        note_use(connection, token, day=NOW.date())
        assert bearer_of(connection, token, at=NOW) == ("zhang.san", NOW.date())
        assert bearer_of(connection, other, at=NOW) == ("li.si", None)


@pytest.mark.parametrize("days", [0, -1, 3651])
def test_a_token_lives_between_a_day_and_ten_years(office: Engine, days: int) -> None:
    with pytest.raises(UnusableLifetime):
        issue(office, days=days)
