"""The studio: process administrators change a regulation's diagram, have it checked, and publish it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from flask import Blueprint, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Connection

from app.catalogue import catalogue_of
from app.change_words import kind_of, said_of
from app.installation import installation
from app.islands import island
from app.language import in_english, said
from app.messages import gettext as _
from app.replay_pages import bpmn_response
from app.signing_in import me
from app.wording import CITATION, Names
from workflows.cases import NotPermitted
from workflows.cases.correcting import PROCESS_ADMIN
from workflows.database import reading, transaction
from workflows.definitions import PublicationRefused
from workflows.definitions.changes import Change, Happened, changes_between
from workflows.diagrams import DiagramRefused
from workflows.errors import WorkflowError
from workflows.office import names_of, office_of
from workflows.packages.drafts import (
    DraftChanged,
    WorkingCopy,
    check_diagram,
    check_draft,
    discard_draft,
    is_publishable,
    keep_draft,
    names_of_elements,
    needs_second_person,
    publish_draft,
    surroundings,
    working_copy,
)
from workflows.packages.editions import Edition, bound_callers, edition, editions_of, regulations_of
from workflows.reading.law import clauses_of
from workflows.validation import Finding

blueprint = Blueprint("studio", __name__, url_prefix="/studio")


class DiagramMissing(WorkflowError):
    """The request holds no diagram."""

    code = "diagram-missing"
    message_zh = "请求中没有流程图。"


@blueprint.before_request
def only_process_admins() -> None:
    """Everything here is theirs alone."""
    if not me().has_role(PROCESS_ADMIN):
        raise NotPermitted(user=me().user)


@blueprint.get("")
def show() -> ResponseReturnValue:
    """The regulations of the organisation with what is in force and what is being changed."""
    with reading(installation().engine) as connection:
        regulations = regulations_of(connection, me().organisation)
        names = _names(connection, [one.drafted_by for one in regulations])
    return render_template("studio/show.html", regulations=regulations, names=names)


@blueprint.get("/<key>")
def regulation(key: str) -> ResponseReturnValue:
    """One regulation with all its versions."""
    with reading(installation().engine) as connection:
        found = working_copy(connection, key, by=me())
        editions = editions_of(connection, key)
        people = [person for one in editions for person in (one.author, one.approver)]
        return render_template(
            "studio/regulation.html",
            found=found,
            editions=editions,
            callers=bound_callers(connection, key),
            names=_names(connection, [*people, found.author]),
        )


@blueprint.get("/<key>/versions/<int:number>")
@island
def version(key: str, number: int) -> ResponseReturnValue:
    """A version to look at."""
    with reading(installation().engine) as connection:
        return render_template("studio/version.html", edition=_edition(connection, key, number))


@blueprint.get("/<key>/versions/<int:number>.bpmn")
def version_file(key: str, number: int) -> ResponseReturnValue:
    """The diagram of a version."""
    with reading(installation().engine) as connection:
        return bpmn_response(_edition(connection, key, number).bundle.diagram)


@blueprint.get("/<key>/draft")
@island
def editor(key: str) -> ResponseReturnValue:
    """The editor, on the draft or on the version in force."""
    with reading(installation().engine) as connection:
        found = working_copy(connection, key, by=me())
        known = surroundings(connection, found)
        return render_template(
            "studio/editor.html",
            found=found,
            catalogue=catalogue_of(connection, known, found, english=in_english()),
            names=_names(connection, [found.author]),
        )


@blueprint.get("/<key>/draft.bpmn")
def draft_file(key: str) -> ResponseReturnValue:
    """The diagram the editor opens."""
    with reading(installation().engine) as connection:
        return bpmn_response(working_copy(connection, key, by=me()).bundle.diagram)


@blueprint.post("/<key>/draft")
def save(key: str) -> ResponseReturnValue:
    """Save what is on the screen. Somebody else's changes are not overwritten: 409 says whose they are."""
    diagram, base = _posted("diagram"), _posted("base")
    try:
        with transaction(installation().engine) as connection:
            kept = keep_draft(connection, key, diagram, base=base, by=me(), at=_now())
            findings = check_draft(connection, kept)
    except DraftChanged as changed:
        return _conflict(key, changed)
    return jsonify(base=kept.base, findings=_listed(findings, diagram.encode()))


@blueprint.post("/<key>/check")
def check(key: str) -> ResponseReturnValue:
    """What validation says of what is on the screen."""
    diagram = _posted("diagram")
    with reading(installation().engine) as connection:
        findings = check_diagram(connection, key, diagram, by=me())
    return jsonify(findings=_listed(findings, diagram.encode()))


