"""Visits as a workbook: what the list shows, with dates as dates and names masked."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import IO, Any, Final

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from app.counter_pages import decision_words
from app.messages import gettext as _
from app.messages import lazy_gettext
from app.wording import Names
from workflows.clock import BEIJING
from workflows.visits.visit import Visit

_MOMENT: Final = "yyyy-mm-dd hh:mm"
_WIDTHS: Final = {"what": 48, "said": 48, "to": 36}
_HEADINGS: Final[Mapping[str, Any]] = {
    "number": lazy_gettext("编号"),
    "at": lazy_gettext("时间"),
    "name": lazy_gettext("来访人"),
    "phone": lazy_gettext("联系电话"),
    "what": lazy_gettext("要办什么"),
    "decision": lazy_gettext("怎么办"),
    "to": lazy_gettext("去处"),
    "said": lazy_gettext("答复或告知的内容"),
    "case": lazy_gettext("案件"),
    "by": lazy_gettext("首问责任人"),
    "void": lazy_gettext("作废"),
}
_VALUES: Final[Mapping[str, Callable[[Visit, Names], str | datetime | None]]] = {
    "number": lambda visit, names: visit.number,
    "at": lambda visit, names: visit.at,
    "name": lambda visit, names: visit.name,
    "phone": lambda visit, names: visit.phone,
    "what": lambda visit, names: visit.what,
    "decision": lambda visit, names: decision_words(visit.decision),
    "to": lambda visit, names: destination(visit, names),
    "said": lambda visit, names: visit.said,
    "case": lambda visit, names: visit.case,
    "by": lambda visit, names: names.person(visit.by),
    "void": lambda visit, names: visit.void_reason,
}


def destination(visit: Visit, names: Names) -> str:
    """Where a visitor was sent, in one line; empty for whoever was served here."""
    where = names.key(f"unit:{visit.unit}") if visit.unit else visit.body
    return " ".join(text for text in (where, visit.receiver, visit.place, visit.contact) if text)


def write_table(target: IO[bytes], visits: Iterable[Visit], names: Names, *, cut_off: bool) -> None:
    """Write the visits; ``cut_off`` says in a last line that there are more."""
    book = Workbook(write_only=True)
    sheet: Any = book.create_sheet(_("来访登记")[:31])
    for position, name in enumerate(_HEADINGS, start=1):
        sheet.column_dimensions[get_column_letter(position)].width = _WIDTHS.get(name, 18)
    sheet.freeze_panes = "A2"
    sheet.append([_cell(sheet, str(heading), bold=True) for heading in _HEADINGS.values()])
    for visit in visits:
        sheet.append([_cell(sheet, _VALUES[name](visit, names)) for name in _HEADINGS])
    if cut_off:
        sheet.append([_cell(sheet, _("后面还有来访没有导出。"))])
    book.save(target)


def _cell(sheet: Any, value: str | datetime | None, *, bold: bool = False) -> Any:
    if isinstance(value, datetime):
        # A spreadsheet knows no time zones: it is told the time of the office.
        cell = WriteOnlyCell(sheet, value=value.astimezone(BEIJING).replace(tzinfo=None))
        cell.number_format = _MOMENT
        return cell
    cell = WriteOnlyCell(sheet, value=ILLEGAL_CHARACTERS_RE.sub("", value) if value else None)
    if value:
        # Nothing a visitor has said is a formula.
        cell.data_type = "s"
    if bold:
        cell.font = Font(bold=True)
    return cell
