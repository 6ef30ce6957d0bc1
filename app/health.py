"""``/healthz``: whether this node answers, reaches its database, and has a living scheduler beside it."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from app.installation import installation
from workflows.clock import SystemClock
from workflows.database import reading
from workflows.tables import heartbeats

blueprint = Blueprint("health", __name__)

#: A scheduler looks every few seconds; one that has been silent for longer is taken for dead.
SILENCE = timedelta(seconds=60)


@blueprint.get("/healthz")
def healthz() -> ResponseReturnValue:
    """200 while pages can be served; ``scheduler`` tells whether clocks are being watched as well.

    ``heartbeat_age`` is the age in seconds of a scheduler's last sign of life, null when there is none.
    """
    try:
        with reading(installation().engine) as connection:
            latest = connection.execute(select(func.max(heartbeats.c.at))).scalar_one()
    except SQLAlchemyError:
        return jsonify(web="ok", database="unreachable", scheduler="unknown", heartbeat_age=None), 503
    # Wall clocks on both sides: a controlled clock says nothing about whether a process lives.
    age = None if latest is None else SystemClock().now() - latest
    return jsonify(
        web="ok",
        database="ok",
        scheduler="missing" if age is None else "ok" if age <= SILENCE else "silent",
        heartbeat_age=None if age is None else age.total_seconds(),
    )
