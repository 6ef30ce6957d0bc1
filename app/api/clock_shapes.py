"""Shapes of requests and answers about legal periods."""

from __future__ import annotations

from marshmallow import fields, validate

from app.api.shapes import Shape, flag, many, moment, text, texts, values, whole
from workflows.ladders import BASES


class ClockPartShape(Shape):
    """So much of a period."""

    unit = text("`workdays`, `days`, `months` or `minutes`.", "workdays")
    n = whole("How many; minutes are counted in microseconds.", 3)


class ClockDayShape(Shape):
    """A day of a period."""

    day = text("The day, in Asia/Shanghai.", "2026-09-22")
    marks = texts(
        "`start`, `counted`, `skipped`, `passed`, `suspended`, `halted`, `resumed`, `rolled`, `last`.",
        ["counted", "last"],
    )
    n = whole("Which day of the period it is; null for one that is not counted.", 2, allow_none=True)
    kind = text("`workday`, `weekend`, `holiday` or `makeup`.", "workday")
    holiday = text("Name of the feast, or empty.", "中秋节")
    why = text("Why it stood still, or empty.", "听证")


class ClockHeldShape(Shape):
    """A task that was open in a span."""

    task = whole("Its number within the case.", 3)
    name = text("Its name.", "审查")
    candidates = texts("For whom it is.", ["unit:window"])
    person = text("User name of who did it or has claimed it.", "li.si", allow_none=True)
    started_at = moment("From when it was open in this span.")
    ended_at = moment("Until when; null while it is.", allow_none=True)


class ClockSpanShape(Shape):
    """A stretch of the life of a period."""

    kind = text("`running` or `suspended`.", "suspended")
    whose = text("Whose time it is: `office`, `applicant` or `third-party`.", "third-party")
    started_at = moment("When it began.")
    ended_at = moment("When it ended.", allow_none=True)
    reason = text("Why, or empty.", "听证")
    details = values("What is on record of it.", {"document": "听证通知书", "place": "某某会议室"})
    held = many(ClockHeldShape)


class ClockExtensionShape(Shape):
    """More time that was granted."""

    granted_at = moment("When.")
    limit = text("A period on top, or a new end in ISO 8601.", "5 workdays")
    reason = text("Why.", "案情复杂")
    approved_by = text("User name of who granted it.", "wang.wu", allow_none=True)
    asked_by = text("User name of who applied for it.", "li.si", allow_none=True)


class ClockRequestShape(Shape):
    """An application for more time."""

    id = whole("Its id.", 4)
    limit = text("What is asked for.", "5 workdays")
    reason = text("Why.", "案情复杂")
    asked_at = moment("When.")
    asked_by = text("User name.", "li.si")
    approver = text("User name of who is asked.", "wang.wu")
    status = text("`asked`, `granted` or `refused`.", "asked")
    decided_at = moment("When it was decided.", allow_none=True)
    decided_by = text("User name.", "wang.wu", allow_none=True)
    decision = text("What was said, or empty.", "同意")


class ClockProofShape(Shape):
    """A legal period and its proof: every day from the one on which it began to its last."""

    number = whole("Its number within the case.", 2)
    key = text("Name the diagram calls it by.", "decide")
    name = text("What people call it.", "办理期限")
    provision = text("Ids of the clauses it rests on, parted by spaces.", "office.permit.3")
    unit = text("`workdays`, `days`, `months`, `minutes` or `moment`.", "workdays")
    amount = whole("How many of the unit.", 2)
    basis = text("`statutory`, `promised`, `ordered`, `pledged`, `agreed` or `set`.", "statutory")
    anchored_at = moment("From when it is counted.")
    due_at = moment("When it ends; null while it stands still.", allow_none=True)
    last_day = text("Its last day; null while it stands still.", "2026-09-23", allow_none=True)
    rolled_from = text("The rest day on which it would have ended.", "2026-09-20", allow_none=True)
    provisional = flag("Whether it rests on a year whose holidays are not gazetted yet.")
    calendar_version = text("Version of the calendar it was counted on.", "0f3a5c7d9e1b")
    stopped_at = moment("When it was stopped.", allow_none=True)
    state = text("`running`, `overdue`, `suspended`, `met`, `breached` or `superseded`.", "running")
    agrees = flag("Whether counting it again gives the due moment on record.")
    whole = flag("False where the days end before the period does.")
    left = many(ClockPartShape)
    days = many(ClockDayShape)
    spans = many(ClockSpanShape)
    extensions = many(ClockExtensionShape)
    requests = many(ClockRequestShape)
    succession = fields.List(
        fields.Integer(),
        required=True,
        metadata={
            "description": "Numbers of the clocks that took each other's place.",
            "examples": [[2, -5]],
        },
    )


class SuspensionToOpen(Shape):
    """A special procedure that opens."""

    procedure = text("One of the organisation's special procedures.", "hearing")
    clocks = fields.List(
        fields.String(),
        load_default=list,
        metadata={"description": "Names of the clocks; empty: all that run.", "examples": [["decide"]]},
    )
    document = text("Name of the document it rests on.", "听证通知书")
    document_number = text("Its number.", "某听〔2026〕1号", load_default="")
    place = text("Where.", "某某会议室", load_default="")
    time = text("When it takes place.", "2026-09-28 09:00", load_default="")
    expected = text("How long it may take.", "10 workdays", load_default="")


class SuspensionToClose(Shape):
    """A special procedure that is over."""

    clocks = fields.List(
        fields.String(),
        load_default=list,
        metadata={"description": "Names of the clocks; empty: all that stand still.", "examples": [[]]},
    )
    reason = text("Stays in the history.", "听证结束")


class ExtensionToAsk(Shape):
    """More time that is applied for."""

    limit = text("A period on top, or a new last day or moment.", "5 workdays")
    reason = text("Stays in the history.", "案情复杂")
    approver = text("User name of who is asked.", "wang.wu")


class ExtensionToGrant(Shape):
    """The grant of what somebody else has applied for."""

    request = whole("Id of the application.", 4)
    decision = text("What is said about it.", "同意", load_default="")


class ExtensionToRefuse(Shape):
    """The refusal of what somebody else has applied for."""

    request = whole("Id of the application.", 4)
    reason = text("Stays in the history.", "可以按期办结")


class LimitToSet(Shape):
    """Another limit in the place of a clock."""

    limit = text("A period from now, or a last day or moment.", "3 workdays")
    reason = text("Who ordered it, and on which document.", "某领导批示")
    basis = fields.String(
        load_default="ordered",
        validate=validate.OneOf(BASES),
        metadata={"description": "Where the limit comes from."},
    )


class ClockChangeShape(Shape):
    """A change of a clock."""

    clock = text("Name the diagram calls it by.", "decide")
    number = whole("Its number within the case.", 2)
    # Texts already: an answer that is given again comes as it was kept.
    at = text("From when.", "2026-09-21T02:00:00+00:00")
    due_at = text(
        "When it is due now; null while it stands still.", "2026-09-28T09:00:00+00:00", allow_none=True
    )
    provisional = flag("Whether that rests on a year whose holidays are not gazetted yet.")


class ClockChangesShape(Shape):
    """Changes of clocks."""

    items = many(ClockChangeShape)


class ExtensionAskedShape(Shape):
    """An application that waits for its decision."""

    request = whole("Its id.", 4)


class ExtensionRefusedShape(ExtensionAskedShape):
    """An application that was refused."""
