"""The inbox as a workbook: what is shown on the screen, with dates as dates and names as people know them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from typing import IO, Any, Final

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from app.inbox_columns import COLUMNS
from app.inbox_lines import Line
from app.limit_words import limit_of
from app.wording import Names
from workflows.clock import BEIJING

_WIDTHS: Final = {"title": 44, "regulation": 28, "candidates": 24, "step": 24}
_MOMENT: Final = "yyyy-mm-dd hh:mm"
_VALUES: Final[Mapping[str, Callable[[Line, Names], str | datetime | None]]] = {
    "limit": lambda line, names: limit_of(line.lamp, line.row, line.standing).text,
    "number": lambda line, names: line.row.case_number,
    "title": lambda line, names: line.row.title,
    "regulation": lambda line, names: line.row.regulation,
    "step": lambda line, names: line.row.name,
    "candidates": lambda line, names: names.keys(line.keys),
    "assignee": lambda line, names: names.person(line.row.assignee) if line.row.assignee else None,
    "arrived": lambda line, names: line.row.opened_at,
    "ended": lambda line, names: line.row.ended_at,
    "due": lambda line, names: line.row.due_at,
}


def write_table(
    target: IO[bytes],
    groups: Iterable[tuple[list[Line], Names]],
    *,
    columns: Iterable[str],
    heading: str,
    remark: Callable[[], str],
) -> None:
    """Write the lines, group by group as they are read; ``remark`` is asked at the end for a last line."""
    book = Workbook(write_only=True)
    sheet: Any = book.create_sheet(sheet_of(heading))
    names = tuple(columns)
    for position, name in enumerate(names, start=1):
        sheet.column_dimensions[get_column_letter(position)].width = _WIDTHS.get(name, 18)
    sheet.freeze_panes = "A2"
    sheet.append([cell(sheet, str(COLUMNS[name]), bold=True) for name in names])
    for lines, called in groups:
        for line in lines:
            sheet.append(list(_row(sheet, names, line, called)))
    if said := remark():
        sheet.append([cell(sheet, said)])
    book.save(target)


def _row(sheet: Any, columns: tuple[str, ...], line: Line, names: Names) -> Iterator[Any]:
    for name in columns:
        yield cell(sheet, _VALUES[name](line, names))


def sheet_of(heading: str) -> str:
    """The name of a sheet: spreadsheets allow so many characters."""
    return heading[:31]


def cell(sheet: Any, value: str | datetime | None, *, bold: bool = False) -> Any:
    """A cell that holds a moment in the time of the office, or a text that is never a formula."""
    if isinstance(value, datetime):
        # A spreadsheet knows no time zones: it is told the time of the office.
        made = WriteOnlyCell(sheet, value=value.astimezone(BEIJING).replace(tzinfo=None))
        made.number_format = _MOMENT
        return made
    made = WriteOnlyCell(sheet, value=None if value is None else ILLEGAL_CHARACTERS_RE.sub("", value))
    if value is not None:
        # Nothing somebody has written is a formula.
        made.data_type = "s"
    if bold:
        made.font = Font(bold=True)
    return made
