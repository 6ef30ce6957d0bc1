"""Setting the clock of an installation, which only one created for training and rehearsals allows."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, func, select

from workflows.errors import WorkflowError
from workflows.stored_clock import KEY, set_stored_clock
from workflows.tables import cases, installation


class ClockNotControlled(WorkflowError):
    """This installation runs on real time; its clock cannot be set."""

    code = "clock-not-controlled"
    message_zh = "本系统按真实时间运行，不能调整时间。"


def is_controlled(connection: Connection) -> bool:
    """Whether this installation was created with a clock that is set by hand."""
    return (
        connection.execute(select(installation.c.key).where(installation.c.key == KEY)).one_or_none()
        is not None
    )


def create_controlled(connection: Connection, moment: datetime) -> None:
    """Give a new installation a controlled clock, standing at an aware moment.

    Raises ``ClockNotControlled`` where there are cases already: their deadlines are real.
    """
    if connection.execute(select(func.count()).select_from(cases)).scalar_one() and not is_controlled(
        connection
    ):
        raise ClockNotControlled()
    set_stored_clock(connection, moment)


def set_clock(connection: Connection, moment: datetime) -> None:
    """Move a controlled clock to an aware moment. Raises ``ClockNotControlled`` on real time."""
    if not is_controlled(connection):
        raise ClockNotControlled()
    set_stored_clock(connection, moment)
