"""A change of the calendar before it is made: what a pasted text comes to, and what it would move."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from workflows.calendar_change import CalendarChange, local_change, national_change
from workflows.calendar_checks import remarks
from workflows.calendar_content import NATIONAL
from workflows.calendar_moves import Move, Recount
from workflows.calendar_notice import Fault, read_notice
from workflows.calendar_store import read_content

PAGE_SIZE: Final = 50


@dataclass(frozen=True, kw_only=True)
class Proposal:
    """A change that is possible, with the version of the calendar it was worked out on."""

    change: CalendarChange
    version: str
    #: What is unusual about it.
    remarks: tuple[Fault, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Preview:
    """What a change would do to open deadlines; ``moves`` are one page of those of one organisation."""

    moves: tuple[Move, ...]
    #: Deadlines of the organisation that move, and those that only become certain or uncertain.
    moved: int
    settled: int
    #: Deadlines of other organisations that move.
    elsewhere: int
    #: Counted from 1.
    page: int
    pages: int


def propose(
    connection: Connection, text: str, *, organisation: str, year: int | None = None, number: str = ""
) -> Proposal:
    """What a pasted text changes about the national calendar, or about the days of one organisation.

    Raises ``UnusableNotice``, ``NothingChanges``.
    """
    content = read_content(connection, organisation)
    notice = read_notice(text, year=year, number=number)
    if organisation != NATIONAL:
        return Proposal(change=local_change(notice, content, organisation), version=content.version)
    change = national_change(notice, content)
    return Proposal(change=change, version=content.version, remarks=tuple(remarks(notice)))


def preview(
    connection: Connection, change: CalendarChange, *, of: str, at: datetime, page: int = 1
) -> Preview:
    """Count what would move, and show one page of what moves in the organisation ``of``."""
    recount = Recount(connection, change, at=at, applied=False)
    first = (max(1, page) - 1) * PAGE_SIZE
    moved = settled = elsewhere = 0
    shown = []
    for move in recount.moves(connection, recount.candidates(connection), at=at):
        if move.row.organisation != of:
            elsewhere += move.moves
        elif not move.moves:
            settled += 1
        else:
            if first <= moved < first + PAGE_SIZE:
                shown.append(move)
            moved += 1
    return Preview(
        moves=tuple(shown),
        moved=moved,
        settled=settled,
        elsewhere=elsewhere,
        page=max(1, page),
        pages=max(1, -(-moved // PAGE_SIZE)),
    )
