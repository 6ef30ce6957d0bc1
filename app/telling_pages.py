"""How I want to be told 通知设置: channels, addresses, the daily digest, quiet hours."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.errors import status_of
from app.installation import installation
from app.language import said
from app.messages import gettext as _
from app.notification_pages import failures
from app.notification_words import GROUP_HINTS, GROUPS
from app.signing_in import me
from workflows.database import reading, transaction
from workflows.notifications.digests import plan_digest
from workflows.notifications.preferences import (
    Channel,
    Preferences,
    UnusablePreferences,
    keep_preferences,
    preferences_of,
)
from workflows.notifications.webhooks import webhook_of
from workflows.notifications.words import Group

blueprint = Blueprint("telling_pages", __name__, url_prefix="/notifications/settings")


@blueprint.get("")
def show() -> ResponseReturnValue:
    """My settings."""
    with reading(installation().engine) as connection:
        wanted = preferences_of(connection, [me().user])[me().user]
    return _page(wanted)


@blueprint.post("")
def save() -> ResponseReturnValue:
    """Keep them; another time for the digest counts from the next one on."""
    wanted = _asked(request.form)
    try:
        keep(wanted)
    except UnusablePreferences as wrong:
        return _page(wanted, error=said(wrong)), status_of(wrong)
    flash(_("通知设置已保存。"), "done")
    return redirect(url_for("telling_pages.show"))


def keep(wanted: Preferences) -> None:
    """Keep the settings of the person of this request. Raises ``UnusablePreferences``."""
    with transaction(installation().engine) as connection:
        keep_preferences(connection, me().user, wanted)
        plan_digest(connection, me().user, me().organisation, after=installation().clock.now())


def _asked(form: Mapping[str, str]) -> Preferences:
    return Preferences(
        mail=form.get("mail", "").strip(),
        phone=form.get("phone", "").strip(),
        language=form.get("language", "zh"),
        channels={
            group: frozenset(channel for channel in Channel if f"{group}.{channel}" in form)
            for group in Group
        },
        digest=form.get("digest", "").strip() if form.get("with_digest") else "",
        quiet_from=form.get("quiet_from", "").strip() if form.get("with_quiet") else "",
        quiet_until=form.get("quiet_until", "").strip() if form.get("with_quiet") else "",
    )


def _page(wanted: Preferences, *, error: str = "") -> str:
    with reading(installation().engine) as connection:
        webhook = webhook_of(connection, me().organisation)
        failed = failures(connection)
    return render_template(
        "notification_pages/settings.html",
        wanted=wanted,
        error=error,
        groups=GROUPS,
        hints=GROUP_HINTS,
        channels=Channel,
        mail_works=installation().settings.outlets.server is not None,
        phone_works=webhook is not None and webhook.active,
        failed=failed,
    )