@blueprint.get("/<key>/publish")
@island
def approve(key: str) -> ResponseReturnValue:
    """What would be published: findings, author, and who approves."""
    with reading(installation().engine) as connection:
        return _approval(connection, working_copy(connection, key, by=me()))


@blueprint.post("/<key>/publish")
@island
def publish(key: str) -> ResponseReturnValue:
    """Publish the draft that was shown; with errors it is refused, and they are shown."""
    try:
        with transaction(installation().engine) as connection:
            publish_draft(connection, key, base=request.form.get("base", ""), by=me(), at=_now())
    except PublicationRefused as refused:
        flash(said(refused), "error")
        with reading(installation().engine) as connection:
            return _approval(connection, working_copy(connection, key, by=me())), 422
    flash(_("已发布。新立的案件按新版办理，正在办理的案件仍按原来的版本。"), "done")
    return redirect(url_for("studio.regulation", key=key))


@blueprint.post("/<key>/discard")
def discard(key: str) -> ResponseReturnValue:
    """Throw the draft away that was shown."""
    with transaction(installation().engine) as connection:
        discard_draft(connection, key, base=request.form.get("base", ""), by=me())
    flash(_("草稿已放弃。"), "done")
    return redirect(url_for("studio.regulation", key=key))


def _approval(connection: Connection, found: WorkingCopy) -> str:
    findings = check_draft(connection, found)
    changes = _changes(connection, found)
    cited = {citation for citation in CITATION.findall(" ".join(_provisions_in(changes or ())))}
    return render_template(
        "studio/approve.html",
        found=found,
        findings=_listed(findings, found.bundle.diagram),
        changes=changes,
        marks=_marks(changes or []),
        clauses={clause.id: clause for clause in clauses_of(connection, sorted(cited))},
        kind_of=kind_of,
        said_of=said_of,
        publishable=is_publishable(findings),
        own=found.author == me().user,
        needs_second=needs_second_person(connection, found.organisation),
        names=_names(connection, [found.author]),
    )


def _changes(connection: Connection, found: WorkingCopy) -> list[Change] | None:
    """What the draft changes of the version in force; null where there is nothing to compare or to read."""
    in_force = next((one for one in editions_of(connection, found.key) if one.status == "published"), None)
    if in_force is None or not found.is_draft:
        return None
    try:
        return changes_between(in_force.bundle, found.bundle)
    except DiagramRefused:
        return None


def _provisions_in(changes: Iterable[Change]) -> Iterator[str]:
    for change in changes:
        for one in change.differences:
            yield from (one.before, one.after) if one.aspect == "property.provision" else ()


def _marks(changes: list[Change]) -> dict[str, list[str]]:
    """Marks for the drawing: which elements and flows are new, which are changed."""
    drawn = [change for change in changes if change.kind != "file"]
    return {
        str(what): [change.id for change in drawn if change.happened is what]
        for what in (Happened.ADDED, Happened.CHANGED)
    }


def _conflict(key: str, changed: DraftChanged) -> ResponseReturnValue:
    with reading(installation().engine) as connection:
        theirs = working_copy(connection, key, by=me())
        who = _names(connection, [theirs.author]).person(theirs.author)
    title = _("您打开之后，%(who)s已修改了这个制度。您的修改还没有保存。", who=who)
    problem = jsonify(type=f"urn:guicheng:{changed.code}", title=title, status=409, base=theirs.base)
    problem.mimetype = "application/problem+json"
    return problem, 409


def _edition(connection: Connection, key: str, number: int) -> Edition:
    return edition(connection, key, number, organisation=me().organisation)


def _posted(name: str) -> str:
    content: Any = request.get_json(silent=True)
    value = content.get(name) if isinstance(content, dict) else None
    if not isinstance(value, str) or not value:
        raise DiagramMissing(name=name)
    return value


def _listed(findings: list[Finding], diagram: bytes) -> list[dict[str, Any]]:
    """The findings in the language of the page; a message that does not name its element is led by it."""
    names = names_of_elements(diagram)
    return [_finding(found, names.get(found.element_id or "", "")) for found in findings]


def _finding(found: Finding, name: str) -> dict[str, Any]:
    message = found.message_en if in_english() else found.message_zh
    return {
        "severity": str(found.severity),
        "element": found.element_id,
        "message": f"{name} · {message}" if name and name not in message else message,
        "code": found.code,
    }


def _names(connection: Connection, users: list[str | None]) -> Names:
    return Names(office_of(connection, me().organisation), names_of(connection, [*users, me().user]))


def _now() -> datetime:
    return installation().clock.now()
