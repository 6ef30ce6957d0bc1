"""The working calendar: a year, what a notice would move, and the batches that change it."""

from __future__ import annotations

from typing import Any

from marshmallow import fields, validate

from app.api.describing import noun, operation
from app.api.shapes import Shape, Text, flag, many, moment, text, whole
from app.calendar_keeping import keeps_calendar
from app.calendar_view import special_days
from app.installation import installation
from app.signing_in import me
from workflows import calendar_batches
from workflows.calendar_batches import Batch, apply_change, batch_of
from workflows.calendar_content import NATIONAL
from workflows.calendar_notice import MAX_TEXT
from workflows.calendar_proposals import Proposal, preview, propose
from workflows.calendar_recounts import continue_batch, remaining
from workflows.calendar_store import read_content
from workflows.cases import NotPermitted
from workflows.database import reading, transaction
from workflows.reading.access import sees_everything

blueprint = noun("calendar", "The working calendar and its changes; deadlines move with it.")
#: Transactions of counting anew before the answer; the scheduler does the rest.
_AT_ONCE = 10


class CalendarDayShape(Shape):
    """A day that differs from the plain week."""

    day = text("In Asia/Shanghai.", "2027-02-11")
    workday = flag("Whether the office works.")
    kind = text("`holiday`, `makeup`, `local-rest` or `local-workday`.", "holiday")
    name = text("The feast, or what the office calls it.", "春节")
    provisional = flag("Whether a notice yet to come may change it.")


class CalendarYearShape(Shape):
    """A year of the calendar of your organisation."""

    year = whole("The year.", 2027)
    published = flag("Whether the State Council's notice is in the calendar.")
    notice = text("Its number; empty while it is not.", "国办发明电〔2026〕999号")
    version = text("Name of the calendar's whole content.", "0123456789ab")
    days = many(CalendarDayShape)


class ChangeToMake(Shape):
    """A change, as people paste it."""

    text = Text(
        required=True,
        validate=validate.Length(1, MAX_TEXT),
        metadata={
            "description": "JSON (`year`, `notice`, `days` of `date`, `type` `off` or `work`, `name`) or a "
            "table with a line for each day: date or range, type, name.",
            "examples": ["2027-01-01 off 元旦"],
        },
    )
    own = fields.Boolean(
        load_default=False,
        metadata={"description": "Days of your organisation alone; otherwise a notice for the country."},
    )
    year = fields.Integer(
        load_default=None, allow_none=True, metadata={"description": "Where the text does not say it."}
    )
    notice = Text(
        load_default="", metadata={"description": "Number of the notice where the text does not say it."}
    )


class ChangeToPreview(ChangeToMake):
    """A change to look at."""

    page = fields.Integer(
        load_default=1,
        validate=validate.Range(1),
        metadata={"description": "Page of moves, counted from 1."},
    )


class ChangeToApply(ChangeToMake):
    """A change to make, as it was previewed."""

    version = text("That of the preview.", "0123456789ab")
    note = text("Why, for the record.", "按通知导入")


class DeadlineMoveShape(Shape):
    """A deadline that would move."""

    case = text("Number of the case.", "office-2026-00001")
    clock = text("Name of the clock.", "reply")
    due_at = moment("When it is due now.")
    new_due_at = moment("When it would be due.")
    provisional = flag("Whether it would still be uncertain.")


class CalendarPreviewShape(Shape):
    """What a change would do."""

    version = text("Give it to make the change.", "0123456789ab")
    moved = whole("Deadlines of your organisation that would move.", 1204)
    settled = whole("Those that would only become certain or uncertain.", 300)
    elsewhere = whole("Deadlines of other organisations that would move.", 0)
    page = whole("This page.", 1)
    pages = whole("How many there are.", 25)
    items = many(DeadlineMoveShape)


class UndoingShape(Shape):
    """Why a change is taken back."""

    note = text("Why, for the record.", "文号有误")


class CalendarBatchShape(Shape):
    """A change of the calendar that was made."""

    id = whole("Its number.", 3)
    organisation = text("Empty for the national calendar.", "")
    at = moment("When it was made.")
    by = text("User name.", "zhao.liu")
    note = text("Why.", "按通知导入")
    status = text("`counting` while open deadlines are counted anew, then `done`.", "done")
    moved = whole("Deadlines that have moved.", 1204)
    settled = whole("Deadlines that only became certain or uncertain.", 300)
    remaining = whole("Cases still to be looked at.", 0)
    undoes = whole("The batch this one takes back.", 2, allow_none=True)
    undone_by = whole("The batch that took this one back.", 4, allow_none=True)


