"""Cases that stopped: a process administrator sets data right, with a reason, and tries again."""

from __future__ import annotations

from typing import Any

import orjson
from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from app.case_view import readable_case
from app.installation import installation
from app.messages import gettext as _
from app.signing_in import me
from workflows import cases
from workflows.cases.correcting import ValuesUnusable
from workflows.cases.incidents import IncidentResolved, described
from workflows.database import reading, transaction
from workflows.reading.case_file import incidents_of

blueprint = Blueprint("incidents", __name__, url_prefix="/cases/<case_number>")


@blueprint.post("/incidents/<int:identifier>/retry")
def retry(case_number: str, identifier: int) -> ResponseReturnValue:
    """Carry out the kept command again, as the one who gave it."""
    with reading(installation().engine) as connection:
        view = readable_case(connection, case_number)
        if identifier not in {incident.id for incident in incidents_of(connection, view.case.id)}:
            raise IncidentResolved(id=identifier)
    with transaction(installation().engine) as connection:
        cases.retry_incident(connection, identifier, by=me(), at=installation().clock.now())
    flash(_("已重新执行，案件继续办理。"), "done")
    return redirect(url_for("case_pages.show", case_number=case_number))


@blueprint.post("/data")
def set_data(case_number: str) -> ResponseReturnValue:
    """Set one value of the case, with a reason that stays in its history."""
    with reading(installation().engine) as connection:
        case = readable_case(connection, case_number).case
    values = {_name(): _value()}
    reason, by, at = request.form.get("reason", ""), me(), installation().clock.now()
    cases.perform(
        installation().engine,
        lambda c: cases.set_data(c, case_id=case.id, values=values, reason=reason, by=by, at=at),
        case_id=case.id,
        command=described("correct", by, case.organisation, values=values, reason=reason),
        at=at,
    )
    flash(_("数据已更正，理由记入案件经过。"), "done")
    return redirect(url_for("case_pages.show", case_number=case_number))


def _name() -> str:
    name = request.form.get("name", "").strip()
    if not name:
        raise ValuesUnusable(reason="no name")
    return name


def _value() -> Any:
    """JSON when it can be read as JSON, otherwise the text itself."""
    written = request.form.get("value", "").strip()
    try:
        return orjson.loads(written)
    except orjson.JSONDecodeError:
        return written
