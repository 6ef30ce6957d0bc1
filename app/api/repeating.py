"""Commands that may be sent again: under an ``Idempotency-Key`` the first answer is given again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from flask import request
from marshmallow import EXCLUDE, Schema, fields, validate
from sqlalchemy import Connection

from app.installation import installation
from app.signing_in import me
from workflows.answers import Answer, earlier_answer, fingerprint, keep_answer

#: Set on an answer that was given before.
AGAIN: Final = "Idempotency-Replayed"


class KeyHeader(Schema):
    """The header of a command that may be sent again."""

    class Meta:
        unknown = EXCLUDE

    key = fields.String(
        data_key="Idempotency-Key",
        load_default=None,
        validate=validate.Length(1, 100),
        metadata={
            "description": "Any text of your own, new for each command: sent again within 30 days by "
            "the same person, the command is not carried out again and its first answer is given.",
            "examples": ["3f0c9a52-open"],
        },
    )


def once(
    connection: Connection, key: str | None, given: Any, act: Callable[[], dict[str, Any]], *, status: int
) -> tuple[dict[str, Any], int, dict[str, str]]:
    """Carry out a command in this transaction, unless it was carried out under this key before.

    Returns body, status and headers. Only what was committed is remembered: after an error the same command
    may be sent again under the same key. Raises ``KeyReused``.
    """
    if key is None:
        return act(), status, {}
    user = me().user
    asked = fingerprint(request.method, request.path, given)
    at = installation().clock.now()
    earlier = earlier_answer(connection, user=user, key=key, request=asked, at=at)
    if earlier is not None:
        return earlier.body, earlier.status, {AGAIN: "true"}
    body = act()
    keep_answer(connection, Answer(status=status, body=body), user=user, key=key)
    return body, status, {}
