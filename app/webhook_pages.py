"""The gateway of an organisation 短信和政务微信接口: where, what, signed with which secret, and a try."""

from __future__ import annotations

import http.client

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.errors import status_of
from app.installation import installation
from app.language import said
from app.messages import gettext as _
from app.notification_pages import failures
from app.notification_words import GROUP_HINTS, GROUPS
from app.signing_in import me
from workflows.clock import SystemClock
from workflows.database import reading, transaction
from workflows.errors import WorkflowError
from workflows.notifications.posting import post_to
from workflows.notifications.preferences import preferences_of
from workflows.notifications.webhooks import (
    NoWebhook,
    UnusableWebhook,
    Webhook,
    change_secret,
    check_keeper,
    content,
    end_change,
    set_webhook,
    signed_headers,
    webhook_of,
)
from workflows.notifications.words import Group
from workflows.notifications.words import said as in_words

blueprint = Blueprint("webhook_pages", __name__, url_prefix="/notifications/webhook")


@blueprint.before_request
def only_for_keepers() -> None:
    """Process administrators keep it."""
    check_keeper(me())


@blueprint.get("")
def show() -> ResponseReturnValue:
    """What is set."""
    return _page()


@blueprint.post("")
def save() -> ResponseReturnValue:
    """Set it; the first time its secret is shown, once."""
    groups = [group for group in Group if f"group.{group}" in request.form]
    try:
        with transaction(installation().engine) as connection:
            fresh = webhook_of(connection, me().organisation) is None
            made = set_webhook(
                connection,
                url=request.form.get("url", ""),
                active="active" in request.form,
                groups=groups,
                by=me(),
                at=installation().clock.now(),
            )
    except UnusableWebhook as wrong:
        return _page(error=said(wrong)), status_of(wrong)
    if fresh:
        return _page(secret=made.secret)
    flash(_("接口设置已保存。"), "done")
    return redirect(url_for("webhook_pages.show"))


@blueprint.post("/secret")
def change() -> ResponseReturnValue:
    """Make a new secret and show it, once; until the change is ended both sign."""
    with transaction(installation().engine) as connection:
        made = change_secret(connection, by=me(), at=installation().clock.now())
    return _page(secret=made)


@blueprint.post("/secret/end")
def end() -> ResponseReturnValue:
    """The receiver has the new secret: the earlier one is worth nothing any more."""
    with transaction(installation().engine) as connection:
        end_change(connection, by=me(), at=installation().clock.now())
    flash(_("更换完成，旧密钥已作废。"), "done")
    return redirect(url_for("webhook_pages.show"))


@blueprint.post("/try")
def attempt() -> ResponseReturnValue:
    """Send a test message now and say how it was answered."""
    answer = try_webhook()
    if answer.error:
        flash(_("测试没有成功：%(why)s", why=answer.error), "error")
    else:
        flash(_("测试成功：接口答复 %(status)s。", status=answer.status), "done")
    return redirect(url_for("webhook_pages.show"))


class Tried:
    """How a webhook answered a test message; ``error`` in words, empty when it took it."""

    def __init__(self, status: int | None, error: str = "") -> None:
        self.status, self.error = status, error


def try_webhook() -> Tried:
    """Post a test message to the organisation's webhook. Raises ``NotPermitted``, ``NoWebhook``.

    Of the answer only its status is told: what an address within the network says is not for the page.
    """
    check_keeper(me())
    with reading(installation().engine) as connection:
        webhook = webhook_of(connection, me().organisation)
        phone = preferences_of(connection, [me().user])[me().user].phone
    if webhook is None:
        raise NoWebhook()
    try:
        return Tried(_sent(webhook, phone))
    except WorkflowError as refused:
        return Tried(refused.facts.get("status"), said(refused))
    except (OSError, http.client.HTTPException) as error:
        return Tried(None, _("没有连上（%(error)s）。", error=type(error).__name__))


def _sent(webhook: Webhook, phone: str) -> int:
    now = SystemClock().now()
    key = f"test-{me().user}-{int(now.timestamp())}"
    words = in_words("test", {})
    body = content(
        key,
        {
            "user": me().user,
            "what": "test",
            "group": Group.OTHER,
            "language": "zh",
            "subject": words.subject,
            "text": words.text,
            "link": "",
            "organisation": me().organisation,
        },
        phone,
    )
    headers = signed_headers(webhook, key, body, at=now)
    return post_to(webhook.url, body, headers, installation().settings.outlets.reach)


def _page(*, error: str = "", secret: str = "") -> str:
    with reading(installation().engine) as connection:
        webhook = webhook_of(connection, me().organisation)
        failed = failures(connection)
    return render_template(
        "webhook_pages/show.html",
        webhook=webhook,
        groups=GROUPS,
        hints=GROUP_HINTS,
        error=error,
        secret=secret,
        given=request.form,
        failed=failed,
    )
