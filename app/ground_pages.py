"""Grounds of accountability: proposed by a period that ran out, verified or dismissed by a person."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Connection

from app.installation import installation
from app.language import said
from app.messages import gettext as _
from app.signing_in import me
from app.wording import Names, users_in
from workflows import cases
from workflows.cases.correcting import ReasonMissing
from workflows.cases.grounds import DISMISSED, VERIFIED
from workflows.database import reading, transaction
from workflows.office import names_of, office_of
from workflows.reading.grounds import GroundLine, Step, course_of, decided, ground_of, proposed
from workflows.reading.law import Clause, clauses_of

blueprint = Blueprint("ground_pages", __name__, url_prefix="/grounds")

_ACTS: Final = {VERIFIED: cases.verify_ground, DISMISSED: cases.dismiss_ground}


@blueprint.get("")
def show() -> ResponseReturnValue:
    """Those that wait for a decision, and those that were decided."""
    before = request.args.get("before", type=int)
    with reading(installation().engine) as connection:
        office = office_of(connection, me().organisation)
        waiting = proposed(connection, me(), office)
        done = decided(connection, me(), office, before=before)
        names, clauses = _words(connection, [*waiting, *done])
    return render_template(
        "ground_pages/show.html", waiting=waiting, done=done, names=names, clauses=clauses, before=before
    )


@blueprint.get("/<int:identifier>")
def one(identifier: int) -> ResponseReturnValue:
    """What is known of one, and the form for those who decide."""
    return _page(identifier)


@blueprint.post("/<int:identifier>")
def decide(identifier: int) -> ResponseReturnValue:
    """Verify or dismiss it; the reason stays in the history of the case."""
    decision, reason = request.form.get("decision", ""), request.form.get("reason", "")
    with reading(installation().engine) as connection:
        # Who may not look at it is told no more than looking would tell.
        ground_of(connection, me(), office_of(connection, me().organisation), identifier)
    if decision not in _ACTS or request.form.get("checked") != "true":
        return _page(identifier, error=_("请选择结论，并确认已核对经过。"), reason=reason), 422
    try:
        with transaction(installation().engine) as connection:
            _ACTS[decision](
                connection, ground=identifier, reason=reason, by=me(), at=installation().clock.now()
            )
    except ReasonMissing as missing:
        return _page(identifier, error=said(missing), reason=reason), 422
    done = _("已查实，记录在案。") if decision == VERIFIED else _("已认定不予问责。")
    flash(done + _("理由记入案件经过。"), "done")
    return redirect(url_for("ground_pages.show"))


def _page(identifier: int, *, error: str = "", reason: str = "") -> str:
    with reading(installation().engine) as connection:
        office = office_of(connection, me().organisation)
        ground = ground_of(connection, me(), office, identifier)
        course = course_of(connection, me(), office, identifier)
        names, clauses = _words(connection, [ground], course)
    return render_template(
        "ground_pages/one.html",
        ground=ground,
        course=course,
        names=names,
        clauses=clauses,
        error=error,
        reason=reason,
        chosen=request.form.get("decision", ""),
    )


def _words(
    connection: Connection, lines: Iterable[GroundLine], course: Iterable[Step] = ()
) -> tuple[Names, dict[str, Clause]]:
    """Names of the people in some lines, and the clauses they cite, by id."""
    found = list(lines)
    users = users_in(
        *([line.decided_by, *line.responsible] for line in found), *(step.keys for step in course)
    )
    names = Names(office_of(connection, me().organisation), names_of(connection, users))
    return names, {clause.id: clause for clause in clauses_of(connection, (line.ground for line in found))}
