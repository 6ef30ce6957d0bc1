"""The clock of a training installation: read, and set forward."""

from __future__ import annotations

from typing import Any

from app import clock_page
from app.api.describing import noun, operation
from app.api.shapes import Shape, moment, whole
from app.installation import installation
from workflows.database import reading
from workflows.timers import next_due

blueprint = noun("clock", "The time of an installation made for training, rehearsal or tests; 404 elsewhere.")
blueprint.before_request(clock_page.only_in_training)


class TimeShape(Shape):
    """What time it is."""

    now = moment("The time of this installation.")
    next_due = moment("When the next timer is due.", allow_none=True)


class TimeToSet(Shape):
    """The time to set."""

    now = moment("Not before the present time of this installation.")


class TimeSetShape(TimeShape):
    """What time it is now, and what that set off."""

    fired = whole("Timers that were due and have fired.", 1)


@operation(blueprint, "GET", "/clock", name="getClock", refuses=(403, 404))
@blueprint.response(200, TimeShape)
def shown() -> dict[str, Any]:
    """Read the clock; for process administrators."""
    return _time()


@operation(blueprint, "PUT", "/clock", name="setClock", refuses=(400, 403, 404, 422))
@blueprint.arguments(TimeToSet)
@blueprint.response(200, TimeSetShape)
def moved(given: dict[str, Any]) -> dict[str, Any]:
    """Set the clock forward and fire every timer that has become due; for process administrators."""
    fired = clock_page.move_to(given["now"])
    return {**_time(), "fired": fired}


def _time() -> dict[str, Any]:
    with reading(installation().engine) as connection:
        return {"now": installation().clock.now(), "next_due": next_due(connection)}
