"""Numbers of cases: which case a number people quote means."""

from __future__ import annotations

from typing import Final, NamedTuple

from sqlalchemy import Engine, bindparam, select

from workflows.cases.open_case import NoSuchCase
from workflows.database import glance, place_of
from workflows.tables import cases


class Numbered(NamedTuple):
    """The case a number stands for, and whose it is."""

    id: int
    organisation: str


_BY_NUMBER = select(cases.c.id, cases.c.organisation).where(cases.c.number == bindparam("number"))
#: A number is given once and never again, so what was found stays true.
_KEPT: Final = 20_000
_found: dict[tuple[str, str], Numbered] = {}


def numbered(engine: Engine, number: str) -> Numbered:
    """The case of that number; says nothing about who may see it. Raises ``NoSuchCase``."""
    place = (place_of(engine), number)
    known = _found.get(place)
    if known is None:
        with glance(engine) as connection:
            row = connection.execute(_BY_NUMBER, {"number": number}).one_or_none()
        if row is None:
            raise NoSuchCase(case=number)
        if len(_found) >= _KEPT:
            _found.clear()
        known = _found[place] = Numbered(int(row.id), row.organisation)
    return known


def forget() -> None:
    """Drop what is remembered, for a database that was emptied or restored from a copy."""
    _found.clear()
