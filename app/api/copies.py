"""Copies of cases for information (抄送): sent, read, listed."""

from __future__ import annotations

from typing import Any

from marshmallow import fields, validate
from sqlalchemy import Connection

from app.api.describing import noun, operation
from app.api.looking import readable
from app.api.repeating import KeyHeader, once
from app.api.shapes import Shape, Text, flag, many, moment, text, whole
from app.copying import check_sender, copying_of, send_copies
from app.installation import installation
from app.signing_in import me
from app.verbs import performed
from workflows.database import reading, transaction
from workflows.reading.copies import Copy, copies_for, mark_read

blueprint = noun("copies", "Copies of cases, sent to colleagues for information.")
Answer = tuple[dict[str, Any], int, dict[str, str]]


class CopyShape(Shape):
    """A copy of a case that somebody was sent."""

    id = whole("Its id.", 7)
    case = text("Number of the case.", "office-2026-00001")
    title = text("Title of the case.", "许可（新办）")
    regulation = text("Name of the regulation.", "许可")
    recipient = text("Who was sent it.", "wang.wu")
    sender = text("Who sent it.", "zhang.san")
    note = text("What to look at, and why.", "请了解，下周例会讨论")
    sent_at = moment("When.")
    read_at = moment("When the recipient marked it as read; null before that.", allow_none=True)


class CopiesOfCaseShape(Shape):
    """Who was sent a copy of a case, the latest first; to those who read it by a copy, theirs alone."""

    items = many(CopyShape)


class CopiesShape(Shape):
    """Copies, the latest first."""

    items = many(CopyShape)
    next = fields.Integer(
        required=True,
        allow_none=True,
        metadata={"description": "Give it as `after` to read on; null on the last page.", "examples": [41]},
    )


class CopiesAsked(Shape):
    """Which copies."""

    after = fields.Integer(load_default=None, metadata={"description": "The `next` of the page before."})
    size = fields.Integer(
        load_default=25, validate=validate.Range(1, 100), metadata={"description": "How many."}
    )
    unread = fields.Boolean(load_default=False, metadata={"description": "Only those not marked as read."})


class CopyToSend(Shape):
    """To whom, and why."""

    to = fields.List(
        Text(validate=validate.Length(1, 200)),
        required=True,
        validate=validate.Length(1, 50),
        metadata={"description": "User names of the colleagues.", "examples": [["wang.wu"]]},
    )
    note = text("What to look at, and why.", "请了解，下周例会讨论", validate=validate.Length(max=500))


class CopiesSentShape(Shape):
    """What was sent."""

    case = text("Number of the case.", "office-2026-00001")
    sent = whole("To how many colleagues.", 2)


class CopyReadShape(Shape):
    """A copy that is marked as read."""

    id = whole("Its id.", 7)
    read = flag("Whether it is marked as read.")


@operation(blueprint, "GET", "/copies", name="listCopies", refuses=(422,))
@blueprint.arguments(CopiesAsked, location="query")
@blueprint.response(200, CopiesShape)
def listed(asked: dict[str, Any]) -> dict[str, Any]:
    """List the copies that were sent to you."""
    with reading(installation().engine) as connection:
        page = copies_for(connection, me(), **asked)
    return {"items": [_line(one) for one in page.rows], "next": page.next}


@operation(blueprint, "POST", "/copies/<int:identifier>/read", name="readCopy", refuses=(404,))
@blueprint.response(200, CopyReadShape)
def read(identifier: int) -> dict[str, Any]:
    """Mark a copy that was sent to you as read (已阅); again it changes nothing."""
    with transaction(installation().engine) as connection:
        mark_read(connection, identifier, by=me(), at=installation().clock.now())
    return {"id": identifier, "read": True}


@operation(blueprint, "GET", "/cases/<case_number>/copies", name="listCopiesOfCase", refuses=(403, 404))
@blueprint.response(200, CopiesOfCaseShape)
def of_case(case_number: str) -> dict[str, Any]:
    """List who was sent a copy of a case, and who has read it."""
    with reading(installation().engine) as connection:
        case = readable(connection, case_number)
        sent = copying_of(connection, case).sent
    return {"items": [_line(one) for one in sent]}


@operation(blueprint, "POST", "/cases/<case_number>/copies", name="copyCase", refuses=(403, 404, 409, 422))
@blueprint.arguments(CopyToSend())
@blueprint.arguments(KeyHeader(), location="headers")
@blueprint.response(200, CopiesSentShape)
def sent(given: dict[str, Any], header: dict[str, Any], case_number: str) -> Answer:
    """Send colleagues a copy of a case you read: they read it, too, without identities."""
    at = installation().clock.now()
    with reading(installation().engine) as connection:
        case = readable(connection, case_number)
        check_sender(case)

    def act(connection: Connection) -> dict[str, Any]:
        send_copies(connection, case, given["to"], given["note"], at)
        return {"case": case.number, "sent": len(set(given["to"]))}

    answer: Answer = performed(
        case,
        lambda connection: once(connection, header["key"], given, lambda: act(connection), status=200),
        at,
    )
    return answer


def _line(one: Copy) -> dict[str, Any]:
    names = ("id", "title", "regulation", "recipient", "sender", "note", "sent_at", "read_at")
    return {"case": one.case_number, **{name: getattr(one, name) for name in names}}
