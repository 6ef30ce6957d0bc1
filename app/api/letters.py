"""Letters that did not arrive, for process administrators."""

from __future__ import annotations

from typing import Any

from marshmallow import fields, validate

from app.api.describing import noun, operation
from app.api.shapes import Page, Shape, flag, many, mark, moment, text, whole
from app.installation import installation
from app.notification_words import letter_error
from app.signing_in import me
from workflows.database import reading, transaction
from workflows.undelivered import UndeliveredLetter, give_up, retry_all, retry_letter, undelivered_letters

blueprint = noun("letters", "Notifications and messages that did not arrive.")


class LetterShape(Shape):
    """A letter that waits, or that was given up."""

    key = text("Its idempotency key.", "7-3-2-urged-mail-li.si")
    kind = text("`mail`, `phone`, `gateway`, `notify`, `start-case` or `send-message`.", "mail")
    user = text("User name of whom it is for, where it is for one person.", "li.si", allow_none=True)
    case = text("Number of its case.", "office-2026-00001", allow_none=True)
    attempts = whole("How often it was tried.", 4)
    reason = text("Why it has not arrived, in plain words.", "对方服务器没有开启，或地址、端口写错了。")
    error = text("The last error as it was met; may be empty.", "ConnectionRefusedError: [Errno 111]")
    next_at = moment("When it is tried next; null when nobody tries it any more.", allow_none=True)
    under_way = flag("Whether it is being sent right now.")
    given_up_at = moment("When it was given up.", allow_none=True)
    given_up_by = text("User name of who gave it up.", "zhao.liu", allow_none=True)
    given_up_why = text("Why.", "已电话告知", allow_none=True)


class LettersShape(Shape):
    """Letters, the one that waits longest first."""

    items = many(LetterShape)
    next = mark()


class LettersAsked(Page):
    """Which letters."""

    given_up = fields.Boolean(load_default=False, metadata={"description": "Those given up instead."})


class GivenUpGiven(Shape):
    """Why a letter is sent no more."""

    reason = text("Why.", "已电话告知", validate=validate.Length(1, 500))


class GivenUpShape(Shape):
    """A letter that is sent no more."""

    key = text("Its idempotency key.", "7-3-2-urged-mail-li.si")
    given_up = flag("True.")


class RetriedShape(Shape):
    """How many letters are tried again at once."""

    retried = whole("How many.", 3)


@operation(blueprint, "GET", "/letters", name="listUndeliveredLetters", refuses=(403, 422))
@blueprint.arguments(LettersAsked, location="query")
@blueprint.response(200, LettersShape)
def listed(asked: dict[str, Any]) -> dict[str, Any]:
    """List letters of your organisation that failed, or that nobody tried for an hour."""
    with reading(installation().engine) as connection:
        page = undelivered_letters(connection, of=me(), at=installation().clock.now(), **asked)
    return {"items": [_shown(one) for one in page.rows], "next": page.next}


@operation(blueprint, "POST", "/letters/retry", name="retryLetters", refuses=(403,))
@blueprint.response(200, RetriedShape)
def all_retried() -> dict[str, Any]:
    """Let every letter that failed be tried again at once, 1000 at most."""
    with transaction(installation().engine) as connection:
        return {"retried": retry_all(connection, by=me(), at=installation().clock.now())}


@operation(blueprint, "POST", "/letters/<key>/retry", name="retryLetter", refuses=(403, 404))
@blueprint.response(200, RetriedShape)
def retried(key: str) -> dict[str, Any]:
    """Let a letter be tried again at once, with all its tries."""
    with transaction(installation().engine) as connection:
        retry_letter(connection, key, by=me(), at=installation().clock.now())
    return {"retried": 1}


@operation(blueprint, "POST", "/letters/<key>/give-up", name="giveUpLetter", refuses=(403, 404, 422))
@blueprint.arguments(GivenUpGiven())
@blueprint.response(200, GivenUpShape)
def given_up(given: dict[str, Any], key: str) -> dict[str, Any]:
    """Send a letter no more; who decided that and why stays with it."""
    with transaction(installation().engine) as connection:
        give_up(connection, key, reason=given["reason"], by=me(), at=installation().clock.now())
    return {"key": key, "given_up": True}


def _shown(one: UndeliveredLetter) -> dict[str, Any]:
    names = ("key", "kind", "attempts", "error", "next_at", "given_up_at", "given_up_by", "given_up_why")
    return {
        **{name: getattr(one, name) for name in names},
        "user": one.body.get("user"),
        "case": one.case_number or None,
        "reason": letter_error(one),
        "under_way": one.taken,
    }
