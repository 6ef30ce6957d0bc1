"""Comments of colleagues: what a page shows of them, and the acts, for pages and programs alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from app.case_view import CaseView
from app.signing_in import me
from app.wording import Names, users_in
from workflows import cases
from workflows.cases import NotPermitted
from workflows.cases.commenting import LONGEST, NoSuchComment
from workflows.office import names_of, office_of
from workflows.reading.access import may_see_case
from workflows.reading.case_file import CaseFile, CaseTask
from workflows.reading.colleagues import Colleague, everybody_else, who_may_read
from workflows.reading.comments import Comment, Part, comments_of, may_comment, mentions_in, parts_of


@dataclass(frozen=True, kw_only=True)
class Shown:
    """A comment with its pieces, the users' names in them looked up."""

    comment: Comment
    who: str
    parts: tuple[Part, ...]
    #: Name of the step it is about, where the list holds those of others as well.
    step: str
    withdrawable: bool


@dataclass(frozen=True, kw_only=True)
class Notes:
    """The comments at a case, or at one of its tasks, for one page."""

    case_number: str
    task: int | None
    items: Sequence[Shown]
    may_write: bool
    #: Whether only colleagues who read the whole case see what is written here.
    among_readers: bool
    longest: int = LONGEST


def notes_of(connection: Connection, view: CaseView, task: CaseTask | None) -> Notes:
    """What this person sees of the comments; who reads the case sees all of them at each of its tasks."""
    case, whole = view.case, may_see_case(me(), view.case)
    found = comments_of(connection, me(), case, task=None if whole or task is None else task.number)
    users = users_in([one.by for one in found], *([*one.mentions] for one in found))
    names = Names(office_of(connection, case.organisation), names_of(connection, users))
    return Notes(
        case_number=case.number,
        task=None if task is None else task.number,
        items=[_shown(one, case, names) for one in found],
        may_write=may_comment(me(), case, task),
        among_readers=task is None,
    )


def _shown(one: Comment, case: CaseFile, names: Names) -> Shown:
    task = case.task(one.task) if one.task is not None else None
    known = [(user, names.person(user)) for user in one.mentions]
    return Shown(
        comment=one,
        who=names.person(one.by),
        parts=tuple(_called(part, names) for part in parts_of(one.text, known)),
        step="" if task is None else task.name,
        withdrawable=one.by == me().user and one.withdrawn_at is None,
    )


def _called(part: Part, names: Names) -> Part:
    """Colleagues are called by their names, however they were written."""
    user = next(iter(part.users), None)
    return part if user is None else Part(text=names.person(user), users=part.users)


def readers_of(
    connection: Connection, case: CaseFile, task: CaseTask | None, *, at: datetime
) -> list[Colleague]:
    """The colleagues who can be named in a comment."""
    return who_may_read(connection, case, task, besides=me().user, at=at)


def leave(connection: Connection, case: CaseFile, task: CaseTask | None, text: str, at: datetime) -> int:
    """Leave a comment as the person who is signed in; ``performed`` is around it. Returns its number.

    Raises ``NotPermitted``, ``CommentUnusable``, ``MentionUnclear``, ``MentionedCannotRead``.
    """
    person = me()
    if not may_comment(person, case, task):
        raise NotPermitted(user=person.user, case=case.number)
    everybody = everybody_else(connection, case.organisation, besides="", at=at)
    readers = who_may_read(connection, case, task, besides="", at=at)
    return cases.comment(
        connection,
        case_id=case.id,
        number=None if task is None else task.number,
        text=text,
        mentions=mentions_in(text, everybody, readers),
        by=person,
        at=at,
    )


def withdraw(connection: Connection, case: CaseFile, seq: int, at: datetime) -> None:
    """Take a comment of one's own back. Raises ``NoSuchComment``, also when they do not see it, and
    ``NotYourComment``."""
    if all(one.seq != seq for one in comments_of(connection, me(), case)):
        raise NoSuchComment(comment=seq)
    cases.withdraw_comment(connection, case_id=case.id, seq=seq, by=me(), at=at)