@operation(blueprint, "GET", "/calendar/<int:year>", name="getCalendarYear", refuses=(400,))
@blueprint.response(200, CalendarYearShape)
def shown(year: int) -> dict[str, Any]:
    """Read a year as it stands for your organisation."""
    with reading(installation().engine) as connection:
        content = read_content(connection, me().organisation)
    notices = {one.year: one.notice for one in content.years if one.published}
    return {
        "year": year,
        "published": year in notices,
        "notice": notices.get(year, ""),
        "version": content.version,
        "days": [
            {
                "day": day.isoformat(),
                "workday": reason.is_workday,
                "kind": str(reason.kind),
                "name": reason.name,
                "provisional": reason.provisional,
            }
            for day, reason in special_days(content.calendar, year)
        ],
    }


@operation(blueprint, "POST", "/calendar/preview", name="previewCalendar", refuses=(403, 409, 422))
@blueprint.arguments(ChangeToPreview)
@blueprint.response(200, CalendarPreviewShape)
def previewed(given: dict[str, Any]) -> dict[str, Any]:
    """Say which open deadlines a change would move; nothing is changed."""
    with reading(installation().engine) as connection:
        proposal = _proposal(connection, given)
        found = preview(
            connection,
            proposal.change,
            of=me().organisation,
            at=installation().clock.now(),
            page=given["page"],
        )
    return {
        "version": proposal.version,
        "moved": found.moved,
        "settled": found.settled,
        "elsewhere": found.elsewhere,
        "page": found.page,
        "pages": found.pages,
        "items": [
            {
                "case": move.row.case_number,
                "clock": move.row.name,
                "due_at": move.row.due_at,
                "new_due_at": move.change.due_at,
                "provisional": move.change.provisional,
            }
            for move in found.moves
        ],
    }


@operation(blueprint, "POST", "/calendar/batches", name="changeCalendar", refuses=(403, 409, 422))
@blueprint.arguments(ChangeToApply)
@blueprint.response(201, CalendarBatchShape)
def applied(given: dict[str, Any]) -> dict[str, Any]:
    """Change the calendar and count the open deadlines anew; a long count goes on after the answer."""
    with transaction(installation().engine) as connection:
        proposal = _proposal(connection, given)
        batch_id = apply_change(
            connection,
            proposal.change,
            version=given["version"],
            note=given["note"],
            by=me(),
            at=installation().clock.now(),
        )
    return _begun(batch_id)


@operation(
    blueprint, "GET", "/calendar/batches/<int:identifier>", name="getCalendarBatch", refuses=(403, 404)
)
@blueprint.response(200, CalendarBatchShape)
def batch(identifier: int) -> dict[str, Any]:
    """Read what a change did and how far the counting is; for auditors and those who keep the calendar."""
    with reading(installation().engine) as connection:
        if not (sees_everything(me()) or keeps_calendar(connection, NATIONAL)):
            raise NotPermitted(user=me().user)
        found = batch_of(connection, identifier, of=me())
        return _described(found, remaining(connection, found))


@operation(
    blueprint,
    "POST",
    "/calendar/batches/<int:identifier>/undo",
    name="undoCalendarBatch",
    refuses=(403, 404, 409, 422),
)
@blueprint.arguments(UndoingShape)
@blueprint.response(201, CalendarBatchShape)
def undone(given: dict[str, Any], identifier: int) -> dict[str, Any]:
    """Take a change back by a further one."""
    with transaction(installation().engine) as connection:
        at = installation().clock.now()
        if not any(keeps_calendar(connection, one) for one in (NATIONAL, me().organisation)):
            raise NotPermitted(user=me().user)
        made = calendar_batches.undo(connection, identifier, note=given["note"], by=me(), at=at)
    return _begun(made)


def _proposal(connection: Any, given: dict[str, Any]) -> Proposal:
    organisation = me().organisation if given["own"] else NATIONAL
    if not keeps_calendar(connection, organisation):
        raise NotPermitted(user=me().user)
    return propose(
        connection,
        given["text"],
        organisation=organisation,
        year=given["year"],
        number=given["notice"],
    )


def _begun(batch_id: int) -> dict[str, Any]:
    continue_batch(installation().engine, installation().clock, chunks=_AT_ONCE)
    with reading(installation().engine) as connection:
        found = batch_of(connection, batch_id, of=me())
        return _described(found, remaining(connection, found))


def _described(found: Batch, left: int) -> dict[str, Any]:
    return {
        "id": found.id,
        "organisation": found.organisation,
        "at": found.at,
        "by": found.by,
        "note": found.note,
        "status": str(found.status),
        "moved": found.moved,
        "settled": found.settled,
        "remaining": left,
        "undoes": found.undoes,
        "undone_by": found.undone_by,
    }
