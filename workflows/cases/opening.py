"""Opening a case."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import Connection, insert, select

from workflows.cases.actor import SYSTEM, Actor, NotPermitted, may_do
from workflows.cases.facts import CaseFacts
from workflows.cases.identities import Concealed, secret_of, store
from workflows.cases.keys import as_keys
from workflows.cases.live import Live
from workflows.cases.open_case import OpenCase
from workflows.cases.receipts import issue_receipt
from workflows.cases.saving import save
from workflows.cases.submission import accept
from workflows.cases.turn import Turn
from workflows.clock import BEIJING
from workflows.counters import next_value
from workflows.definitions import LoadedVersion, current_version, load_version
from workflows.diagrams import Element
from workflows.drafts import Place, forget_draft
from workflows.engine import stepping
from workflows.engine.scopes import CASE, Scopes
from workflows.feel import compile_expression
from workflows.history import GENESIS
from workflows.staff import Staff
from workflows.tables import cases


@dataclass(frozen=True, kw_only=True)
class CaseOpened:
    """The case that was opened."""

    id: int
    number: str


def start_case(
    connection: Connection,
    *,
    key: str,
    data: Mapping[str, Any],
    by: Actor,
    at: datetime,
    start_element: str | None = None,
    origin: str | None = None,
    attachments: Collection[str] = frozenset(),
) -> CaseOpened:
    """Open a case of the regulation ``key`` in the version in force at ``at``.

    1. The start form judges ``data``; whoever may stand at the start event may open a case.
    2. A case that another case or a schedule starts (``origin`` says which) brings its data unjudged.
    3. The engine runs up to the first waits; everything is written with event 1.
    4. What somebody applied for gets a receipt, with which it can be looked up without an account; the
       draft it was written in goes.

    Raises ``NoSuchDefinition``, ``FormInvalid``, ``NotPermitted``, or a ``CaseStops`` when the diagram
    cannot even begin.
    """
    case, _, concealed = begun(
        connection,
        key=key,
        data=data,
        by=by,
        at=at,
        start_element=start_element,
        origin=origin,
        attachments=attachments,
    )
    save(case)
    store(connection, case.facts.id, concealed)
    if origin is None:
        issue_receipt(connection, case.facts.id, by=by.user, at=at)
        forget_draft(connection, Place(user=by.user, start=key))
    return CaseOpened(id=case.facts.id, number=case.facts.number)


def begun(
    connection: Connection,
    *,
    key: str,
    data: Mapping[str, Any],
    by: Actor,
    at: datetime,
    start_element: str | None = None,
    origin: str | None = None,
    attachments: Collection[str] = frozenset(),
    identifier: int | None = None,
) -> tuple[OpenCase, Turn, Concealed]:
    """A case that has come to its first waits and is not saved; the turn, the identities set apart.

    It has its number, and the next id unless another is given; operators have left their rows and letters.
    Raises what ``start_case`` raises.
    """
    version = load_version(connection, current_version(connection, key, at=at))
    element = version.start_element(start_element)
    values: dict[str, Any] = dict(data)
    concealed: Concealed = []
    if origin is None:
        values, concealed = _judged(connection, version, element, data, attachments, at)
    case = _new(connection, version, by=by, at=at, identifier=identifier)
    command = {"start": element.id, "data": values, "origin": origin, "version": version.content_hash}
    turn = case.turn("opened", at=at, by=None if by.user == SYSTEM else by, command=command)
    if origin is None:
        _check_starter(turn, element, by)
    case.scopes.write(CASE, values)
    case.adopt(stepping.start(version.process, turn, at_element=element.id))
    case.finish(turn)
    return case, turn, concealed


def _judged(
    connection: Connection,
    version: LoadedVersion,
    element: Element,
    data: Mapping[str, Any],
    attachments: Collection[str],
    at: datetime,
) -> tuple[dict[str, Any], Concealed]:
    return accept(
        version.resources[version.process.key],
        element.properties.get("form"),
        data,
        known={"parameters": version.parameters},
        secret=partial(secret_of, connection, version.organisation),
        staff=Staff(connection, version.organisation, at=at),
        attachments=attachments,
    )


def _check_starter(turn: Turn, element: Element, by: Actor) -> None:
    lane = turn.version.process.diagram.lane_of(element)
    text = element.properties.get("candidates") or (lane.properties.get("candidates") if lane else None)
    if by.organisation != turn.case.organisation:
        raise NotPermitted(user=by.user, element=element.id)
    if text is None:
        return
    keys = as_keys(turn.evaluate(CASE, compile_expression(text)))
    if not may_do(by, organisation=turn.case.organisation, keys=keys, excluded=()):
        raise NotPermitted(user=by.user, element=element.id)


def _new(
    connection: Connection, version: LoadedVersion, *, by: Actor, at: datetime, identifier: int | None
) -> OpenCase:
    year = at.astimezone(BEIJING).year
    count = next_value(connection, f"case:{version.organisation}:{year}")
    number = f"{version.organisation}-{year}-{count:05d}"
    made = connection.execute(
        insert(cases).values(
            **({} if identifier is None else {"id": identifier}),
            number=number,
            organisation=version.organisation,
            definition_id=version.definition_id,
            version_id=version.id,
            status="open",
            seq=0,
            head=GENESIS,
            data="{}",
            opened_at=at,
            opened_by=by.user,
            answerable=by.user,
        )
    ).inserted_primary_key
    assert made is not None
    row = connection.execute(select(cases).where(cases.c.id == made[0])).one()
    facts = CaseFacts(
        id=row.id, number=number, organisation=version.organisation, opened_at=at, opened_by=by.user
    )
    return OpenCase(
        connection=connection,
        row=row,
        version=version,
        facts=facts,
        live=Live(connection, row.id, version.organisation),
        scopes=Scopes(),
    )
