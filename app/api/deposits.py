"""What a case leaves behind: notices issued, entries in registers."""

from __future__ import annotations

from typing import Any

from app.api.describing import noun, operation
from app.api.looking import readable
from app.api.shapes import Shape, many, moment, text, values, whole
from app.case_view import readable_case
from app.installation import installation
from workflows.database import reading
from workflows.reading.case_file import entries_of, notices_of

blueprint = noun("deposits", "Notices a case has issued, and its entries in registers.")


class NoticeShape(Shape):
    """A document on record as issued."""

    id = whole("Its id.", 1)
    notice = text("Name of the template.", "accepted")
    number = text("Number of the document.", "〔2026〕1号")
    title = text("Its title.", "受理通知书")
    issued_at = moment("When it was issued.")
    event = whole("Number of the event that issued it.", 3)


class NoticesShape(Shape):
    """Notices, in the order of issue."""

    items = many(NoticeShape)


class EntryShape(Shape):
    """An entry in a register."""

    register = text("Name of the register.", "ledger")
    number = text("Number of the entry.", "2026-1")
    entered_at = moment("When it was made.")
    values = values("Column → value; identities as you may see them.", {"名称": "某某餐饮店"})


class EntriesShape(Shape):
    """Entries, in order."""

    items = many(EntryShape)


@operation(blueprint, "GET", "/cases/<case_number>/notices", name="listNotices", refuses=(403, 404))
@blueprint.response(200, NoticesShape)
def notices(case_number: str) -> dict[str, Any]:
    """List the notices a case has issued."""
    with reading(installation().engine) as connection:
        found = notices_of(connection, readable(connection, case_number).id)
    names = ("id", "notice", "number", "title", "issued_at")
    return {"items": [{**{name: getattr(one, name) for name in names}, "event": one.seq} for one in found]}


@operation(blueprint, "GET", "/cases/<case_number>/entries", name="listEntries", refuses=(403, 404))
@blueprint.response(200, EntriesShape)
def entries(case_number: str) -> dict[str, Any]:
    """List the entries a case has in registers."""
    with reading(installation().engine) as connection:
        view = readable_case(connection, case_number)
        found = entries_of(connection, view.case.id)
        return {
            "items": [
                {
                    "register": one.register,
                    "number": one.number,
                    "entered_at": one.entered_at,
                    "values": view.shown(connection, dict(one.values)),
                }
                for one in found
            ]
        }
