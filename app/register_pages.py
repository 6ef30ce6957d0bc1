"""The registers of an office: read page by page, printed, and taken along as a table."""

from __future__ import annotations

import csv
import io
from datetime import datetime
from typing import Any, Final

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy import Connection

from app.installation import installation
from app.language import in_english
from app.messages import gettext as _
from app.signing_in import me
from app.wording import moment, yes_no
from workflows.database import reading
from workflows.office import Office, office_of
from workflows.reading.registers import Entry, Register, entries, register_for, registers_for, years_of

blueprint = Blueprint("register_pages", __name__, url_prefix="/registers")

PAGE_SIZE: Final = 25
#: What fits into one printed copy or one table; what is left out is said.
AT_ONCE: Final = 5000
#: What a spreadsheet would take for the beginning of a formula.
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


@blueprint.get("")
def choose() -> ResponseReturnValue:
    """The registers this person may read."""
    with reading(installation().engine) as connection:
        office = _office(connection)
        found = registers_for(connection, me(), office, at=installation().clock.now())
    return render_template("register_pages/choose.html", registers=found, name_of=name_of)


@blueprint.get("/<slug>")
def show(slug: str) -> ResponseReturnValue:
    """A page of entries, the newest first."""
    year, text = _year(), _text()
    before = request.args.get("before", type=int)
    with reading(installation().engine) as connection:
        register = _register(connection, slug)
        found = entries(
            connection, register, of=me(), year=year, text=text, before=before, most=PAGE_SIZE + 1
        )
        years = years_of(connection, register, organisation=me().organisation)
    page, more = found[:PAGE_SIZE], len(found) > PAGE_SIZE
    return render_template(
        "register_pages/show.html",
        register=register,
        name_of=name_of,
        entries=page,
        following=page[-1].id if more else None,
        before=before,
        years=years,
        year=year,
        text=text,
        cell=cell,
    )


@blueprint.get("/<slug>/print")
def printed(slug: str) -> ResponseReturnValue:
    """All entries that were asked for, as a document."""
    register, found, left_out = _everything(slug)
    with reading(installation().engine) as connection:
        office = _office(connection)
    facts = {"register": register, "entries": found, "left_out": left_out, "year": _year(), "text": _text()}
    return render_template("register_pages/print.html", office=office, name_of=name_of, cell=cell, **facts)


@blueprint.get("/<slug>/table.csv")
def table(slug: str) -> ResponseReturnValue:
    """All entries that were asked for, for a spreadsheet; no cell of it is a formula."""
    register, found, _left_out = _everything(slug)
    written = io.StringIO()
    writer = csv.writer(written)
    heading = [_("编号"), *(label for _name, label in register.columns), _("登记于"), _("案件编号")]
    writer.writerow([harmless(text) for text in heading])
    for entry in found:
        values = [cell(entry.values.get(name)) for name, _label in register.columns]
        row = [entry.number, *values, moment(entry.entered_at), entry.case_number]
        writer.writerow([harmless(text) for text in row])
    # Spreadsheets know UTF-8 by its mark.
    answer = Response("\ufeff" + written.getvalue(), mimetype="text/csv")
    answer.headers["Content-Disposition"] = f'attachment; filename="{register.slug}.csv"'
    answer.headers["Cache-Control"] = "no-store"
    return answer


def name_of(register: Register) -> str:
    """What a register is called in the language of the request."""
    return register.name_en if in_english() else register.name


def cell(value: Any) -> str:
    """A value as people read it in a table."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return yes_no(value)
    if isinstance(value, list):
        return (", " if in_english() else "、").join(cell(item) for item in value)
    if isinstance(value, dict):
        return "; ".join(f"{key} {cell(item)}" for key, item in value.items())
    return _as_moment(value) if isinstance(value, str) else str(value)


def harmless(text: str) -> str:
    """A cell that no spreadsheet computes."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def _as_moment(text: str) -> str:
    """A stored moment as date and time in Asia/Shanghai; any other text as it is."""
    if len(text) < len("2026-01-01T00:00+00:00") or text[10:11] != "T":
        return text
    try:
        found = datetime.fromisoformat(text.partition("[")[0].partition("@")[0])
    except ValueError:
        return text
    return moment(found) if found.tzinfo is not None else text


def _office(connection: Connection) -> Office:
    return office_of(connection, me().organisation)


def _register(connection: Connection, slug: str) -> Register:
    return register_for(connection, slug, me(), _office(connection), at=installation().clock.now())


def _everything(slug: str) -> tuple[Register, list[Entry], bool]:
    with reading(installation().engine) as connection:
        register = _register(connection, slug)
        found = entries(connection, register, of=me(), year=_year(), text=_text(), most=AT_ONCE + 1)
    return register, found[:AT_ONCE], len(found) > AT_ONCE


def _year() -> int | None:
    year = request.args.get("year", type=int)
    return year if year is not None and 1990 <= year <= 2200 else None


def _text() -> str:
    return request.args.get("q", "").strip()[:60]
