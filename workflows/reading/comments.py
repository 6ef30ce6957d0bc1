"""Which comments of a case a person sees, and whom a text names with @."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import orjson
from sqlalchemy import Connection, select

from workflows.cases import Actor
from workflows.errors import WorkflowError
from workflows.reading.access import is_recused, may_see_case, own_tasks
from workflows.reading.case_file import CaseFile, CaseTask
from workflows.reading.colleagues import Colleague
from workflows.tables import comments

#: Behind a letter or digit it is part of something else, such as an address for e-mail.
_AT: Final = re.compile(r"(?<![0-9A-Za-z_.])[@＠]")
_GOES_ON: Final = re.compile(r"[0-9A-Za-z_\-]|\.[0-9A-Za-z]")


class MentionedCannotRead(WorkflowError):
    """Somebody you name may not read this."""

    code = "mentioned-cannot-read"
    message_zh = "{name} 看不到这里的内容,不能@。需要对方参与的,请先转办、委派或抄送给对方。"


class MentionUnclear(WorkflowError):
    """Several colleagues have this name."""

    code = "mention-unclear"
    message_zh = "叫“{name}”的不止一位,请写成 @用户名。"


@dataclass(frozen=True, kw_only=True)
class Comment:
    """A comment, as one person sees it."""

    #: Its number within the case.
    seq: int
    task: int | None
    by: str
    at: datetime
    #: Empty when it was withdrawn and is somebody else's, or was destroyed.
    text: str
    withdrawn_at: datetime | None
    mentions: tuple[str, ...]


def comments_of(
    connection: Connection, person: Actor, case: CaseFile, *, task: int | None = None
) -> list[Comment]:
    """The comments of a case a person sees, of one ``task`` only where it is given; the oldest first.

    Who reads the case sees all. Who sees only tasks of it sees what is at these tasks; who has an interest in
    the case, of these only what is their own or names them. One statement, none for those who see nothing.
    """
    may_see = _judge(person, case)
    query = select(comments).where(comments.c.case_id == case.id).order_by(comments.c.seq)
    if task is not None:
        query = query.where(comments.c.task == task)
    found = (
        Comment(
            seq=row.seq,
            task=row.task,
            by=row.by,
            at=row.at,
            text=row.text or "" if row.withdrawn_at is None or row.by == person.user else "",
            withdrawn_at=row.withdrawn_at,
            mentions=tuple(orjson.loads(row.mentions)),
        )
        for row in connection.execute(query)
    )
    return [one for one in found if may_see(one)]


def may_comment(person: Actor, case: CaseFile, task: CaseTask | None) -> bool:
    """Whether a person may leave a comment at a task, or at the case: who sees it may."""
    return may_see_case(person, case) or (task is not None and task in own_tasks(person, case))


def _judge(person: Actor, case: CaseFile) -> Callable[[Comment], bool]:
    if may_see_case(person, case):
        return lambda one: True
    own = {task.number for task in own_tasks(person, case)}
    if is_recused(person, case):
        return lambda one: one.task in own and (one.by == person.user or person.user in one.mentions)
    return lambda one: one.task in own


# --- whom a text names --------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Part:
    """A piece of a comment: plain text, or the name of a colleague (without its @)."""

    text: str
    #: Whose name it is; several where several are called so, none for plain text.
    users: frozenset[str] = frozenset()


def parts_of(text: str, everybody: Collection[tuple[str, str]]) -> Iterator[Part]:
    """The pieces of a text, in order; ``everybody`` are pairs of user name and name.

    Somebody is named by ``@`` and their user name, or their whole name; the longest that fits counts.
    """
    done = 0
    for sign in _AT.finditer(text):
        label, users = _named(text[sign.end() :], everybody)
        if sign.start() < done or not label:
            continue
        if sign.start() > done:
            yield Part(text=text[done : sign.start()])
        done = sign.end() + len(label)
        yield Part(text=label, users=users)
    if done < len(text):
        yield Part(text=text[done:])


def mentions_in(text: str, everybody: Iterable[Colleague], readers: Iterable[Colleague]) -> tuple[str, ...]:
    """The users a text names, each once. Raises ``MentionUnclear``, ``MentionedCannotRead``."""
    allowed = {one.user for one in readers}
    named: dict[str, str] = {}
    for part in parts_of(text, [(one.user, one.name) for one in everybody]):
        # Of several who are called so, the one who may read this is meant.
        meant = part.users & allowed if len(part.users) > 1 else part.users
        if len(part.users) > 1 and len(meant) != 1:
            raise MentionUnclear(name=part.text)
        named |= {user: part.text for user in meant}
    for user, label in named.items():
        if user not in allowed:
            raise MentionedCannotRead(name=label, user=user)
    return tuple(named)


def _named(rest: str, everybody: Collection[tuple[str, str]]) -> tuple[str, frozenset[str]]:
    """The longest name, or user name, with which a text begins, and whose it is."""
    fitting = {
        (label, user)
        for user, name in everybody
        for label in (user, name)
        if label and rest.startswith(label) and not (label == user and _GOES_ON.match(rest[len(label) :]))
    }
    longest = max((label for label, _user in fitting), key=len, default="")
    return longest, frozenset(user for label, user in fitting if label == longest)
