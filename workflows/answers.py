"""Answers given again: a command that is repeated under its key is not carried out a second time."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import orjson
from sqlalchemy import Connection, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from workflows.errors import WorkflowError
from workflows.tables import answers

#: How long a person's answers are kept.
KEPT_FOR: Final = timedelta(days=30)


class KeyReused(WorkflowError):
    """The idempotency key was used for another request."""

    code = "idempotency-key-reused"
    message_zh = "这个幂等键已经用于另一项请求。"


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What a command was answered with; ``body`` is JSON values."""

    status: int
    body: Any


def fingerprint(*parts: Any) -> str:
    """Digest of what was asked (JSON values): equal requests give equal digests."""
    return hashlib.sha256(orjson.dumps(parts, option=orjson.OPT_SORT_KEYS)).hexdigest()


def earlier_answer(
    connection: Connection, *, user: str, key: str, request: str, at: datetime
) -> Answer | None:
    """The answer a person got under this key; null when it is new, and then taken until the commit.

    Of two requests under one key at once, the second waits for the first. Raises ``KeyReused`` when
    ``request``, a ``fingerprint``, is not what was asked then.
    """
    connection.execute(delete(answers).where(answers.c.user == user, answers.c.given_at < at - KEPT_FOR))
    row = {"user": user, "key": key, "request": request, "status": 0, "body": "null", "given_at": at}
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    taken = dialect.insert(answers).values(**row).on_conflict_do_nothing().returning(answers.c.key)
    if connection.execute(taken).one_or_none() is not None:
        return None
    found = connection.execute(select(answers).where(answers.c.user == user, answers.c.key == key)).one()
    if found.request != request:
        raise KeyReused(key=key)
    return Answer(status=found.status, body=orjson.loads(found.body))


def keep_answer(connection: Connection, answer: Answer, *, user: str, key: str) -> None:
    """Keep the answer under the key that ``earlier_answer`` has taken; part of the command's transaction."""
    connection.execute(
        update(answers)
        .where(answers.c.user == user, answers.c.key == key)
        .values(status=answer.status, body=orjson.dumps(answer.body).decode())
    )
