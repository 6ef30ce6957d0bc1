"""Notifications: what one was told, and how one wants to be told."""

from __future__ import annotations

from typing import Any

from marshmallow import fields, validate

from app.api.describing import noun, operation
from app.api.shapes import Page, Shape, Text, many, mark, moment, text, whole
from app.installation import installation
from app.language import in_english
from app.notification_words import target
from app.signing_in import me
from app.telling_pages import keep
from workflows.database import reading, transaction
from workflows.notifications.board import (
    Notification,
    mark_all_read,
    mark_read,
    newest_unread,
    notification,
    notifications_of,
    unread_count,
)
from workflows.notifications.preferences import LANGUAGES, Channel, Preferences, preferences_of
from workflows.notifications.words import Group, group_of

blueprint = noun("notifications", "What you were told, and how you want to be told.")


class NotificationShape(Shape):
    """Something a person was told: a case by its number, a step by its name, and nothing of what is in it."""

    id = whole("Its id.", 12)
    what = text("What happened, such as `handed-over`, `urged`, `rung`, `message`, `digest`.", "urged")
    group = text("Under which heading one chooses how to be told of it.", "urged")
    subject = text("In one line.", "有人催办“审查”（office-2026-00001）")
    case = text("Number of the case.", "office-2026-00001", allow_none=True)
    task = fields.Integer(
        required=True, allow_none=True, metadata={"description": "Number of the task.", "examples": [3]}
    )
    page = text("Path of the page it is about.", "/cases/office-2026-00001/tasks/3")
    on_behalf_of = text("User name of whom you stand in for.", "wang.wu", allow_none=True)
    created_at = moment("When it was told.")
    read_at = moment("When you read it.", allow_none=True)
    todo = text("What to do about it; may be empty.", "请尽快办理；理由见案件经过。")


class NotificationsShape(Shape):
    """Notifications, the unread first, each part from the latest on."""

    items = many(NotificationShape)
    next = mark()
    unread = whole("How many are unread; 100 stands for any number above 99.", 3)
    newest = whole("Id of the latest unread one, 0 without one; to mark all as read up to it.", 12)


class NotificationsAsked(Page):
    """Which notifications."""

    unread = fields.Boolean(load_default=False, metadata={"description": "Only what is unread."})


class ReadGiven(Shape):
    """Up to where everything was read."""

    up_to = whole("Id of the latest one that was seen.", 12, validate=validate.Range(0, 2**62))


class ReadShape(Shape):
    """How many were marked as read."""

    read = whole("How many.", 3)


def _channels() -> fields.Dict:
    return fields.Dict(
        keys=fields.String(validate=validate.OneOf([str(group) for group in Group])),
        values=fields.List(fields.String(validate=validate.OneOf([str(one) for one in Channel]))),
        required=True,
        metadata={
            "description": "Group → `mail` and `phone`, as wanted; the page shows everything always. Groups "
            "left out in a request are told as is usual.",
            "examples": [{"urged": ["mail", "phone"], "answered": []}],
        },
    )


class PreferencesShape(Shape):
    """How a person wants to be told. Times are office time as `08:30`."""

    mail = Text(required=True, metadata={"description": "E-mail address; empty for none."})
    phone = Text(required=True, metadata={"description": "For the gateway of the office; empty for none."})
    language = text("`zh` or `en`.", "zh", validate=validate.OneOf(LANGUAGES))
    channels = _channels()
    digest = Text(required=True, metadata={"description": "When the daily digest is made; empty for none."})
    quiet_from = Text(required=True, metadata={"description": "From then on nothing is sent out; or empty."})
    quiet_until = Text(required=True, metadata={"description": "Until then; or empty."})


@operation(blueprint, "GET", "/notifications", name="listNotifications", refuses=(422,))
@blueprint.arguments(NotificationsAsked, location="query")
@blueprint.response(200, NotificationsShape)
def listed(asked: dict[str, Any]) -> dict[str, Any]:
    """Read what you were told."""
    user = me().user
    with reading(installation().engine) as connection:
        page = notifications_of(
            connection, user, after=asked["after"], size=asked["size"], unread_only=asked["unread"]
        )
        unread, newest = unread_count(connection, user), newest_unread(connection, user)
    return {
        "items": [_shown(one) for one in page.rows],
        "next": page.next,
        "unread": unread,
        "newest": newest,
    }


@operation(blueprint, "POST", "/notifications/<int:identifier>/read", name="readNotification", refuses=(404,))
@blueprint.response(200, NotificationShape)
def read(identifier: int) -> dict[str, Any]:
    """Mark one of yours as read."""
    with transaction(installation().engine) as connection:
        notification(connection, me().user, identifier)
        mark_read(connection, me().user, identifier, at=installation().clock.now())
        return _shown(notification(connection, me().user, identifier))


@operation(blueprint, "POST", "/notifications/read", name="readNotifications", refuses=(422,))
@blueprint.arguments(ReadGiven())
@blueprint.response(200, ReadShape)
def read_all(given: dict[str, Any]) -> dict[str, Any]:
    """Mark everything up to an id as read; what came later stays."""
    with transaction(installation().engine) as connection:
        count = mark_all_read(connection, me().user, up_to=given["up_to"], at=installation().clock.now())
    return {"read": count}


@operation(blueprint, "GET", "/notifications/settings", name="getNotificationSettings")
@blueprint.response(200, PreferencesShape)
def settings() -> dict[str, Any]:
    """Read how you want to be told."""
    with reading(installation().engine) as connection:
        return _chosen(preferences_of(connection, [me().user])[me().user])


@operation(blueprint, "PUT", "/notifications/settings", name="setNotificationSettings", refuses=(422,))
@blueprint.arguments(PreferencesShape())
@blueprint.response(200, PreferencesShape)
def set_settings(given: dict[str, Any]) -> dict[str, Any]:
    """Say how you want to be told."""
    chosen = {
        Group(group): frozenset(map(Channel, channels)) for group, channels in given["channels"].items()
    }
    wanted = Preferences(**{**given, "channels": chosen})
    keep(wanted)
    return _chosen(wanted)


def _chosen(wanted: Preferences) -> dict[str, Any]:
    names = ("mail", "phone", "language", "digest", "quiet_from", "quiet_until")
    return {
        **{name: getattr(wanted, name) for name in names},
        "channels": {
            str(group): [str(channel) for channel in Channel if wanted.chose(group, channel)]
            for group in Group
        },
    }


def _shown(one: Notification) -> dict[str, Any]:
    words = one.said(english=in_english())
    names = ("id", "what", "task", "on_behalf_of", "created_at", "read_at")
    return {
        **{name: getattr(one, name) for name in names},
        "group": str(group_of(one.what)),
        "subject": words.subject,
        "todo": words.text,
        "case": one.number or None,
        "page": target(one),
    }
