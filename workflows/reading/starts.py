"""What a person may open a case of, at the counter."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from workflows.cases import Actor
from workflows.cases.actor import may_do
from workflows.definitions import LoadedVersion, NoSuchDefinition, current_version, load_version
from workflows.diagrams import Element
from workflows.errors import WorkflowError
from workflows.feel import compile_expression
from workflows.forms.offering import fill_options, proposing_at
from workflows.office import office_of
from workflows.reading.access import may_start
from workflows.reading.meaning import keys_meant
from workflows.reading.regulations import in_force
from workflows.staff import Staff
from workflows.tables import definitions


@dataclass(frozen=True, kw_only=True)
class Start:
    """A regulation in force that people can open a case of, and its start event."""

    version: LoadedVersion
    element: Element
    #: The form with its options out of the directory, where it has any.
    filled: Mapping[str, Any] | None = None

    @property
    def known(self) -> Mapping[str, Any]:
        """What the form may read before there is a case."""
        return {"parameters": self.version.parameters}

    @property
    def schema(self) -> Mapping[str, Any] | None:
        """The form to fill in at the start; null when nothing is asked."""
        if self.filled is not None:
            return self.filled
        form = self.element.properties.get("form")
        return self.version.resources[self.version.process.key].schemas[form] if form else None

    @property
    def documentation(self) -> str:
        """What the diagram says about itself."""
        process = self.version.process.diagram.processes[self.version.key]
        return process.documentation or ""


def starts_for(connection: Connection, person: Actor, *, at: datetime) -> list[Start]:
    """The regulations of a person's organisation that the person may start, by name."""
    query = (
        select(definitions.c.key)
        .where(definitions.c.organisation == person.organisation)
        .order_by(definitions.c.name, definitions.c.key)
    )
    found = (_start(connection, key, at) for key in connection.scalars(query).all())
    settings = office_of(connection, person.organisation).settings
    return [start for start in found if start is not None and _may_start(start, person, settings)]


def start_of(connection: Connection, key: str, *, of: Actor, at: datetime) -> Start:
    """One regulation the person may start. Raises ``NoSuchDefinition`` for any other."""
    start = _start(connection, key, at)
    if start is None or start.version.organisation != of.organisation:
        raise NoSuchDefinition(key=key)
    if not _may_start(start, of, office_of(connection, of.organisation).settings):
        raise NoSuchDefinition(key=key)
    return _filled(connection, start, at)


def may_open(connection: Connection, key: str, *, of: Actor, at: datetime) -> bool:
    """Whether a person may open a case of a regulation now."""
    start = _start(connection, key, at)
    if start is None or start.version.organisation != of.organisation:
        return False
    return _may_start(start, of, office_of(connection, of.organisation).settings)


def _filled(connection: Connection, start: Start, at: datetime) -> Start:
    resources = start.version.resources[start.version.process.key]
    form = start.element.properties.get("form")
    if form is None or not resources.forms[form].has_offers:
        return start
    staff = Staff(connection, start.version.organisation, at=at)
    functions = {**staff.functions(), **proposing_at(at)}
    return replace(start, filled=fill_options(resources.schemas[form], start.known, functions))


def may_start_any(connection: Connection, person: Actor, *, at: datetime) -> bool:
    """Whether there is a regulation the person may start: a question every inbox asks, in few statements."""
    settings = office_of(connection, person.organisation).settings
    starts = (_start_of(version) for version in in_force(connection, person.organisation, at=at).values())
    return any(start is not None and _may_start(start, person, settings) for start in starts)


def _start(connection: Connection, key: str, at: datetime) -> Start | None:
    try:
        version = load_version(connection, current_version(connection, key, at=at))
    except WorkflowError:
        return None
    return _start_of(version)


def _start_of(version: LoadedVersion) -> Start | None:
    try:
        element = version.start_element()
    except WorkflowError:
        return None
    process = version.process.diagram.processes[version.key]
    # What others call with inputs of theirs, and asks nothing itself, cannot be begun by hand.
    called = any(name.startswith("input.") for name in process.properties)
    if called and "form" not in element.properties:
        return None
    return Start(version=version, element=element)


def _may_start(start: Start, person: Actor, settings: Mapping[str, Any]) -> bool:
    if not may_start(person, settings, start.version.key):
        return False
    lane = start.version.process.diagram.lane_of(start.element)
    text = start.element.properties.get("candidates") or (lane.properties.get("candidates") if lane else None)
    if text is None:
        return True
    keys = keys_meant(compile_expression(text), starter=person.user)
    # Whom the submitted data would name cannot be known yet: the engine decides when the case is opened.
    return not keys or may_do(person, organisation=start.version.organisation, keys=keys, excluded=())
