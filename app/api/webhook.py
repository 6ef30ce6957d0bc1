"""The webhook of an organisation, for process administrators."""

from __future__ import annotations

from typing import Any

from marshmallow import fields, validate

from app.api.describing import noun, operation
from app.api.shapes import Shape, flag, text
from app.installation import installation
from app.signing_in import me
from app.webhook_pages import try_webhook
from workflows.database import reading, transaction
from workflows.notifications.webhooks import (
    NoWebhook,
    Webhook,
    change_secret,
    check_keeper,
    end_change,
    set_webhook,
    webhook_of,
)
from workflows.notifications.words import Group

blueprint = noun("webhook", "Where notifications go for text messages and the like; docs/notifications.md.")


def _groups() -> fields.List[Any]:
    return fields.List(
        fields.String(validate=validate.OneOf([str(group) for group in Group])),
        required=True,
        metadata={"description": "Groups of notifications it takes.", "examples": [["urged", "deadline"]]},
    )


class WebhookGiven(Shape):
    """Where notifications go."""

    url = text("An http or https address.", "https://gateway.example.invalid/sms")
    active = flag("Whether anything is sent there.")
    groups = _groups()


class WebhookShape(Shape):
    """Where notifications go, and whether its secret is being changed."""

    url = text("An http or https address.", "https://gateway.example.invalid/sms")
    active = flag("Whether anything is sent there.")
    groups = _groups()
    changing = flag("Whether an earlier secret still signs besides the present one.")
    secret = text(
        "`whsec_` and base64; only in the answer that made it, otherwise null.",
        "whsec_ZXhhbXBsZQ==",
        allow_none=True,
    )


class TriedShape(Shape):
    """How a test message was answered."""

    taken = flag("Whether the answer was 2xx.")
    status = fields.Integer(
        required=True,
        allow_none=True,
        metadata={"description": "Status of the answer; null without one.", "examples": [204]},
    )
    error = text("In words; empty when it was taken.", "")


@operation(blueprint, "GET", "/notifications/webhook", name="getWebhook", refuses=(403, 404))
@blueprint.response(200, WebhookShape)
def shown() -> dict[str, Any]:
    """Read where notifications of your organisation go."""
    check_keeper(me())
    with reading(installation().engine) as connection:
        return _shown(webhook_of(connection, me().organisation))


@operation(blueprint, "PUT", "/notifications/webhook", name="setWebhook", refuses=(403, 422))
@blueprint.arguments(WebhookGiven())
@blueprint.response(200, WebhookShape)
def changed(given: dict[str, Any]) -> dict[str, Any]:
    """Set where they go; the first time a secret is made, and told in this answer only."""
    check_keeper(me())
    groups = [Group(one) for one in given["groups"]]
    with transaction(installation().engine) as connection:
        fresh = webhook_of(connection, me().organisation) is None
        made = set_webhook(
            connection,
            url=given["url"],
            active=given["active"],
            groups=groups,
            by=me(),
            at=installation().clock.now(),
        )
    return _shown(made, secret=made.secret if fresh else None)


@operation(blueprint, "POST", "/notifications/webhook/secret", name="changeWebhookSecret", refuses=(403, 404))
@blueprint.response(200, WebhookShape)
def secret_changed() -> dict[str, Any]:
    """Make a new secret, told in this answer only. Until the change is ended both sign."""
    with transaction(installation().engine) as connection:
        made = change_secret(connection, by=me(), at=installation().clock.now())
        return _shown(webhook_of(connection, me().organisation), secret=made)


@operation(
    blueprint, "POST", "/notifications/webhook/secret/end", name="endWebhookSecretChange", refuses=(403, 404)
)
@blueprint.response(200, WebhookShape)
def change_ended() -> dict[str, Any]:
    """End the change of secrets: the earlier one signs no more."""
    with transaction(installation().engine) as connection:
        end_change(connection, by=me(), at=installation().clock.now())
        return _shown(webhook_of(connection, me().organisation))


@operation(blueprint, "POST", "/notifications/webhook/try", name="tryWebhook", refuses=(403, 404))
@blueprint.response(200, TriedShape)
def tried() -> dict[str, Any]:
    """Send a test message now."""
    answer = try_webhook()
    return {"taken": not answer.error, "status": answer.status, "error": answer.error}


def _shown(webhook: Webhook | None, *, secret: str | None = None) -> dict[str, Any]:
    if webhook is None:
        raise NoWebhook()
    return {
        "url": webhook.url,
        "active": webhook.active,
        "groups": sorted(map(str, webhook.groups)),
        "changing": webhook.earlier_secret is not None,
        "secret": secret,
    }
