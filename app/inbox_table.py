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
from app.messages import gettext as _
from app.wording import Names, due_words
from workflows.clock import BEIJING

_WIDTHS: Final = {"title": 44, "regulation": 28, "candidates": 24, "step": 24}
_MOMENT: Final = "yyyy-mm-dd hh:mm"
_VALUES: Final[Mapping[str, Callable[[Line, Names], str | datetime | None]]] = {
    "limit": lambda line, names: limit_words(line),
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


def limit_words(line: Line) -> str:
    """What is left of the time, in words."""
    if line.row.suspended:
        return _("已中止")
    if line.row.due_at is None and line.row.norm_at is not None:
        return _("内部时限")
    return due_words(line.lamp)


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
    sheet: Any = book.create_sheet(heading[:31])
    names = tuple(columns)
    for position, name in enumerate(names, start=1):
        sheet.column_dimensions[get_column_letter(position)].width = _WIDTHS.get(name, 18)
    sheet.freeze_panes = "A2"
    sheet.append([_cell(sheet, str(COLUMNS[name]), bold=True) for name in names])
    for lines, called in groups:
        for line in lines:
            sheet.append(list(_row(sheet, names, line, called)))
    if said := remark():
        sheet.append([_cell(sheet, said)])
    book.save(target)


def _row(sheet: Any, columns: tuple[str, ...], line: Line, names: Names) -> Iterator[Any]:
    for name in columns:
        yield _cell(sheet, _VALUES[name](line, names))


def _cell(sheet: Any, value: str | datetime | None, *, bold: bool = False) -> Any:
    if isinstance(value, datetime):
        # A spreadsheet knows no time zones: it is told the time of the office.
        cell = WriteOnlyCell(sheet, value=value.astimezone(BEIJING).replace(tzinfo=None))
        cell.number_format = _MOMENT
        return cell
    cell = WriteOnlyCell(sheet, value=None if value is None else ILLEGAL_CHARACTERS_RE.sub("", value))
    if value is not None:
        # Nothing somebody has written is a formula.
        cell.data_type = "s"
    if bold:
        cell.font = Font(bold=True)
    return cell
