"""What stands in the cells of a register: names instead of slugs and ids, dates as dates."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import Connection

from app.language import in_english
from app.wording import CITATION, cited, clock_length, moment, yes_no
from workflows.office import Office, names_of
from workflows.reading.law import Clause, clauses_of
from workflows.reading.registers import Column, Entry, Register

#: Characters of a text that a line of the table shows before it has to be unfolded.
SHORT: Final = 36
#: Characters of a text that is not broken.
ONE_LINE: Final = 12
_PERIOD: Final = re.compile(r"(\d+) (workday|day|month|minute)s?")
_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True, kw_only=True)
class Cell:
    """A value as people read it; ``kind`` (``number``, ``day``, ``short``, ``text`` or ``none``) says how it
    is set."""

    text: str
    kind: str

    @property
    def is_long(self) -> bool:
        """Whether a line of the table cannot show all of it."""
        return self.kind == "text" and len(self.text) > SHORT


@dataclass(frozen=True, kw_only=True)
class Reader:
    """What the values of some entries mean, looked up before they are shown."""

    office: Office
    people: Mapping[str, str]
    clauses: Mapping[str, Clause]

    def cell(self, entry: Entry, column: Column) -> Cell:
        """The value of an entry in one column."""
        value = entry.values.get(column.name)
        if value is None or value in ("", [], {}):
            return Cell(text="", kind="none")
        text = self._said(value, column)
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        is_day = _DAY.match(text) is not None and len(text) <= len("2026-01-01 00:00")
        kind = "number" if is_number else "day" if is_day else "short" if len(text) <= ONE_LINE else "text"
        return Cell(text=text, kind=kind)

    def _said(self, value: Any, column: Column) -> str:
        if isinstance(value, bool):
            return yes_no(value)
        if isinstance(value, list):
            return (", " if in_english() else "、").join(self._said(item, column) for item in value)
        if isinstance(value, dict):
            return "; ".join(f"{key} {self._said(item, column)}" for key, item in value.items())
        return self._named(value, column) if isinstance(value, str) else str(value)

    def _named(self, text: str, column: Column) -> str:
        if text in column.options:
            return column.options[text]
        if f"unit:{text}" in self.office.names:
            return self.office.called(f"unit:{text}", self.people, english=in_english())
        if text in self.people:
            return self.people[text]
        if (period := _PERIOD.fullmatch(text)) is not None:
            return clock_length(f"{period[2]}s", int(period[1]))
        return _as_moment(CITATION.sub(self._clause, text))

    def _clause(self, found: re.Match[str]) -> str:
        return cited(self.clauses[found[0]]) if found[0] in self.clauses else found[0]


def reader_of(connection: Connection, office: Office, register: Register, entries: list[Entry]) -> Reader:
    """What is needed to read these entries, in two statements."""
    names = {column.name for column in register.columns if not column.is_case}
    said = {text for entry in entries for text in _texts(entry.values.get(name) for name in names)}
    found = {citation for text in said for citation in CITATION.findall(text)}
    return Reader(
        office=office,
        people=names_of(connection, (text for text in said if text.isascii())),
        clauses={clause.id: clause for clause in clauses_of(connection, sorted(found))},
    )


def _texts(values: Iterable[Any]) -> Iterator[str]:
    for value in values:
        if isinstance(value, str):
            yield value
        elif isinstance(value, list):
            yield from _texts(value)
        elif isinstance(value, dict):
            yield from _texts(value.values())


def _as_moment(text: str) -> str:
    """A stored moment as date and time in Asia/Shanghai; any other text as it is."""
    if text[10:11] != "T":
        return text
    written, _, zone = text.partition("[")[0].partition("@")
    try:
        found = datetime.fromisoformat(written)
        if zone:
            found = found.replace(tzinfo=ZoneInfo(zone))
    except (ValueError, ZoneInfoNotFoundError):
        return text
    return moment(found) if found.tzinfo is not None else text
