"""``/healthz``: whether this node answers, reaches its database, and has a living scheduler beside it."""

from __future__ import annotations

from datetime import datetime, timedelta

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from app.installation import installation
from workflows.clock import SystemClock
from workflows.database import reading
from workflows.tables import heartbeats

blueprint = Blueprint("health", __name__)

#: A scheduler that has been silent for longer is taken for dead.
SILENCE = timedelta(seconds=90)


@blueprint.get("/healthz")
def healthz() -> ResponseReturnValue:
    """200 while pages can be served; ``scheduler`` tells whether clocks are being watched as well."""
    try:
        with reading(installation().engine) as connection:
            latest = connection.execute(select(func.max(heartbeats.c.at))).scalar_one()
    except SQLAlchemyError:
        return jsonify(web="ok", database="unreachable", scheduler="unknown"), 503
    return jsonify(web="ok", database="ok", scheduler=_scheduler(latest))


def _scheduler(latest: datetime | None) -> str:
    if latest is None:
        return "missing"
    # Wall clocks on both sides: a controlled clock says nothing about whether a process lives.
    return "ok" if SystemClock().now() - latest <= SILENCE else "silent"
