"""Comments of colleagues: working notes at a case, on record as made and, where it is so, as withdrawn.

The history holds a digest and no word of them: what colleagues write to each other is no part of the law's
record, that they wrote it is.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection
from datetime import datetime
from typing import Any, Final

import orjson
from sqlalchemy import Connection, insert, select, update

from workflows.cases.actor import Actor, NotPermitted
from workflows.cases.firing import fire_due
from workflows.cases.keys import persons
from workflows.cases.open_case import OpenCase, open_case
from workflows.cases.saving import save
from workflows.cases.telling import tell
from workflows.errors import WorkflowError
from workflows.history import digest
from workflows.tables import comments, tasks

#: Characters; what is longer is a document.
LONGEST: Final = 2000
COMMENTED, WITHDRAWN = "commented", "comment-withdrawn"


class CommentUnusable(WorkflowError):
    """A comment has between 1 and 2000 characters."""

    code = "comment-unusable"
    message_zh = "请写明内容,不超过2000字。"


class NoSuchComment(WorkflowError):
    """There is no such comment, or it has been withdrawn."""

    code = "no-such-comment"
    message_zh = "没有这条备注,或已撤回。"


class NotYourComment(WorkflowError):
    """Only who wrote a comment withdraws it."""

    code = "not-your-comment"
    message_zh = "只有写备注的人可以撤回。"


def digest_of_comment(salt: str, text: str) -> str:
    """What the history holds in place of a comment: SHA-256 over salt and text, in hex."""
    return digest(bytes.fromhex(salt) + text.encode())


def comment(
    connection: Connection,
    *,
    case_id: int,
    number: int | None,
    text: str,
    mentions: Collection[str] = (),
    by: Actor,
    at: datetime,
) -> int:
    """Leave a comment at a case, or at one of its tasks, also an ended one. Returns its number (``seq``).

    A letter tells each of ``mentions`` (users); that they, and ``by``, may read it is the caller's question.
    Raises ``CommentUnusable``, ``NotPermitted``.
    """
    text = text.replace("\r\n", "\n").strip()
    if not 1 <= len(text) <= LONGEST or "\0" in text:
        raise CommentUnusable()
    case = _opened(connection, case_id, by, at)
    salt, named = secrets.token_hex(16), sorted(set(mentions) - {by.user})
    command: dict[str, Any] = {"digest": digest_of_comment(salt, text), "mentions": named}
    if number is not None:
        command |= {"task": number, "element": _element(connection, case, number, by)}
    turn = case.turn(COMMENTED, at=at, by=by, command=command)
    case.finish(turn)
    save(case)
    connection.execute(
        insert(comments).values(
            case_id=case_id,
            seq=turn.seq,
            task=number,
            by=by.user,
            at=turn.at,
            text=text,
            salt=salt,
            mentions=orjson.dumps(named).decode(),
        )
    )
    tell(case, turn, task=number, what="mentioned", to=persons(*named), comment=turn.seq)
    return turn.seq


def withdraw_comment(connection: Connection, *, case_id: int, seq: int, by: Actor, at: datetime) -> None:
    """Take back a comment of one's own; that there was one stays.

    Raises ``NoSuchComment``, ``NotYourComment``, ``NotPermitted``.
    """
    case = _opened(connection, case_id, by, at)
    this = (comments.c.case_id == case_id, comments.c.seq == seq)
    # Under the lock of the case: nobody withdraws it at the same time.
    row = connection.execute(select(comments).where(*this)).one_or_none()
    if row is None or row.withdrawn_at is not None:
        raise NoSuchComment(comment=seq)
    if row.by != by.user:
        raise NotYourComment(comment=seq)
    turn = case.turn(WITHDRAWN, at=at, by=by, command={"comment": seq})
    case.finish(turn)
    save(case)
    connection.execute(update(comments).where(*this).values(withdrawn_at=turn.at))


def _opened(connection: Connection, case_id: int, by: Actor, at: datetime) -> OpenCase:
    case = open_case(connection, case_id, ended=True)
    if by.organisation != case.facts.organisation:
        raise NotPermitted(user=by.user, case=case.facts.number)
    if case.row.status == "open":
        fire_due(case, now=at)
    return case


def _element(connection: Connection, case: OpenCase, number: int, by: Actor) -> str:
    """The element of a task, open or ended, of this case. Raises ``NotPermitted``."""
    query = select(tasks.c.element_id).where(tasks.c.case_id == case.facts.id, tasks.c.number == number)
    found = connection.execute(query).scalar_one_or_none()
    if found is None:
        raise NotPermitted(user=by.user, number=number)
    return str(found)
