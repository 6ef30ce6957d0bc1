"""The registers of an office: read page by page, printed, and taken along as a table."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from typing import Final

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy import Connection

from app.installation import installation
from app.language import in_english
from app.messages import gettext as _
from app.register_cells import Reader, reader_of
from app.signing_in import me
from app.wording import moment
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
        reader = reader_of(connection, _office(connection), register, found)
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
        reader=reader,
    )


@blueprint.get("/<slug>/print")
def printed(slug: str) -> ResponseReturnValue:
    """All entries that were asked for, as a document."""
    asked = _everything(slug)
    return render_template(
        "register_pages/print.html",
        register=asked.register,
        entries=asked.entries,
        reader=asked.reader,
        left_out=asked.left_out,
        office=asked.reader.office,
        name_of=name_of,
        year=_year(),
        text=_text(),
    )


@blueprint.get("/<slug>/table.csv")
def table(slug: str) -> ResponseReturnValue:
    """All entries that were asked for, for a spreadsheet; no cell of it is a formula."""
    asked = _everything(slug)
    register = asked.register
    written = io.StringIO()
    writer = csv.writer(written)
    heading = [_("编号"), *(column.label for column in register.columns), _("登记于"), _("案件编号")]
    writer.writerow([harmless(text) for text in heading])
    for entry in asked.entries:
        values = [asked.reader.cell(entry, column).text for column in register.columns]
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


def harmless(text: str) -> str:
    """A cell that no spreadsheet computes."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def _office(connection: Connection) -> Office:
    return office_of(connection, me().organisation)


def _register(connection: Connection, slug: str) -> Register:
    return register_for(connection, slug, me(), _office(connection), at=installation().clock.now())


@dataclass(frozen=True, kw_only=True)
class _Asked:
    """All entries that were asked for, and what reads them."""

    register: Register
    entries: list[Entry]
    reader: Reader
    left_out: bool


def _everything(slug: str) -> _Asked:
    with reading(installation().engine) as connection:
        register = _register(connection, slug)
        found = entries(connection, register, of=me(), year=_year(), text=_text(), most=AT_ONCE + 1)
        reader = reader_of(connection, _office(connection), register, found)
    return _Asked(register=register, entries=found[:AT_ONCE], reader=reader, left_out=len(found) > AT_ONCE)


def _year() -> int | None:
    year = request.args.get("year", type=int)
    return year if year is not None and 1990 <= year <= 2200 else None


def _text() -> str:
    return request.args.get("q", "").strip()[:60]
