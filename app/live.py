"""What a page that is left open asks for again and again, and the permits it shows to be answered.

A page is made for somebody who may read it; the permit it carries says so for the number of the last event of
its case, and for nothing else. What that event was is asked for again, with all questions of permission.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from flask import Flask, current_app
from flask_login import current_user
from itsdangerous import BadSignature, URLSafeSerializer
from sqlalchemy import Connection

from app.signing_in import me
from workflows.boxes import Box
from workflows.pulse import Beat, beats, latest_events


@dataclass(frozen=True, kw_only=True)
class Pulse:
    """The boxes of a person, and how far the cases of open pages have come."""

    boxes: Mapping[Box, Beat]
    #: Permit → number of the last event.
    cases: Mapping[str, int]


def attach(app: Flask) -> None:
    """Put permits where templates find them."""
    app.jinja_env.globals.update(watch_permit=permit)


def permit(case_id: int) -> str:
    """What a page shows to hear of the next event of its case; good for this person alone."""
    return str(_permits().dumps(case_id))


def pulse(connection: Connection, permits: Collection[str]) -> Pulse:
    """What has come of one's boxes and of the cases of one's pages; permits of others are passed over."""
    wanted = {one: case_id for one in permits if (case_id := _case_of(one)) is not None}
    latest = latest_events(connection, wanted.values())
    return Pulse(
        boxes=beats(connection, me()),
        cases={one: latest[case_id] for one, case_id in wanted.items() if case_id in latest},
    )


def _case_of(shown: str) -> int | None:
    try:
        found = _permits().loads(shown)
    except BadSignature:
        return None
    return found if isinstance(found, int) else None


def _permits() -> URLSafeSerializer:
    assert current_user.is_authenticated
    return URLSafeSerializer(current_app.config["SECRET_KEY"], salt=f"watch:{me().user}")
