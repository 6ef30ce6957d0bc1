"""What a search found as a workbook: as on the page, with dates as dates."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import IO, TYPE_CHECKING, Any, Final

from openpyxl import Workbook
from openpyxl.utils import get_column_letter

from app.inbox_table import cell, sheet_of
from app.messages import gettext as _
from app.wording import Names, case_status, due_words
from workflows.search import Found

if TYPE_CHECKING:
    from app.search_pages import Line

_WIDTHS: Final = (20, 44, 28, 18, 18, 12, 18, 18, 30)


def write_hits(target: IO[bytes], groups: Iterable[tuple[list[Line], Names, Found]], *, most: int) -> None:
    """Write the hits, part by part as they are read; the last line says when there are more than ``most``."""
    book = Workbook(write_only=True)
    sheet: Any = book.create_sheet(sheet_of(_("搜索结果")))
    for position, width in enumerate(_WIDTHS, start=1):
        sheet.column_dimensions[get_column_letter(position)].width = width
    sheet.freeze_panes = "A2"
    sheet.append([cell(sheet, heading, bold=True) for heading in _headings()])
    last: Found | None = None
    for lines, names, found in groups:
        last = found
        for line in lines:
            sheet.append([cell(sheet, value) for value in _row(line, names)])
    if last is not None and last.next is not None:
        sheet.append([cell(sheet, _("后面还有案件没有导出。"))])
    book.save(target)


def _headings() -> tuple[str, ...]:
    return (
        _("案件编号"), _("标题"), _("事项"), _("状态"), _("时限"),
        _("现由谁负责"), _("立案时间"), _("办结时间"), _("我的任务"),
    )  # fmt: skip


def _row(line: Line, names: Names) -> Iterator[str | datetime | None]:
    case, reads = line.hit.case, line.hit.reads
    yield case.number
    yield case.title
    yield case.regulation
    yield case_status(case.status) if reads else None
    yield due_words(line.lamp) if line.lamp is not None else None
    yield names.person(case.answerable) if reads and case.status == "open" else None
    yield case.opened_at if reads else None
    yield case.closed_at if reads else None
    yield "、".join(task.name for task in line.mine) or None
