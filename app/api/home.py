"""What a person finds first: counts that lead to lists, their month, and what their office asks of them."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from marshmallow import fields

from app.api.describing import noun, operation
from app.api.shapes import Shape, flag, many, moment, text, texts, whole
from app.installation import installation
from app.signing_in import me
from workflows.agenda import Agenda, agenda_of
from workflows.database import reading
from workflows.filters import Left
from workflows.month import Month
from workflows.office import office_of
from workflows.team import MemberTask, work_of
from workflows.upkeep import Upkeep

blueprint = noun("home", "What a person finds first. Counts stop at 99: 100 stands for any number above.")


class LampsShape(Shape):
    """Tasks by the time they have left, as `left` of the inbox's filter."""

    overdue = whole("Overdue.", 1)
    today = whole("Due today.", 0)
    soon = whole("At most one working day left.", 2)
    ample = whole("More than that.", 14)
    norm = whole("Under a norm of the office only.", 0)
    none = whole("Without any limit.", 3)


class MonthShape(Shape):
    """What you have completed since the first day of this month; of more than 999 tasks the latest."""

    first = fields.Date(required=True, metadata={"description": "First day of the month."})
    handled = whole("How many tasks; 1000 stands for any number above 999.", 31)
    with_limit = whole("How many of them had a legal period.", 20)
    in_time = whole("How many of these were done before it was over.", 19)
    usual_hours = fields.Float(
        required=True,
        allow_none=True,
        metadata={"description": "Hours from arrival to end: the median; null when there are none."},
    )


class LoadShape(Shape):
    """A member of a unit you lead."""

    user = text("User name.", "zhang.san")
    name = text("Name.", "张三")
    units = texts("Slugs of the units you lead and they belong to.", ["window"])
    open = whole("What they have claimed of the unit's work.", 12)
    overdue = whole("How much of it is overdue.", 1)
    away = flag("Whether they are away now.")


class ApprovalShape(Shape):
    """An application for more time that waits for your decision."""

    case = text("Number of the case.", "office-2026-00001")
    number = whole("Its number.", 3)


class StoppedShape(Shape):
    """A case with an open incident."""

    case = text("Number of the case.", "office-2026-00001")
    raised_at = moment("When.")


class UpkeepShape(Shape):
    """What waits for a process administrator."""

    incidents = whole("Open incidents.", 1)
    latest = many(StoppedShape)
    drafts = texts("Keys of regulations with a draft.", ["office.permit"])
    letters = whole("Letters that did not arrive, or that nobody tried for an hour.", 0)
    provisional_years = fields.List(
        fields.Integer(), required=True, metadata={"description": "Years without a notice about days off."}
    )


class EndedCaseShape(Shape):
    """A case that has ended."""

    number = text("Its number.", "office-2026-00001")
    title = text("Its title.", "许可（新办）")
    regulation = text("Name of the regulation.", "许可")
    status = text("`closed` or `cancelled`.", "closed")
    outcome = text("How it ended.", "准予", allow_none=True)
    closed_at = moment("When.")


class HomeShape(Shape):
    """Your first page; null is what does not concern you."""

    mine = fields.Nested(LampsShape, required=True, metadata={"description": "Your own open tasks, by lamp."})
    units = fields.Nested(
        LampsShape,
        required=True,
        allow_none=True,
        metadata={"description": "Those of your units; null when you have none."},
    )
    passed_to_me = whole("Tasks handed over or lent to you.", 1)
    passed_by_me = whole("Tasks you hand over or have lent.", 0)
    to_sign = whole("Tasks that wait for your signature.", 0)
    copies = whole("Copies you have not read.", 0)
    approvals = many(ApprovalShape)
    month = fields.Nested(MonthShape, required=True, metadata={"description": "What you did this month."})
    team = fields.List(fields.Nested(LoadShape), required=True)
    away = whole("How many of your organisation are away now.", 2)
    grounds = fields.Integer(
        required=True,
        allow_none=True,
        metadata={"description": "Grounds of accountability that wait to be verified."},
    )
    upkeep = fields.Nested(
        UpkeepShape,
        required=True,
        allow_none=True,
        metadata={"description": "What waits for a process administrator; null for anybody else."},
    )
    closed = fields.List(fields.Nested(EndedCaseShape), required=True, allow_none=True)


class LedTaskShape(Shape):
    """A task a member has claimed."""

    case = text("Number of the case.", "office-2026-00001")
    number = whole("Its number within the case.", 3)
    name = text("What it is called.", "审查")
    regulation = text("Name of the regulation.", "许可")
    title = text("Title of the case; empty to those who may not read it.", "许可（新办）")
    due_at = moment("When it is due.", allow_none=True)
    suspended = flag("Whether its clock stands still.")


class LedMemberShape(Shape):
    """A member of a unit you lead, with at most 50 tasks, the most urgent first."""

    user = text("User name.", "zhang.san")
    name = text("Name.", "张三")
    items = many(LedTaskShape)


@operation(blueprint, "GET", "/home", name="getHome")
@blueprint.response(200, HomeShape)
def shown() -> dict[str, Any]:
    """Read what needs you today, your units' lamps, your month, and what your office asks of you."""
    with reading(installation().engine) as connection:
        office = office_of(connection, me().organisation)
        return _told(agenda_of(connection, me(), office, at=installation().clock.now()))


@operation(blueprint, "GET", "/home/members/<user>", name="getMemberTasks", refuses=(404,))
@blueprint.response(200, LedMemberShape)
def member(user: str) -> dict[str, Any]:
    """List what a member of a unit you lead has claimed of its work."""
    with reading(installation().engine) as connection:
        name, found = work_of(connection, me(), user, at=installation().clock.now())
    return {"user": user, "name": name, "items": [_task(one) for one in found]}


def _told(agenda: Agenda) -> dict[str, Any]:
    names = ("passed_to_me", "passed_by_me", "to_sign", "copies", "away", "grounds")
    return {
        **{name: getattr(agenda, name) for name in names},
        "mine": {str(left): agenda.mine[left] for left in Left},
        "units": None if agenda.units is None else {str(left): agenda.units[left] for left in Left},
        "approvals": [{"case": case, "number": number} for case, number in agenda.approvals],
        "month": _month(agenda.month),
        "team": [{**asdict(one), "away": one.absence is not None} for one in agenda.team],
        "upkeep": None if agenda.upkeep is None else _upkeep(agenda.upkeep),
        "closed": None if agenda.closed is None else [asdict(case) for case in agenda.closed],
    }


def _month(month: Month) -> dict[str, Any]:
    names = ("first", "handled", "with_limit", "in_time")
    hours = None if month.usual is None else round(month.usual.total_seconds() / 3600, 2)
    return {**{name: getattr(month, name) for name in names}, "usual_hours": hours}


def _upkeep(found: Upkeep) -> dict[str, Any]:
    return {
        "incidents": found.incidents,
        "latest": [{"case": one.case_number, "raised_at": one.raised_at} for one in found.latest],
        "drafts": [draft.key for draft in found.drafts],
        "letters": found.letters,
        "provisional_years": list(found.provisional_years),
    }


def _task(one: MemberTask) -> dict[str, Any]:
    names = ("number", "name", "regulation", "title", "due_at", "suspended")
    return {**{name: getattr(one, name) for name in names}, "case": one.case_number}
