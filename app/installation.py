"""What one running installation consists of: its settings, its database and its clock."""

from __future__ import annotations

from dataclasses import dataclass

from flask import current_app
from sqlalchemy import Engine

from app.settings import Settings
from workflows.clock import Clock, SystemClock
from workflows.database import connect
from workflows.stored_clock import StoredClock

#: Key under which the application keeps its installation.
EXTENSION = "guicheng"


@dataclass(frozen=True, kw_only=True)
class Installation:
    """Everything a request needs that is not in the request."""

    settings: Settings
    engine: Engine
    #: The office's time; what a request takes for now.
    clock: Clock

    @classmethod
    def of(cls, settings: Settings) -> Installation:
        """Open the database the settings name; nothing is read from it yet."""
        engine = connect(settings.database)
        clock: Clock = StoredClock(engine) if settings.controlled_clock else SystemClock()
        return cls(settings=settings, engine=engine, clock=clock)


def installation() -> Installation:
    """The installation of the application that handles this request or command."""
    found = current_app.extensions[EXTENSION]
    assert isinstance(found, Installation)
    return found
