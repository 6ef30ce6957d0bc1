"""The edge: one command in one transaction; when the case stops on it, an incident in the next."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import OperationalError

from workflows.cases import incidents
from workflows.database import transaction
from workflows.errors import CaseStops

T = TypeVar("T")

#: What PostgreSQL says when it sacrificed this transaction to another: deadlock, serialization failure.
SACRIFICED = frozenset({"40P01", "40001"})
ATTEMPTS = 3


def perform(
    engine: Engine,
    act: Callable[[Connection], T],
    *,
    case_id: int,
    command: Mapping[str, Any],
    at: datetime,
) -> T:
    """Carry out ``act`` and commit. If the case stops, nothing of it remains but an incident.

    ``command`` is what ``incidents.described`` gives: enough to try it again. Re-raises the ``CaseStops``,
    with the incident's id among its facts. A command the database sacrificed to another is tried again.
    """
    try:
        return _attempt(engine, act)
    except CaseStops as error:
        with transaction(engine) as connection:
            error.facts["incident"] = incidents.record(
                connection, error, case_id=case_id, command=command, at=at
            )
        raise


def _attempt(engine: Engine, act: Callable[[Connection], T]) -> T:
    for _ in range(ATTEMPTS - 1):
        try:
            with transaction(engine) as connection:
                return act(connection)
        except OperationalError as error:
            if getattr(error.orig, "sqlstate", None) not in SACRIFICED:
                raise
    with transaction(engine) as connection:
        return act(connection)
