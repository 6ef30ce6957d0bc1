"""Notifications 通知: the list, the bell, and the way from one to what it is about."""

from __future__ import annotations

import hashlib
from typing import Final

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Connection

from app.installation import installation
from app.language import chosen_language
from app.messages import ngettext
from app.notification_words import target
from app.signing_in import me
from workflows.cases.correcting import PROCESS_ADMIN
from workflows.database import reading, transaction
from workflows.notifications.board import (
    Notification,
    mark_all_read,
    mark_read,
    newest_unread,
    notification,
    notification_of_letter,
    notifications_of,
    unread_count,
)
from workflows.notifications.words import group_of
from workflows.undelivered import count_undelivered

blueprint = Blueprint("notification_pages", __name__, url_prefix="/notifications")

_SIZE: Final = 25


@blueprint.get("")
def show() -> ResponseReturnValue:
    """What I was told: the unread first."""
    unread_only = request.args.get("which") == "unread"
    with reading(installation().engine) as connection:
        page = notifications_of(
            connection, me().user, after=request.args.get("after"), size=_SIZE, unread_only=unread_only
        )
        unread = unread_count(connection, me().user)
        newest = newest_unread(connection, me().user)
        failed = failures(connection)
    return render_template(
        "notification_pages/show.html",
        page=page,
        unread=unread,
        notified=unread,
        newest=newest,
        which="unread" if unread_only else None,
        failed=failed,
        group_of=group_of,
    )


@blueprint.get("/bell")
def bell() -> ResponseReturnValue:
    """The link with the number of unread ones; 304 as long as nothing has changed."""
    with reading(installation().engine) as connection:
        unread = unread_count(connection, me().user)
        newest = newest_unread(connection, me().user)
    answer = Response(render_template("notification_pages/bell.html", notified=unread))
    answer.set_etag(hashlib.sha256(f"{unread}.{newest}.{chosen_language()}".encode()).hexdigest()[:20])
    answer.headers["Cache-Control"] = "no-cache, private"
    return answer.make_conditional(request)


@blueprint.get("/<int:identifier>")
def follow(identifier: int) -> ResponseReturnValue:
    """Go to what a notification is about; it counts as read from then on."""
    with transaction(installation().engine) as connection:
        return _follow(connection, notification(connection, me().user, identifier))


@blueprint.get("/of/<key>")
def of_letter(key: str) -> ResponseReturnValue:
    """The same, from an e-mail or a text message."""
    with transaction(installation().engine) as connection:
        return _follow(connection, notification_of_letter(connection, me().user, key))


@blueprint.post("/<int:identifier>/read")
def read(identifier: int) -> ResponseReturnValue:
    """Mark one as read without going anywhere."""
    with transaction(installation().engine) as connection:
        found = notification(connection, me().user, identifier)
        mark_read(connection, me().user, found.id, at=installation().clock.now())
    return redirect(_here())


@blueprint.post("/read")
def read_all() -> ResponseReturnValue:
    """Mark everything as read that the page showed or could have shown."""
    up_to = request.form.get("up_to", 0, type=int)
    with transaction(installation().engine) as connection:
        count = mark_all_read(connection, me().user, up_to=min(up_to, 2**62), at=installation().clock.now())
    flash(ngettext("%(num)d 条通知已标为已读。", "%(num)d 条通知已标为已读。", count), "done")
    return redirect(_here())


def failures(connection: Connection) -> int | None:
    """How many letters of the organisation wait undelivered, for those who mend it; null for the others."""
    if not me().has_role(PROCESS_ADMIN):
        return None
    return count_undelivered(connection, of=me(), at=installation().clock.now())


def _follow(connection: Connection, found: Notification) -> ResponseReturnValue:
    mark_read(connection, me().user, found.id, at=installation().clock.now())
    return redirect(target(found))


def _here() -> str:
    which = "unread" if request.args.get("which") == "unread" else None
    return url_for("notification_pages.show", which=which)
