"""What only a process administrator does to a case: correct its data, or cancel it; each with a reason."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Any

import orjson
from sqlalchemy import Connection

from workflows.cases.actor import Actor, NotPermitted
from workflows.cases.firing import fire_due
from workflows.cases.identities import conceal, identity_paths, secret_of, store
from workflows.cases.open_case import OpenCase, open_case
from workflows.cases.saving import save
from workflows.engine import stepping
from workflows.engine.scopes import CASE
from workflows.errors import WorkflowError

#: The role that may do this in every organisation.
PROCESS_ADMIN = "process-admin"


class ReasonMissing(WorkflowError):
    """A change by hand needs a reason."""

    code = "reason-missing"
    message_zh = "请写明理由。"


def check_reason(reason: str) -> None:
    """Raise ``ReasonMissing`` unless something is given as a reason."""
    if not reason.strip():
        raise ReasonMissing()


class ValuesUnusable(WorkflowError):
    """Data must be JSON values under names."""

    code = "values-unusable"
    message_zh = "数据格式不正确。"


def set_data(
    connection: Connection,
    *,
    case_id: int,
    values: Mapping[str, Any],
    reason: str,
    by: Actor,
    at: datetime,
) -> None:
    """Set values in the scope of the case, identities apart.

    Raises ``NotPermitted``, ``ReasonMissing``, ``ValuesUnusable``.
    """
    try:
        clean = orjson.loads(orjson.dumps(dict(values)))
    except (TypeError, orjson.JSONEncodeError) as error:
        raise ValuesUnusable(reason=str(error)) from error
    case = _administered(connection, case_id, reason=reason, by=by, at=at)
    organisation = case.facts.organisation
    clean, concealed = conceal(clean, _identities(case), partial(secret_of, connection, organisation))
    turn = case.turn("corrected", at=at, by=by, command={"data": clean, "reason": reason.strip()})
    workflow = case.workflow(turn)
    case.scopes.write(CASE, clean)
    stepping.look_again(workflow)
    case.finish(turn)
    save(case)
    store(connection, case_id, concealed)


def _identities(case: OpenCase) -> frozenset[str]:
    """What is an identity in any form of the case is one in a change by hand as well."""
    schemas = (schema for part in case.version.resources.values() for schema in part.schemas.values())
    return frozenset().union(*(identity_paths(schema) for schema in schemas))


def cancel_case(connection: Connection, *, case_id: int, reason: str, by: Actor, at: datetime) -> None:
    """Stop a case where it stands. Raises ``NotPermitted``, ``ReasonMissing``, ``CaseEnded``."""
    case = _administered(connection, case_id, reason=reason, by=by, at=at)
    turn = case.turn("cancelled", at=at, by=by, command={"reason": reason.strip()})
    stepping.cancel(case.workflow(turn))
    case.finish(turn)
    save(case, status="cancelled")


def _administered(connection: Connection, case_id: int, *, reason: str, by: Actor, at: datetime) -> OpenCase:
    check_reason(reason)
    case = open_case(connection, case_id)
    if by.organisation != case.facts.organisation or not by.has_role(PROCESS_ADMIN):
        raise NotPermitted(user=by.user, case=case.facts.number)
    fire_due(case, now=at)
    return case
