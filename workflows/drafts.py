"""Drafts: what somebody has written into a form, kept until they hand it in. Each is its author's alone.

A draft may hold identities of people. It is in no history, no export and no answer to anybody else; others
learn that its author is writing, and when last, not what. It goes in the transaction that completes its task
(``forget_draft``), otherwise when it is looked at again after the task has ended (``clear_unwanted``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import orjson
from sqlalchemy import ColumnElement, Connection, Row, and_, bindparam, delete, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from workflows.errors import WorkflowError
from workflows.tables import drafts, tasks

#: As much as a submission may have.
MAX_BYTES: Final = 200_000
#: After so long without a change one looks whether a draft is still wanted.
REVIEWED_AFTER: Final = timedelta(days=14)
#: So long a draft that was put aside can be fetched back.
FETCHED_BACK_WITHIN: Final = timedelta(hours=1)
#: Whoever saved within so long is taken to be writing.
WRITING: Final = timedelta(minutes=10)
#: Drafts looked at in one transaction.
AT_ONCE: Final = 200


class DraftTooLarge(WorkflowError):
    """The draft is too large to be kept."""

    code = "draft-too-large"
    message_zh = "填写的内容太多,草稿存不下。"


class NoSuchDraft(WorkflowError):
    """There is no draft of yours here."""

    code = "no-such-draft"
    message_zh = "这里没有您的草稿。"


@dataclass(frozen=True, kw_only=True)
class Place:
    """Whose draft of which form: that of a task, or that with which a case of ``start`` is opened."""

    user: str
    case_id: int = 0
    task: int = 0
    start: str = ""

    @property
    def facts(self) -> dict[str, Any]:
        """The key of its row."""
        return {"user": self.user, "case_id": self.case_id, "task": self.task, "start": self.start}


@dataclass(frozen=True, kw_only=True)
class Draft:
    """What was written; ``values`` are JSON values as a form posts them, not judged."""

    values: Mapping[str, Any]
    revision: int
    saved_at: datetime
    discarded: bool = False


@dataclass(frozen=True, kw_only=True)
class Saved:
    """What came of saving a draft.

    ``kept`` is false when the same page had saved something newer already; ``overtook`` is when another page
    or program of the same person had saved what this one did not know, and null when none had.
    """

    revision: int
    saved_at: datetime
    kept: bool = True
    overtook: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Writer:
    """Somebody who is writing, and when they last did."""

    user: str
    saved_at: datetime


def _key() -> ColumnElement[bool]:
    return and_(*(drafts.c[name] == bindparam(f"of_{name}") for name in ("user", "case_id", "task", "start")))


_ONE = select(drafts).where(_key())
_FORGET = delete(drafts).where(_key())
_OPEN = select(tasks.c.status).where(
    tasks.c.case_id == bindparam("case"), tasks.c.number == bindparam("number")
)


def _at(place: Place) -> dict[str, Any]:
    return {f"of_{name}": value for name, value in place.facts.items()}


def save_draft(
    connection: Connection,
    place: Place,
    values: Mapping[str, Any],
    *,
    at: datetime,
    page: str = "",
    seq: int = 0,
    base: int | None = None,
) -> Saved:
    """Keep what has been written so far; the later save wins.

    ``page`` and ``seq`` tell which page of the person saves and for which time: of its own saves the one with
    the higher number stays. ``base`` is the revision the writer knows, 0 for none: null asks no questions.
    Who may write is asked before. Raises ``DraftTooLarge``.
    """
    content = orjson.dumps(values, default=float).decode()
    if len(content.encode()) > MAX_BYTES:
        raise DraftTooLarge(limit=MAX_BYTES)
    found = connection.execute(_ONE.with_for_update(), _at(place)).one_or_none()
    if found is not None and page and found.page == page and seq <= found.seq:
        return Saved(revision=found.revision, saved_at=found.saved_at, kept=False)
    fresh = {
        "content": content,
        "page": page,
        "seq": seq,
        "saved_at": at,
        "discarded_at": None,
        "review_at": at + REVIEWED_AFTER,
    }
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    # Two pages may save for the first time at once.
    statement = dialect.insert(drafts).values(**place.facts, **fresh, revision=1)
    statement = statement.on_conflict_do_update(
        index_elements=list(drafts.primary_key), set_={**fresh, "revision": drafts.c.revision + 1}
    )
    revision: int = connection.execute(statement.returning(drafts.c.revision)).scalar_one()
    return Saved(revision=revision, saved_at=at, overtook=_overtaken(found, page, base))


def _overtaken(found: Row[Any] | None, page: str, base: int | None) -> datetime | None:
    """When what is written over was saved, if whoever writes over it did not know it."""
    if found is None or base is None or found.discarded_at is not None:
        return None
    own = page and found.page == page
    return None if own or found.revision <= base else found.saved_at


def draft_of(connection: Connection, place: Place) -> Draft | None:
    """Somebody's own draft of a form, also one they have put aside (``discarded``). One statement."""
    row = connection.execute(_ONE, _at(place)).one_or_none()
    if row is None:
        return None
    return Draft(
        values=orjson.loads(row.content),
        revision=row.revision,
        saved_at=row.saved_at,
        discarded=row.discarded_at is not None,
    )


