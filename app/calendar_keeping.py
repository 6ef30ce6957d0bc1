"""Which calendars the person who is signed in keeps, for pages and programs alike."""

from __future__ import annotations

from sqlalchemy import Connection

from app.installation import installation
from app.signing_in import me
from workflows.calendar_batches import may_change


def keeps_calendar(connection: Connection, organisation: str) -> bool:
    """Whether they may change the calendar of an organisation, or the national one, today."""
    return may_change(connection, me(), organisation, at=installation().clock.now())
