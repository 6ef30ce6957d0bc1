"""People who leave, and what they leave behind."""

from __future__ import annotations

from typing import Any

from marshmallow import fields, validate

from app.api.describing import noun, operation
from app.api.shapes import Shape, Text, flag, many, moment, text, texts, whole
from app.installation import installation
from app.leaving import enter_departure, only_administrators, stay
from app.signing_in import me
from workflows.database import reading
from workflows.departures import Departure, NotLeaving, departure_of, departures_of, open_work
from workflows.directory import colleague

blueprint = noun("departures", "People who leave, and to whom their work goes.")
blueprint.before_request(only_administrators)


class ChoiceShape(Shape):
    """To whom a single task goes."""

    case_id = whole("Id of the case, as the open work names it.", 12)
    number = whole("Number of the task.", 3)
    successor = text("User name; null: back to those it is for.", "wang.wu", allow_none=True)


class DepartureShape(Shape):
    """Somebody leaves."""

    user = text("User name.", "zhang.san")
    last_day = fields.Date(
        required=True, metadata={"description": "The last day.", "examples": ["2026-09-30"]}
    )
    due_at = moment("From when the work is handed on.")
    successor = text("Who takes over; null: back to those it is for.", "li.si", allow_none=True)
    handed = whole("How many cases have been handed on so far.", 0)
    choices = many(ChoiceShape)


class DeparturesShape(Shape):
    """Those about to leave, the first to go first."""

    items = many(DepartureShape)


class DepartureGiven(Shape):
    """The last day, and to whom the work goes."""

    last_day = fields.Date(
        required=True,
        metadata={"description": "The last day; one in the past: at once.", "examples": ["2026-09-30"]},
    )
    successor = Text(
        load_default=None,
        allow_none=True,
        metadata={"description": "User name of who takes over; null: back to those it is for."},
    )
    choices = fields.List(
        fields.Nested(ChoiceShape()),
        load_default=list,
        validate=validate.Length(max=1000),
        metadata={"description": "Tasks of which something else is said."},
    )


class HeldTaskShape(Shape):
    """An open task with which somebody has something to do."""

    case_id = whole("Id of the case.", 12)
    case_number = text("Number of the case.", "t-2026-00001")
    number = whole("Number of the task.", 3)
    name = text("For people.", "审查")
    part = text("`held`, `borrowed`, `lent` or `offered`.", "held")


class OpenWorkShape(Shape):
    """What somebody would leave behind now; the most urgent tasks and first cases by name."""

    tasks = many(HeldTaskShape)
    task_count = whole("How many tasks there are.", 1)
    cases = texts("Numbers of cases they answer for without a task in them.", ["t-2026-00002"])
    case_count = whole("How many of these there are.", 1)
    stands_in_for = texts("User names of those they stand in for, now or later.", ["li.si"])
    shared_queues = texts("Names of the queues they share.", ["急件"])
    signatures = whole("How many signatures are asked of them.", 0)


class StayingShape(Shape):
    """Somebody stays, after all."""

    user = text("User name.", "zhang.san")
    stays = flag("True.")


@operation(blueprint, "GET", "/departures", name="listDepartures", refuses=(403,))
@blueprint.response(200, DeparturesShape)
def listed() -> dict[str, Any]:
    """Read who is about to leave, or has left and whose work is being handed on."""
    with reading(installation().engine) as connection:
        return {"items": [_departure(one) for one in departures_of(connection, me().organisation)]}


@operation(blueprint, "GET", "/people/<user>/departure", name="getDeparture", refuses=(403, 404))
@blueprint.response(200, DepartureShape)
def read(user: str) -> dict[str, Any]:
    """Read when a colleague leaves. 404 also once everything is handed on."""
    with reading(installation().engine) as connection:
        colleague(connection, user, of=me())
        found = departure_of(connection, user)
    if found is None:
        raise NotLeaving(user=user)
    return _departure(found)


@operation(blueprint, "GET", "/people/<user>/open-work", name="getOpenWork", refuses=(403, 404))
@blueprint.response(200, OpenWorkShape)
def work(user: str) -> dict[str, Any]:
    """Read what a colleague would leave behind now."""
    with reading(installation().engine) as connection:
        colleague(connection, user, of=me())
        found = open_work(connection, user, at=installation().clock.now())
    held = HeldTaskShape._declared_fields
    return {
        "tasks": [{name: getattr(one, name) for name in held} for one in found.tasks],
        "task_count": found.task_count,
        "cases": [number for _, number, _ in found.cases],
        "case_count": found.case_count,
        "stands_in_for": [one for one, _, _ in found.stands_in],
        "shared_queues": list(found.queues),
        "signatures": found.signatures,
    }


@operation(blueprint, "PUT", "/people/<user>/departure", name="enterDeparture", refuses=(403, 404, 409, 422))
@blueprint.arguments(DepartureGiven())
@blueprint.response(200, DepartureShape)
def entered(given: dict[str, Any], user: str) -> dict[str, Any]:
    """Enter that a colleague leaves, in place of what was entered before; said again it changes nothing."""
    choices = {(one["case_id"], one["number"]): one["successor"] for one in given["choices"]}
    made = enter_departure(user, last_day=given["last_day"], successor=given["successor"], choices=choices)
    return _departure(made)


@operation(blueprint, "DELETE", "/people/<user>/departure", name="callOffDeparture", refuses=(403, 404))
@blueprint.response(200, StayingShape)
def called_off(user: str) -> dict[str, Any]:
    """A colleague stays, after all; possible until the last day is over."""
    stay(user)
    return {"user": user, "stays": True}


def _departure(one: Departure) -> dict[str, Any]:
    names = ("user", "last_day", "due_at", "successor", "handed")
    choices = [
        {"case_id": case, "number": number, "successor": to}
        for (case, number), to in sorted(one.choices.items())
    ]
    return {**{name: getattr(one, name) for name in names}, "choices": choices}
