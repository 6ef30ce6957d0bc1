"""Tokens with which programs act for a person: shown once, kept as a hash, they expire and can be revoked."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy import Connection, bindparam, insert, select, update

from workflows.errors import WorkflowError
from workflows.tables import tokens

#: How a token begins, so that people and scanners recognise one that lies about.
PREFIX: Final = "gct_"
MAX_DAYS: Final = 3650


class NoSuchToken(WorkflowError):
    """There is no such token, or it has been revoked."""

    code = "no-such-token"
    message_zh = "没有编号为 {id} 的令牌，或已作废。"


class UnusableLifetime(WorkflowError):
    """A token is valid for at least one day and at most ten years."""

    code = "unusable-lifetime"
    message_zh = "令牌的有效期应为1至3650天。"


@dataclass(frozen=True, kw_only=True)
class Token:
    """What is known of a token; times are UTC, ``last_used`` is a UTC day."""

    id: int
    user: str
    name: str
    created_at: datetime
    expires_at: datetime
    last_used: date | None
    revoked_at: datetime | None


def issue_token(connection: Connection, *, user: str, name: str, days: int, at: datetime) -> str:
    """Make a token for an existing person and return it; it cannot be shown again.

    Raises ``UnusableLifetime``.
    """
    if not 1 <= days <= MAX_DAYS:
        raise UnusableLifetime(days=days)
    token = PREFIX + secrets.token_urlsafe(32)
    connection.execute(
        insert(tokens).values(
            user=user,
            name=name,
            hash=_hash(token),
            created_at=at,
            expires_at=at + timedelta(days=days),
        )
    )
    return token


_VALID = select(tokens.c.user, tokens.c.last_used).where(
    tokens.c.hash == bindparam("token"),
    tokens.c.revoked_at.is_(None),
    tokens.c.expires_at > bindparam("now"),
)


def bearer_of(connection: Connection, token: str, *, at: datetime) -> tuple[str, date | None] | None:
    """(user, day of last use) of a valid token; null for any other text. One statement."""
    row = connection.execute(_VALID, {"token": _hash(token), "now": at}).one_or_none()
    return None if row is None else (row.user, row.last_used)


def note_use(connection: Connection, token: str, *, day: date) -> None:
    """Remember the day on which a token was used."""
    connection.execute(update(tokens).where(tokens.c.hash == _hash(token)).values(last_used=day))


def list_tokens(connection: Connection, user: str | None = None) -> list[Token]:
    """All tokens, or those of one person, in the order in which they were made."""
    query = select(tokens).order_by(tokens.c.id)
    if user is not None:
        query = query.where(tokens.c.user == user)
    return [
        Token(
            id=row.id,
            user=row.user,
            name=row.name,
            created_at=row.created_at,
            expires_at=row.expires_at,
            last_used=row.last_used,
            revoked_at=row.revoked_at,
        )
        for row in connection.execute(query)
    ]


def revoke_token(connection: Connection, token_id: int, *, at: datetime) -> None:
    """Make a token worthless from now on. Raises ``NoSuchToken``."""
    changed = connection.execute(
        update(tokens).where(tokens.c.id == token_id, tokens.c.revoked_at.is_(None)).values(revoked_at=at)
    )
    if changed.rowcount == 0:
        raise NoSuchToken(id=token_id)


def _hash(token: str) -> str:
    # A token is 256 random bits: unlike a password it needs no slow hash.
    return hashlib.sha256(token.encode()).hexdigest()
