"""The tabs of the inbox: how much waits behind each of them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection

from app.signing_in import me
from workflows.boxes import Box
from workflows.pulse import beats
from workflows.waiting import waiting_for


def tabs_of(connection: Connection) -> dict[str, Any]:
    """The figures beside the boxes, as ``tabs``, and that of the bell."""
    waiting = waiting_for(connection, me())
    return {"tabs": waiting, "notified": waiting.notifications}


def boxes_of(connection: Connection) -> dict[str, Any]:
    """All figures: also how many tasks lie in each box, and the marks by which a page learns of a change."""
    shown, now = tabs_of(connection), beats(connection, me())
    counts = {box: beat.count for box, beat in now.items()} | {Box.DONE: shown["tabs"].done}
    return {**shown, "counts": counts, "marks": {box: beat.mark for box, beat in now.items()}}
