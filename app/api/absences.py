"""Absences: who is away, where, and who stands in."""

from __future__ import annotations

from typing import Any

from marshmallow import fields, validate
from sqlalchemy import Connection

from app.api.describing import noun, operation
from app.api.repeating import KeyHeader, once
from app.api.shapes import Shape, Text, many, moment, text, texts, whole
from app.installation import installation
from app.signing_in import me
from app.whereabouts import Entry, enter, finish
from workflows.absences import Absence, absences_of
from workflows.database import reading, transaction
from workflows.whereabouts import those_entered_for

blueprint = noun("absences", "Who is away, and who stands in.")
Answer = tuple[dict[str, Any], int, dict[str, str]]


class AbsenceShape(Shape):
    """Somebody is away."""

    id = whole("Its number.", 7)
    user = text("User name.", "zhang.san")
    substitute = text("Who stands in; null when nobody does.", "li.si", allow_none=True)
    since = moment("When it begins.")
    until = moment("When it ends.")
    reason = text("Null to those who neither are away nor may enter it.", "errand", allow_none=True)
    whereabouts = text("Where the person can be found.", "某某市")


class EnteredAbsenceShape(Shape):
    """An absence that has just been entered, with what it leaves unattended."""

    id = whole("Its number.", 7)
    user = text("User name.", "zhang.san")
    substitute = text("Who stands in; null when nobody does.", "li.si", allow_none=True)
    empty_units = texts("Slugs of units in which nobody is on duty for a while.", ["window"])


class AbsencesShape(Shape):
    """Absences that are not over, the earliest first."""

    items = many(AbsenceShape)


class AbsenceGiven(Shape):
    """An absence to enter."""

    user = Text(load_default="", metadata={"description": "User name; you, when it is left out."})
    substitute = Text(
        load_default=None, allow_none=True, metadata={"description": "User name of who stands in."}
    )
    since = moment("When it begins.")
    until = moment("When it ends.")
    reason = text(
        "`leave`, `errand`, `training`, or a few words.", "errand", validate=validate.Length(max=200)
    )
    whereabouts = Text(
        load_default="",
        validate=validate.Length(max=200),
        metadata={"description": "Where the person can be found."},
    )


class EndedAbsenceShape(Shape):
    """An absence that was ended."""

    id = whole("Its number.", 7)
    ended = fields.Boolean(required=True, metadata={"description": "True."})


@operation(blueprint, "GET", "/absences", name="listAbsences")
@blueprint.response(200, AbsencesShape)
def listed() -> dict[str, Any]:
    """Read who is away now or will be, in your organisation."""
    now = installation().clock.now()
    with reading(installation().engine) as connection:
        found = absences_of(connection, me().organisation, from_=now)
        kept = {me().user, *(one.user for one in those_entered_for(connection, me(), at=now))}
    return {"items": [_absence(one, told=one.user in kept) for one in found]}


@operation(blueprint, "POST", "/absences", name="enterAbsence", refuses=(403, 404, 409, 422))
@blueprint.arguments(AbsenceGiven())
@blueprint.arguments(KeyHeader(), location="headers")
@blueprint.response(201, EnteredAbsenceShape)
def entered(given: dict[str, Any], header: dict[str, Any]) -> Answer:
    """Enter that you are away, or somebody whose unit you lead; process administrators enter everybody."""
    at = installation().clock.now()
    entry = Entry(**{**given, "user": given["user"] or me().user})

    def act(connection: Connection) -> dict[str, Any]:
        made = enter(connection, entry, at=at)
        facts = {name: getattr(made.absence, name) for name in ("id", "user", "substitute")}
        return {**facts, "empty_units": list(made.empty)}

    asked = {**given, "since": given["since"].isoformat(), "until": given["until"].isoformat()}
    with transaction(installation().engine) as connection:
        return once(connection, header["key"], asked, lambda: act(connection), status=201)


@operation(blueprint, "POST", "/absences/<int:number>/end", name="endAbsence", refuses=(403, 404))
@blueprint.arguments(KeyHeader(), location="headers")
@blueprint.response(200, EndedAbsenceShape)
def ended(header: dict[str, Any], number: int) -> Answer:
    """End an absence: the person is back, or does not go."""
    at = installation().clock.now()

    def act(connection: Connection) -> dict[str, Any]:
        finish(connection, number, at=at)
        return {"id": number, "ended": True}

    with transaction(installation().engine) as connection:
        return once(connection, header["key"], {}, lambda: act(connection), status=200)


def _absence(one: Absence, *, told: bool) -> dict[str, Any]:
    names = ("id", "user", "substitute", "whereabouts", "since", "until")
    return {**{name: getattr(one, name) for name in names}, "reason": one.reason if told else None}
