"""What waits for a person beside their boxes: how much of each, in one statement."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, func, literal, select

from workflows import passing
from workflows.boxes import MOST, Box, within_box
from workflows.cases import Actor, extension_requests
from workflows.notifications import board
from workflows.reading import asked_signatures, copies
from workflows.tables import tasks


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """Numbers for the tabs of the inbox, each counted as far as its list goes."""

    #: Tasks that colleagues hand over or have lent.
    passed: int
    to_sign: int
    #: Copies not marked as read, and notifications not read.
    copies: int
    notifications: int
    #: Applications for more time that wait for their decision.
    approvals: int
    #: What they have finished; ``MOST + 1`` for any number beyond.
    done: int


_DONE = select(literal(1).label("one")).select_from(tasks).where(*within_box(Box.DONE, "", after=False))
_PARTS: Final[dict[str, Any]] = {
    "passed": passing.COUNT,
    "to_sign": asked_signatures.COUNT,
    "copies": copies.COUNT,
    "notifications": board.COUNT,
    "approvals": extension_requests.COUNT,
    "done": select(func.count()).select_from(_DONE.limit(MOST + 1).subquery()),
}
_ALL: Final = select(*(part.scalar_subquery().label(name) for name, part in _PARTS.items()))


def waiting_for(connection: Connection, person: Actor) -> Waiting:
    """How much waits for a person. One statement, an index seek for each number."""
    asked = {
        "organisation": person.organisation,
        "me": person.user,
        "who": person.user,
        "people": [person.user, *person.lent],
        "most": MOST + 1,
    }
    return Waiting(**connection.execute(_ALL, asked).one()._mapping)
