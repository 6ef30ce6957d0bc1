"""Comments of colleagues at a case and its tasks."""

from __future__ import annotations

from typing import Any

from marshmallow import EXCLUDE, Schema, fields, validate
from sqlalchemy import Connection

from app.api.describing import noun, operation
from app.api.looking import readable, task_and_case
from app.api.repeating import KeyHeader, once
from app.api.shapes import Shape, flag, many, moment, text, texts, whole
from app.commenting import leave, withdraw
from app.installation import installation
from app.signing_in import me
from app.verbs import performed
from workflows.cases.commenting import LONGEST
from workflows.database import reading
from workflows.reading.case_file import CaseFile, CaseTask
from workflows.reading.comments import Comment, comments_of

blueprint = noun("comments", "Working notes of colleagues; on record as made, without their words.")
Answer = tuple[dict[str, Any], int, dict[str, str]]


class AtTask(Schema):
    """Of which task."""

    class Meta:
        unknown = EXCLUDE

    task = fields.Integer(
        load_default=None,
        validate=validate.Range(1, 2**31 - 1),
        metadata={"description": "A task; needed by those who see it and not the case."},
    )


class CommentShape(Shape):
    """A comment."""

    number = whole("Its number within the case: of the event by which it was made.", 4)
    task = fields.Integer(
        required=True, allow_none=True, metadata={"description": "The task it is at; null for the case."}
    )
    by = text("Who wrote it.", "zhang.san")
    at = moment("When.")
    text = text("What it says; empty when somebody else withdrew it.", "申请人周二来补材料")
    mentions = texts("Users it names with @.", ["li.si"])
    withdrawn_at = moment("When it was withdrawn.", allow_none=True)


class CommentsShape(Shape):
    """Comments, the oldest first."""

    items = many(CommentShape)


class CommentMadeShape(Shape):
    """A comment that was left, or withdrawn."""

    case = text("Number of the case.", "office-2026-00001")
    number = whole("Its number within the case.", 4)
    withdrawn = flag("Whether it has been withdrawn.")


class CommentGiven(Shape):
    """A comment to leave."""

    text = text(
        "Plain text. `@` with a user name or a whole name tells that colleague, who must be able to read it.",
        "@li.si 申请人周二来补材料",
        validate=validate.Length(1, LONGEST),
    )
    task = fields.Integer(
        load_default=None,
        allow_none=True,
        strict=True,
        validate=validate.Range(1, 2**31 - 1),
        metadata={"description": "The task it is at; null for the case."},
    )


_ALL = "/cases/<case_number>/comments"


@operation(blueprint, "GET", _ALL, name="listComments", refuses=(403, 404, 422))
@blueprint.arguments(AtTask, location="query")
@blueprint.response(200, CommentsShape)
def listed(asked: dict[str, Any], case_number: str) -> dict[str, Any]:
    """Read the comments at a case, or at one of its tasks."""
    with reading(installation().engine) as connection:
        case, task = _place(connection, case_number, asked["task"])
        found = comments_of(connection, me(), case, task=None if task is None else task.number)
    return {"items": [_told(one) for one in found]}


@operation(blueprint, "POST", _ALL, name="addComment", refuses=(403, 404, 409, 422))
@blueprint.arguments(CommentGiven())
@blueprint.arguments(KeyHeader(), location="headers")
@blueprint.response(201, CommentMadeShape)
def added(given: dict[str, Any], header: dict[str, Any], case_number: str) -> Answer:
    """Leave a comment; whoever it names is told."""
    at = installation().clock.now()
    with reading(installation().engine) as connection:
        case, task = _place(connection, case_number, given["task"])

    def act(connection: Connection) -> dict[str, Any]:
        number = leave(connection, case, task, given["text"], at)
        return {"case": case.number, "number": number, "withdrawn": False}

    answered: Answer = performed(
        case,
        lambda connection: once(connection, header["key"], given, lambda: act(connection), status=201),
        at,
    )
    return answered


@operation(
    blueprint, "POST", f"{_ALL}/<int:number>/withdraw", name="withdrawComment", refuses=(403, 404, 409, 422)
)
@blueprint.arguments(AtTask, location="query")
@blueprint.arguments(KeyHeader(), location="headers")
@blueprint.response(200, CommentMadeShape)
def withdrawn(asked: dict[str, Any], header: dict[str, Any], case_number: str, number: int) -> Answer:
    """Withdraw a comment of your own; that there was one stays on record."""
    at = installation().clock.now()
    with reading(installation().engine) as connection:
        case, _ = _place(connection, case_number, asked["task"])

    def act(connection: Connection) -> dict[str, Any]:
        withdraw(connection, case, number, at)
        return {"case": case.number, "number": number, "withdrawn": True}

    answered: Answer = performed(
        case,
        lambda connection: once(connection, header["key"], asked, lambda: act(connection), status=200),
        at,
    )
    return answered


def _place(connection: Connection, case_number: str, number: int | None) -> tuple[CaseFile, CaseTask | None]:
    """A case, and a task of it where one is named, that the caller may look at."""
    if number is None:
        return readable(connection, case_number), None
    return task_and_case(connection, case_number, number)


def _told(one: Comment) -> dict[str, Any]:
    names = ("task", "by", "at", "text", "withdrawn_at")
    facts = {name: getattr(one, name) for name in names}
    return {**facts, "number": one.seq, "mentions": list(one.mentions)}
