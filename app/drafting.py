"""Drafts on pages with a form: what the form begins with, keeping what is typed, checking what was left."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from flask import Flask, request
from sqlalchemy import Connection

from app.answering import Answers
from app.installation import installation
from app.language import in_english
from app.messages import gettext as _
from app.messages import ngettext
from app.signing_in import me
from app.time_words import due_moment
from app.wording import Names
from workflows.clock import BEIJING
from workflows.database import transaction
from workflows.drafts import (
    Place,
    Saved,
    Writer,
    draft_of,
    hold_open,
    save_draft,
    writers,
)
from workflows.forms import judge
from workflows.forms.fitting import fitting, over
from workflows.forms.showing import Widget, initial_answers

#: Hidden fields of a form: which page posts, for which time, which revision it knows; what it shows; and the
#: fields their writer has left.
PAGE: Final = "_page"
SEQ: Final = "_seq"
BASE: Final = "_base"
SHAPE: Final = "_shape"
LEFT: Final = "_left"
_MOST_DIGITS: Final = 15


@dataclass(frozen=True, kw_only=True)
class Beginning:
    """What a form begins with: the draft of its reader over what the case holds, and what to say about it."""

    answers: dict[str, Any] = field(default_factory=dict)
    #: Revision of the draft, 0 for none.
    revision: int = 0
    #: When what is shown was kept; null when nothing was restored.
    restored_at: datetime | None = None
    #: Whether some of it no longer fits the form.
    cut: bool = False
    #: Whether a draft was put aside that can be fetched back.
    discarded: bool = False
    #: Tells this page from others of the same person.
    page: str = field(default_factory=lambda: secrets.token_hex(8))


def place_of_task(case_id: int, number: int) -> Place:
    """Where this person's draft of a task belongs."""
    return Place(user=me().user, case_id=case_id, task=number)


def place_of_start(key: str) -> Place:
    """Where this person's draft of a start form belongs."""
    return Place(user=me().user, start=key)


def begin(
    connection: Connection, place: Place, schema: Mapping[str, Any] | None, offered: Mapping[str, Any]
) -> Beginning:
    """What the form at a place begins with. One statement."""
    if schema is None:
        return Beginning()
    answers = initial_answers(schema, offered)
    draft = draft_of(connection, place)
    if draft is None or draft.discarded:
        revision = 0 if draft is None else draft.revision
        return Beginning(answers=answers, revision=revision, discarded=draft is not None)
    fits = fitting(schema, draft.values)
    return Beginning(
        answers=over(answers, fits),
        revision=draft.revision,
        restored_at=draft.saved_at,
        cut=_has_more(draft.values, fits),
    )


def _has_more(kept: Mapping[str, Any], fits: Mapping[str, Any]) -> bool:
    """Whether something was kept under a name that does not fit any more."""
    return any(value not in (None, "", [], {}, False) and name not in fits for name, value in kept.items())


def after_posting(answers: Mapping[str, Any], saved: Saved | None) -> Beginning:
    """What a page shows that answers a post which was kept as a draft, or was not."""
    return Beginning(answers=dict(answers), revision=0 if saved is None else saved.revision)


def keep(connection: Connection, place: Place, answers: Answers) -> Saved:
    """Keep what was posted, as the page that posted it numbers it. Raises ``DraftTooLarge``."""
    return save_draft(
        connection,
        place,
        answers.values,
        at=installation().clock.now(),
        page=request.form.get(PAGE, "")[:40],
        seq=_number(SEQ) or 0,
        base=_number(BASE),
    )


def keep_if_open(place: Place, answers: Answers) -> Saved | None:
    """Keep what was posted for a task that is still open; null when it is not."""
    with transaction(installation().engine) as connection:
        if place.case_id and not hold_open(connection, place):
            return None
        return keep(connection, place, answers)


def _number(name: str) -> int | None:
    text = request.form.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS else None


def errors_left(
    schema: Mapping[str, Any],
    answers: Answers,
    *,
    known: Mapping[str, Any],
    attachments: Collection[str],
) -> dict[str, str]:
    """What the rules of the form say of the fields their writer has left; of the others, nothing yet."""
    left = set(request.form.getlist(LEFT))
    judged = judge(schema, answers.values, known=known, attachments=attachments)
    found = judged.errors_en if in_english() else judged.errors
    told = {path: text for path, text in found.items() if _concerns(path, left)}
    return told | dict(answers.errors)


def _concerns(path: str, left: Collection[str]) -> bool:
    return path in left or (path != "" and any(name.startswith(f"{path}.") for name in left))


def shape_of(widgets: tuple[Widget, ...]) -> str:
    """Digest of what a form shows apart from what is typed into it: equal when a page need not change."""
    return hashlib.sha256("\n".join(_lines(widgets)).encode()).hexdigest()[:16]


def _lines(widgets: tuple[Widget, ...]) -> Iterator[str]:
    for widget in widgets:
        options = [(option.value, option.label) for option in widget.options]
        shown = widget.value if widget.readonly or widget.kind == "filepicker" else None
        buttons = (widget.can_add, widget.can_remove, widget.required)
        yield repr((widget.kind, widget.id, widget.path, widget.error, options, shown, buttons))
        yield from _lines(widget.parts)
        for number, parts in widget.rows:
            yield str(number)
            yield from _lines(parts)


# --- others -------------------------------------------------------------------------------------------------


def writing_now(connection: Connection, case_id: int, number: int) -> list[Writer]:
    """Who else is writing into the form of a task."""
    at = installation().clock.now()
    return writers(connection, case_id=case_id, number=number, apart_from=me().user, at=at)


def others_words(found: list[Writer], names: Names) -> str:
    """A sentence that says who else is writing; empty for nobody."""
    now = installation().clock.now()
    each = (
        _("%(who)s正在填写（%(ago)s）", who=names.person(one.user), ago=long_ago(now - one.saved_at))
        for one in found
    )
    return ("; " if in_english() else "；").join(each)


# --- words --------------------------------------------------------------------------------------------------


def attach(app: Flask) -> None:
    """Put the words where templates find them."""
    app.jinja_env.filters.update(kept_at=kept_at)


def kept_at(moment: datetime) -> str:
    """When something was kept: the hour today, otherwise with the day."""
    local = moment.astimezone(BEIJING)
    today = installation().clock.now().astimezone(BEIJING).date()
    return f"{local:%H:%M}" if local.date() == today else due_moment(moment)


def long_ago(gone: timedelta) -> str:
    """How long ago something was that was not long ago."""
    minutes = int(gone.total_seconds() // 60)
    return _("刚刚") if minutes < 1 else ngettext("%(num)d 分钟前", "%(num)d 分钟前", minutes)


def saved_words(saved: Saved) -> str:
    """The line under a form once its draft is kept."""
    return _("已保存草稿 %(at)s", at=kept_at(saved.saved_at))


def overtaken_words(saved: Saved) -> str:
    """What to say when this save wrote over one the page did not know; empty otherwise."""
    if saved.overtook is None:
        return ""
    at = kept_at(saved.overtook)
    return _("您在另一个页面 %(at)s 也保存过这张表，现在以这一页为准。", at=at)
