"""Grounds of accountability: proposed by a period that ran out, verified or dismissed by a person."""

from __future__ import annotations

from typing import Any

from marshmallow import fields, validate

from app.api.describing import noun, operation
from app.api.shapes import Shape, Text, flag, many, moment, text, texts, whole
from app.installation import installation
from app.signing_in import me
from workflows import cases
from workflows.cases.grounds import PROPOSED
from workflows.database import reading, transaction
from workflows.office import office_of
from workflows.reading.grounds import GroundLine, decided, ground_of, proposed

blueprint = noun("grounds", "Grounds of accountability, which count only once a person has verified them.")


class GroundShape(Shape):
    """A ground."""

    id = whole("Its id.", 1)
    case = text("Number of the case.", "office-2026-00001")
    clock = text("What people call the period that ran out; empty for a list told twice.", "办理期限")
    due_at = moment("When it ended; for a list told twice, when it was told again.")
    provision = text("Id of the clause it cites.", "office.permit.3")
    responsible = texts("Keys of those who had the work.", ["person:zhang.san"])
    proposed_at = moment("When it was proposed.")
    status = text("`proposed`, `verified` or `dismissed`.", "proposed")
    decided_at = moment("When it was decided.", allow_none=True)
    decided_by = text("User name.", "zhao.liu", allow_none=True)
    reason = text("Why; empty while it is proposed.", "")
    decidable = flag("Whether the caller may decide.")


class GroundsShape(Shape):
    """Grounds: proposed ones the oldest first, decided ones the latest first; at most 100."""

    items = many(GroundShape)


class GroundsAsked(Shape):
    """Which grounds."""

    status = fields.String(
        load_default=PROPOSED,
        validate=validate.OneOf((PROPOSED, "decided")),
        metadata={"description": "`proposed`, or `decided` for those that were verified or dismissed."},
    )
    before = fields.Integer(
        load_default=None, metadata={"description": "Of decided ones: those with a smaller id."}
    )


class DecisionToTake(Shape):
    """Why."""

    reason = Text(
        required=True, metadata={"description": "Stays in the history.", "examples": ["经核查，确系拖延"]}
    )


@operation(blueprint, "GET", "/grounds", name="listGrounds", refuses=(403, 422))
@blueprint.arguments(GroundsAsked, location="query")
@blueprint.response(200, GroundsShape)
def listed(asked: dict[str, Any]) -> dict[str, Any]:
    """List grounds; for those who decide on them, auditors and process administrators."""
    with reading(installation().engine) as connection:
        office = office_of(connection, me().organisation)
        if asked["status"] == PROPOSED:
            found = proposed(connection, me(), office)
        else:
            found = decided(connection, me(), office, before=asked["before"])
    return {"items": [_shown(line) for line in found]}


@operation(
    blueprint,
    "POST",
    "/grounds/<int:identifier>/verify",
    name="verifyGround",
    refuses=(403, 404, 409, 422),
)
@blueprint.arguments(DecisionToTake)
@blueprint.response(200, GroundShape)
def verified(given: dict[str, Any], identifier: int) -> dict[str, Any]:
    """Verify a proposed ground: it goes on record and counts; never on one's own work."""
    return _decided(cases.verify_ground, identifier, given["reason"])


@operation(
    blueprint,
    "POST",
    "/grounds/<int:identifier>/dismiss",
    name="dismissGround",
    refuses=(403, 404, 409, 422),
)
@blueprint.arguments(DecisionToTake)
@blueprint.response(200, GroundShape)
def dismissed(given: dict[str, Any], identifier: int) -> dict[str, Any]:
    """Dismiss a proposed ground; never on one's own work."""
    return _decided(cases.dismiss_ground, identifier, given["reason"])


def _decided(act: Any, identifier: int, reason: str) -> dict[str, Any]:
    _one(identifier)
    with transaction(installation().engine) as connection:
        act(connection, ground=identifier, reason=reason, by=me(), at=installation().clock.now())
    return _shown(_one(identifier))


def _one(identifier: int) -> GroundLine:
    with reading(installation().engine) as connection:
        return ground_of(connection, me(), office_of(connection, me().organisation), identifier)


def _shown(line: GroundLine) -> dict[str, Any]:
    names = ("id", "clock", "due_at", "proposed_at", "status", "decided_at", "decided_by", "reason")
    return {
        **{name: getattr(line, name) for name in names},
        "case": line.case_number,
        "provision": line.ground,
        "responsible": list(line.responsible),
        "decidable": line.decidable,
    }
