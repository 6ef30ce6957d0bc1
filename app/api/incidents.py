"""Incidents: what a case stopped on, and the second try."""

from __future__ import annotations

from typing import Any

from app.api.describing import noun, operation
from app.api.looking import readable
from app.api.shapes import Shape, many, moment, text, whole
from app.installation import installation
from app.signing_in import me
from workflows import cases
from workflows.cases.incidents import IncidentResolved
from workflows.database import reading, transaction
from workflows.reading.case_file import Incident, incidents_of

blueprint = noun("incidents", "Cases that stopped on an error.")


class IncidentShape(Shape):
    """An error a case stopped on."""

    id = whole("Its id.", 1)
    raised_at = moment("When it was first met.")
    code = text("What kind of error.", "undecided")
    message_zh = text("In Chinese.", "网关无法判断。")
    message_en = text("In English.", "The gateway cannot decide.")
    element = text("Id of the element it stopped at.", "much", allow_none=True)
    attempts = whole("How often it was tried.", 1)
    status = text("`open` or `resolved`.", "open")
    resolved_at = moment("When it was resolved.", allow_none=True)
    resolved_by = text("User name.", "zhao.liu", allow_none=True)


class IncidentsShape(Shape):
    """Incidents, the latest first."""

    items = many(IncidentShape)


@operation(blueprint, "GET", "/cases/<case_number>/incidents", name="listIncidents", refuses=(403, 404))
@blueprint.response(200, IncidentsShape)
def listed(case_number: str) -> dict[str, Any]:
    """List what a case stopped on."""
    with reading(installation().engine) as connection:
        found = incidents_of(connection, readable(connection, case_number).id)
    return {"items": [_shown(incident) for incident in found]}


@operation(
    blueprint,
    "POST",
    "/cases/<case_number>/incidents/<int:identifier>/retry",
    name="retryIncident",
    refuses=(403, 404, 409),
)
@blueprint.response(200, IncidentShape)
def retried(case_number: str, identifier: int) -> dict[str, Any]:
    """Carry out the kept command again, as the one who gave it; for process administrators."""
    with reading(installation().engine) as connection:
        _found(connection, case_number, identifier)
    with transaction(installation().engine) as connection:
        cases.retry_incident(connection, identifier, by=me(), at=installation().clock.now())
    with reading(installation().engine) as connection:
        return _shown(_found(connection, case_number, identifier))


def _found(connection: Any, case_number: str, identifier: int) -> Incident:
    for incident in incidents_of(connection, readable(connection, case_number).id):
        if incident.id == identifier:
            return incident
    raise IncidentResolved(id=identifier)


def _shown(incident: Incident) -> dict[str, Any]:
    names = ("id", "raised_at", "code", "message_zh", "message_en", "attempts", "status")
    return {
        **{name: getattr(incident, name) for name in (*names, "resolved_at", "resolved_by")},
        "element": incident.element_id,
    }
