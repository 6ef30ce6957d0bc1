"""What stands around the form of a task: who else writes, what was filled in before, what is unsent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from flask import request
from sqlalchemy import Connection

from app.answering import ACT, Answers
from app.case_view import CaseView
from app.drafting import others_words, place_of_task, writing_now
from app.installation import installation
from app.signing_in import me
from workflows.cases.identities import reveal
from workflows.database import reading
from workflows.drafts import draft_of
from workflows.forms.fitting import fitting, over
from workflows.reading.access import may_complete_now
from workflows.reading.case_data import Datum, labelled_by
from workflows.reading.earlier import Earlier, earlier_answers
from workflows.reading.task_sheet import TaskSheet, without_identities


@dataclass(frozen=True, kw_only=True)
class Before:
    """Answers handed in before, as the reader may see them."""

    number: int
    name: str
    by: str
    at: datetime
    same_step: bool
    shown: list[Datum]


@dataclass(frozen=True, kw_only=True)
class Around:
    """What a page shows around the form of a task."""

    #: A sentence that says who else is writing; empty for nobody.
    others: str = ""
    earlier: tuple[Before, ...] = ()
    #: What the reader wrote and cannot hand in any more, and when they last did.
    unsent: tuple[Datum, ...] = ()
    unsent_at: datetime | None = None


def around(connection: Connection, view: CaseView, sheet: TaskSheet) -> Around:
    """What to show around the form of a task this person sees. Three statements for who may do it now."""
    if sheet.schema is None:
        return Around()
    if not may_complete_now(me(), sheet.task):
        return _unsent(connection, view, sheet)
    found = writing_now(connection, view.case.id, sheet.task.number)
    return Around(
        others=others_words(found, view.names(connection, [one.user for one in found])) if found else "",
        earlier=tuple(_before(connection, view, sheet, one) for one in earlier_here(connection, view, sheet)),
    )


def _unsent(connection: Connection, view: CaseView, sheet: TaskSheet) -> Around:
    schema = sheet.schema or {}
    draft = draft_of(connection, place_of_task(view.case.id, sheet.task.number))
    if draft is None or draft.discarded:
        return Around()
    return Around(unsent=tuple(labelled_by(schema, fitting(schema, draft.values))), unsent_at=draft.saved_at)


def earlier_here(connection: Connection, view: CaseView, sheet: TaskSheet) -> list[Earlier]:
    """What this person may take over into the form of a task, the newest first. One statement."""
    return earlier_answers(connection, view.case, sheet, person=me())


def _before(connection: Connection, view: CaseView, sheet: TaskSheet, one: Earlier) -> Before:
    shown = labelled_by(sheet.schema or {}, view.shown(connection, dict(one.values)))
    return Before(
        number=one.number, name=one.name, by=one.by, at=one.at, same_step=one.same_step, shown=shown
    )


def with_taken_over(view: CaseView, sheet: TaskSheet, answers: Answers) -> Answers:
    """The answers with those taken over that the button names, but for identities one may not know."""
    act, _, number = request.form.get(ACT, "").partition(":")
    if act != "take" or sheet.schema is None:
        return answers
    with reading(installation().engine) as connection:
        found = [one for one in earlier_here(connection, view, sheet) if str(one.number) == number]
        taken: Mapping[str, Any] = found[0].values if found else {}
        taken = reveal(connection, view.case.id, taken) if view.knows else _known(without_identities(taken))
    return replace(answers, values=over(answers.values, taken))


def _known(value: Any) -> Any:
    """Without what has been blanked: what somebody has typed there is better than nothing."""
    return {name: item for name, item in value.items() if item is not None}