def discard_draft(connection: Connection, place: Place, *, at: datetime) -> None:
    """Put a draft aside; for a while it can be fetched back. Raises ``NoSuchDraft``."""
    _change(connection, place, discarded_at=at, review_at=at + FETCHED_BACK_WITHIN)


def fetch_back(connection: Connection, place: Place, *, at: datetime) -> None:
    """Take up again a draft that was put aside. Raises ``NoSuchDraft``."""
    _change(connection, place, discarded_at=None, review_at=at + REVIEWED_AFTER)


def _change(connection: Connection, place: Place, **values: Any) -> None:
    changed = connection.execute(update(drafts).where(_key()).values(**values), _at(place))
    if changed.rowcount != 1:
        raise NoSuchDraft()


def forget_draft(connection: Connection, place: Place) -> bool:
    """Destroy a draft, in the transaction that hands the form in; returns whether there was one."""
    return connection.execute(_FORGET, _at(place)).rowcount > 0


def hold_open(connection: Connection, place: Place) -> bool:
    """Whether a task is open, and stays so until this transaction ends: no draft comes after its end."""
    query = _OPEN if connection.dialect.name == "sqlite" else _OPEN.with_for_update(read=True)
    given = {"case": place.case_id, "number": place.task}
    return connection.execute(query, given).scalar_one_or_none() == "open"


def writers(
    connection: Connection, *, case_id: int, number: int, apart_from: str, at: datetime
) -> list[Writer]:
    """Who else is writing into the form of a task now, whoever wrote last first. One statement."""
    query = (
        select(drafts.c.user, drafts.c.saved_at)
        .where(
            drafts.c.case_id == case_id,
            drafts.c.task == number,
            drafts.c.user != apart_from,
            drafts.c.saved_at > at - WRITING,
            drafts.c.discarded_at.is_(None),
        )
        .order_by(drafts.c.saved_at.desc())
    )
    return [Writer(user=row.user, saved_at=row.saved_at) for row in connection.execute(query)]


# --- clearing away ------------------------------------------------------------------------------------------


def next_review_at(connection: Connection) -> datetime | None:
    """When to see next whether drafts are still wanted; null when there are none."""
    found: datetime | None = connection.execute(select(func.min(drafts.c.review_at))).scalar_one()
    return found


def clear_unwanted(connection: Connection, *, until: datetime) -> int:
    """Look at some of the drafts whose time for it has come by ``until``. Returns at how many.

    What was put aside goes, and what belongs to a task that has ended or to a case nobody opened. A task that
    is still open keeps its drafts, and they are looked at again later.
    """
    due = (
        select(drafts)
        .where(drafts.c.review_at <= until)
        .order_by(drafts.c.review_at)
        .limit(AT_ONCE)
        .with_for_update(skip_locked=True)
    )
    rows = connection.execute(due).all()
    for row in rows:
        this = and_(*(drafts.c[name] == row._mapping[name] for name in ("user", "case_id", "task", "start")))
        status = connection.execute(_OPEN, {"case": row.case_id, "number": row.task}).scalar_one_or_none()
        if row.discarded_at is None and status == "open":
            later = until + REVIEWED_AFTER
            connection.execute(update(drafts).where(this).values(review_at=later))
        else:
            connection.execute(delete(drafts).where(this))
    return len(rows)
