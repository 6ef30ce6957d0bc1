"""Opening the case a visit calls for: its start form is filled in from what was written down."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from workflows.cases import Actor, CaseOpened, FormInvalid, NotPermitted, start_case
from workflows.counter_rules import NAMES, CounterRules, Opening
from workflows.definitions import NoSuchDefinition
from workflows.errors import CaseStops
from workflows.feel import to_json
from workflows.forms.showing import initial_answers
from workflows.reading.starts import Start, start_of
from workflows.visits.registering import register_visit
from workflows.visits.visit import Given, Visit


@dataclass(frozen=True, kw_only=True)
class Registered:
    """A visit that was taken down, and the number of the case that was opened with it."""

    number: str
    case: str | None
    #: Whether a case is to be opened that could not be: the form asks for more, or of somebody else.
    asks_more: bool = False


def answers_for(opening: Opening, visit: Given | Visit) -> dict[str, Any]:
    """Answers to the start form, as the organisation has it read from a visit; what is empty is left out."""
    scope = {name: getattr(visit, name) or None for name in sorted(NAMES)}
    found = {field: to_json(expression.evaluate(scope)) for field, expression in opening.data.items()}
    return {field: value for field, value in found.items() if value is not None}


def prefilled(start: Start, opening: Opening, visit: Given | Visit) -> dict[str, Any]:
    """The start form as it is shown: answers read from the visit, otherwise the form's own defaults."""
    return {} if start.schema is None else initial_answers(start.schema, answers_for(opening, visit))


def open_case_for(
    connection: Connection, given: Given, rules: CounterRules, *, by: Actor, at: datetime
) -> CaseOpened | None:
    """Open the case a decision calls for; null where it calls for none.

    Raises ``NoSuchDefinition`` to those who may not open it, ``FormInvalid`` when the form asks for more, and
    whatever ``start_case`` raises.
    """
    opening = rules.opening_for(given.decision)
    if opening is None:
        return None
    start = start_of(connection, opening.process, of=by, at=at)
    data = _given(prefilled(start, opening, given))
    return start_case(connection, key=opening.process, data=data, by=by, at=at, start_element=opening.start)


def take_down(
    connection: Connection,
    given: Given,
    *,
    rules: CounterRules,
    units: Iterable[str],
    by: Actor,
    at: datetime,
) -> Registered:
    """Register a visit, and open the case it calls for if the start form asks for nothing more.

    What cannot be opened at once is opened from the visit later: the visit itself is never lost. Raises
    ``VisitInvalid``.
    """
    opened, asks_more = None, False
    try:
        with connection.begin_nested():
            opened = open_case_for(connection, given, rules, by=by, at=at)
    except (FormInvalid, NoSuchDefinition, NotPermitted, CaseStops):
        asks_more = True
    case_id = None if opened is None else opened.id
    number = register_visit(connection, given, rules=rules, units=units, by=by, at=at, case_id=case_id)
    return Registered(number=number, case=None if opened is None else opened.number, asks_more=asks_more)


def _given(answers: Mapping[str, Any]) -> dict[str, Any]:
    """Answers without those nobody gave."""
    return {name: value for name, value in answers.items() if value not in (None, "", [])}
