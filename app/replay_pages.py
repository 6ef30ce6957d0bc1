"""Looking at a case again: its diagram to move about in, and its history step by step for auditors."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, jsonify, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Connection

from app.case_view import CaseView, readable_case
from app.installation import installation
from app.islands import island
from app.signing_in import me
from app.wording import CITATION, Names, cited, clause_text
from workflows.cases import NotPermitted
from workflows.cases.identities import mask
from workflows.database import reading
from workflows.definitions.loading import NoSuchVersion
from workflows.reading.access import sees_everything
from workflows.reading.case_data import Datum
from workflows.reading.case_file import names_of_files
from workflows.reading.law import Clause, clauses_of
from workflows.reading.replay import Moment, replay_of
from workflows.verification import Divergence, verify

blueprint = Blueprint("replay_pages", __name__, url_prefix="/cases/<case_number>")

#: Characters of a diverging value that are shown.
_SHOWN = 300


@dataclass(frozen=True, kw_only=True)
class Film:
    """A case with everything its replay shows."""

    view: CaseView
    moments: list[Moment]
    names: Names
    clauses: Mapping[str, Clause]
    files: Mapping[str, str]


@blueprint.get("/diagram.bpmn")
def drawing(case_number: str) -> ResponseReturnValue:
    """The file of the version the case runs on, or with ``version=<id>`` of one that version calls."""
    with reading(installation().engine) as connection:
        view = readable_case(connection, case_number)
    wanted = request.args.get("version", view.law.version.id, type=int)
    for version in view.law.versions:
        if version.id == wanted:
            return bpmn_response(version.bundle.diagram)
    raise NoSuchVersion(id=wanted)


def bpmn_response(diagram: bytes) -> Response:
    """A diagram as an answer that is not kept in caches."""
    response = Response(diagram, mimetype="application/xml")
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.get("/replay")
@island
def show(case_number: str) -> ResponseReturnValue:
    """The history in order; with JavaScript on the diagram as well."""
    film = _film(case_number)
    return render_template(
        "replay_pages/show.html",
        view=film.view,
        case=film.view.case,
        moments=film.moments,
        names=film.names,
        clauses=film.clauses,
        files=film.files,
        versions={version.id: version.name for version in film.view.law.versions},
    )


@blueprint.get("/replay.json")
def steps(case_number: str) -> ResponseReturnValue:
    """The same as data: diagrams, and for each event who, when, on which clause, and what moved."""
    film = _film(case_number)
    diagrams = [
        {
            "id": version.id,
            "name": version.name,
            "number": version.number,
            "source": url_for("replay_pages.drawing", case_number=case_number, version=version.id),
        }
        for version in film.view.law.versions
    ]
    response = jsonify(
        case=film.view.case.number,
        diagrams=diagrams,
        moments=[_as_json(moment, film) for moment in film.moments],
    )
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.get("/verdict.json")
def verdict(case_number: str) -> ResponseReturnValue:
    """Whether the record is whole and the diagram really does what it says, and where it first does not."""
    with reading(installation().engine) as connection:
        view = _watched(connection, case_number)
        found = verify(connection, view.case.id)
    first = found.divergences[0] if found.divergences else None
    return jsonify(proven=found.proven, events=found.events, first=first and _divergence(first))


def _divergence(one: Divergence) -> dict[str, Any]:
    return {
        "seq": one.seq,
        "what": one.what,
        "recorded": str(mask(one.recorded))[:_SHOWN],
        "found": str(mask(one.found))[:_SHOWN],
    }


def _watched(connection: Connection, case_number: str) -> CaseView:
    """A case for those who watch over all cases. Raises ``NotPermitted``."""
    view = readable_case(connection, case_number)
    if not sees_everything(me()):
        raise NotPermitted(user=me().user, case=case_number)
    return view


def _film(case_number: str) -> Film:
    with reading(installation().engine) as connection:
        view = _watched(connection, case_number)
        moments = replay_of(
            connection, view.case.id, view.law, shown=lambda data: view.shown(connection, data)
        )
        return Film(
            view=view,
            moments=moments,
            names=view.names(connection, _mentioned(moments)),
            clauses={clause.id: clause for clause in clauses_of(connection, _cited(moments))},
            files=names_of_files(connection, view.case.id),
        )


def _mentioned(moments: list[Moment]) -> Iterator[str | None]:
    for moment in moments:
        chapter = moment.chapter
        yield from (chapter.actor, chapter.on_behalf_of, chapter.colleague, *chapter.others)
        for detail in moment.chapter.details:
            yield from detail.keys


def _cited(moments: list[Moment]) -> Iterator[str]:
    for moment in moments:
        yield from moment.provisions
        for detail in moment.chapter.details:
            yield from CITATION.findall(" ".join(detail.rules))


def _as_json(moment: Moment, film: Film) -> dict[str, Any]:
    chapter, names = moment.chapter, film.names
    return {
        "seq": chapter.seq,
        "at": chapter.at.isoformat(),
        "due": chapter.due and chapter.due.isoformat(),
        "woken": chapter.woken and chapter.woken.isoformat(),
        "kind": chapter.kind,
        "actor": names.person(chapter.actor),
        "onBehalfOf": chapter.on_behalf_of and names.person(chapter.on_behalf_of),
        "element": chapter.element_id,
        "name": chapter.name,
        "diagram": moment.version,
        "clauses": [
            {"id": clause.id, "article": cited(clause), "text": clause_text(clause)}
            for clause in map(film.clauses.get, moment.provisions)
            if clause is not None
        ],
        "submitted": [_datum(datum) for datum in moment.submitted],
        "decisions": [
            {"name": detail.name, "rules": list(detail.rules)}
            for detail in chapter.details
            if detail.kind == "decided"
        ],
        "steps": [
            {"token": s.token, "element": s.element, "what": s.what, "flow": s.flow, "diagram": s.version}
            for s in moment.steps
        ],
    }


def _datum(datum: Datum) -> dict[str, Any]:
    found: dict[str, Any] = {"label": datum.label}
    if datum.rows:
        found["rows"] = [[_datum(part) for part in row] for row in datum.rows]
    elif datum.parts:
        found["parts"] = [_datum(part) for part in datum.parts]
    elif datum.files:
        found["files"] = list(datum.files)
    else:
        found["value"] = datum.value
    return found
