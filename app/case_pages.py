"""One case: where it stands, its clocks, its story, and proof that the story is true."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import chain
from typing import Any

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from markupsafe import Markup
from sqlalchemy import Connection

from app.case_view import CaseView, readable_case
from app.clock_desk import rights_of
from app.commenting import notes_of
from app.copying import copying_of
from app.installation import installation
from app.islands import island
from app.language import in_english
from app.receipt_pages import receipt_for
from app.signing_in import me
from app.wording import CITATION
from workflows.cases import NotPermitted
from workflows.cases.correcting import PROCESS_ADMIN
from workflows.database import reading
from workflows.diagrams.drawing import Marks, draw
from workflows.diagrams.model import ACTIVITIES, CONTAINERS, EVENTS
from workflows.history import read_history
from workflows.reading.access import sees_everything
from workflows.reading.case_data import data_of
from workflows.reading.case_file import (
    CaseClock,
    clocks_of,
    entries_of,
    incidents_of,
    names_of_files,
    notices_of,
)
from workflows.reading.clock_file import standing_still
from workflows.reading.documents import documents_of_tasks
from workflows.reading.law import clauses_of
from workflows.reading.materials import materials_of
from workflows.reading.sendable import sendables_of
from workflows.reading.story import Chapter, story_of
from workflows.reading.trace import Trace, trace_of
from workflows.verification import verify

blueprint = Blueprint("case_pages", __name__, url_prefix="/cases/<case_number>")


@blueprint.get("")
def show(case_number: str) -> ResponseReturnValue:
    """Everything about a case on one page."""
    with reading(installation().engine) as connection:
        view = readable_case(connection, case_number)
        facts = _facts(connection, view)
    return render_template("case_pages/show.html", view=view, case=view.case, **facts)


def _facts(connection: Connection, view: CaseView) -> dict[str, Any]:
    """Everything the page of a case shows besides the case itself."""
    case = view.case
    story = story_of(connection, case.id, view.law)
    clocks = clocks_of(connection, case.id, now=view.now)
    trace = trace_of(read_history(connection, case.id))
    cited = clauses_of(connection, [*_of_story(story), *_of_clocks(clocks)])
    return {
        "story": story,
        "clocks": clocks,
        "places": _places(view, trace, ACTIVITIES - CONTAINERS),
        "waits": _places(view, trace, EVENTS),
        "clauses": {clause.id: clause for clause in cited},
        "names": view.names(connection, _mentioned(story)),
        "data": data_of(connection, case, view.law, shown=lambda data: view.shown(connection, data)),
        "tone": view.law.tone_of(case.outcome),
        "files": names_of_files(connection, case.id),
        "materials": materials_of(connection, case, view.law),
        "notices": notices_of(connection, case.id),
        "printable": [(task, title) for task, _, title in documents_of_tasks(connection, case, view.law)],
        "entries": entries_of(connection, case.id),
        "registers": _register_names(view),
        "incidents": incidents_of(connection, case.id),
        "standing": standing_still(connection, [case.id]),
        "rights": rights_of(connection, case),
        "watches": sees_everything(me()),
        "administers": me().has_role(PROCESS_ADMIN),
        "receipt": receipt_for(connection, view),
        "notes": notes_of(connection, view, None),
        "copying": copying_of(connection, case),
        "sendables": sendables_of(connection, case.id, by=me(), at=view.now),
    }


@blueprint.get("/diagram")
@island
def diagram(case_number: str) -> ResponseReturnValue:
    """The diagram the case runs on, with the way it has gone."""
    with reading(installation().engine) as connection:
        view = readable_case(connection, case_number)
        trace = trace_of(read_history(connection, view.case.id))
    marks = Marks(passed=trace.passed, current=trace.current, flows=trace.flows)
    # Made of the diagram's own numbers and escaped names.
    drawing = Markup(draw(view.law.version.process.diagram, marks, title=view.case.regulation))  # noqa: S704
    return render_template(
        "case_pages/diagram.html",
        view=view,
        case=view.case,
        drawing=drawing,
        marks={
            "passed": sorted(trace.passed),
            "current": sorted(trace.current),
            "waiting": sorted(trace.waiting),
            "taken": sorted(trace.flows),
        },
        whole=request.args.get("view") == "whole",
    )


@blueprint.get("/proof")
def proof(case_number: str) -> ResponseReturnValue:
    """Whether the record is whole and the diagram really does what it says; for those who watch over it."""
    with reading(installation().engine) as connection:
        view = readable_case(connection, case_number)
        if not sees_everything(me()):
            raise NotPermitted(user=me().user, case=case_number)
        story = story_of(connection, view.case.id, view.law)
        return render_template(
            "case_pages/proof.html",
            view=view,
            case=view.case,
            verdict=verify(connection, view.case.id),
            story=story,
            clauses={clause.id: clause for clause in clauses_of(connection, _of_story(story))},
            names=view.names(connection, _mentioned(story)),
        )


def _mentioned(story: list[Chapter]) -> Iterator[str | None]:
    for chapter in story:
        yield from (chapter.actor, chapter.on_behalf_of, chapter.colleague, *chapter.others)
        yield from chain.from_iterable(detail.keys for detail in chapter.details)


def _of_story(story: list[Chapter]) -> Iterator[str]:
    """Ids of the clauses that were executed, and of those that rules of decision tables name."""
    for chapter in story:
        yield from chapter.provisions
        for detail in chapter.details:
            yield from CITATION.findall(" ".join(detail.rules))


def _of_clocks(clocks: Iterable[CaseClock]) -> Iterator[str]:
    return (provision for clock in clocks for provision in clock.provision.split())


def _places(view: CaseView, trace: Trace, kinds: Collection[str]) -> list[str]:
    """Names of the elements of these kinds at which the case stands, in order."""
    found = (view.law.element(element_id) for element_id in sorted(trace.current | trace.waiting))
    return [
        element.name for element in found if element is not None and element.kind in kinds and element.name
    ]


def _register_names(view: CaseView) -> Mapping[str, str]:
    """Slug → name of the registers the version knows."""
    registers = view.law.resources(view.law.version.process.key).registers
    return {
        slug: str((register.get("name_en") if in_english() else "") or register.get("name", slug))
        for slug, register in registers.items()
    }
