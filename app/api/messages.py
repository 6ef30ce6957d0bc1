"""Messages a case waits for that people may send: what can begin beside its tasks."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection

from app.answering import files_named
from app.api.describing import noun, operation
from app.api.repeating import KeyHeader, once
from app.api.shapes import Shape, many, text, values, whole
from app.case_view import readable_case
from app.installation import installation
from app.sending import awaited
from app.signing_in import me
from workflows import cases
from workflows.attachments import file_under, usable_files
from workflows.cases.incidents import described
from workflows.database import reading
from workflows.reading.sendable import Sendable, sendables_of

blueprint = noun("messages", "What a case waits for and people may send: it begins beside the open tasks.")


class SendableShape(Shape):
    """A message you may send to a case now."""

    number = whole("Its number; another each time the case begins to wait for it.", 7)
    name = text("What people call it.", "特别程序")
    message = text("Name of the message.", "supplement-asked")
    element = text("Id of the event that waits for it.", "procedure")
    form = values("form-js schema of what it asks.", {"components": []}, allow_none=True)


class SendablesShape(Shape):
    """The messages you may send, by name."""

    items = many(SendableShape)


class Sending(Shape):
    """What a message brings."""

    data = values("The form, filled in.", {"reason": "听证"}, load_default=dict)


class SentShape(Shape):
    """What sending a message led to."""

    case = text("Number of the case.", "office-2026-00001")
    next_task = whole("The task it opened to you, if there is one.", 8, allow_none=True)


@operation(blueprint, "GET", "/cases/<case_number>/messages", name="listMessages", refuses=(403, 404))
@blueprint.response(200, SendablesShape)
def listed(case_number: str) -> dict[str, Any]:
    """List the messages the case waits for that you may send."""
    with reading(installation().engine) as connection:
        view = readable_case(connection, case_number)
        found = sendables_of(connection, view.case.id, by=me(), at=view.now)
    return {"items": [_shown(one) for one in found]}


def _shown(one: Sendable) -> dict[str, Any]:
    names = ("number", "name", "message")
    return {**{name: getattr(one, name) for name in names}, "element": one.element.id, "form": one.schema}


@operation(
    blueprint,
    "POST",
    "/cases/<case_number>/messages/<int:number>",
    name="sendMessage",
    refuses=(403, 404, 409, 422),
)
@blueprint.arguments(Sending)
@blueprint.arguments(KeyHeader, location="headers")
@blueprint.response(200, SentShape)
def sent(
    given: dict[str, Any], header: dict[str, Any], case_number: str, number: int
) -> tuple[dict[str, Any], int, dict[str, str]]:
    """Send a message the case waits for. May be sent again under an `Idempotency-Key`."""
    by, at, data = me(), installation().clock.now(), given["data"]
    with reading(installation().engine) as connection:
        view = readable_case(connection, case_number)
        found = sendables_of(connection, view.case.id, by=by, at=at)
    case, one = view.case, next((one for one in found if one.number == number), None)

    def act(connection: Connection) -> tuple[dict[str, Any], int, dict[str, str]]:
        return once(
            connection,
            header["key"],
            given,
            lambda: _send(connection, case_number, number, data),
            status=200,
        )

    wanted = {"message": one.message, "key": one.key} if one is not None else {"message": "", "key": None}
    command = described("deliver", by, case.organisation, data=data, **wanted)
    return cases.perform(installation().engine, act, case_id=case.id, command=command, at=at)


def _send(connection: Connection, case_number: str, number: int, data: dict[str, Any]) -> dict[str, Any]:
    by, at, named = me(), installation().clock.now(), files_named(data)
    view = readable_case(connection, case_number)
    one = awaited(connection, view, number)
    usable = usable_files(connection, case_id=view.case.id, user=by.user) if named else {}
    opened = cases.deliver_message(
        connection,
        case_id=view.case.id,
        message=one.message,
        data=data,
        key=one.key,
        by=by,
        at=at,
        attachments=usable.keys(),
    )
    file_under(connection, case_id=view.case.id, ids=named & usable.keys(), user=by.user)
    return {"case": case_number, "next_task": opened[0] if opened else None}
