"""Changing a regulation where it runs: its draft is edited, checked, approved and published."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

import orjson
from sqlalchemy import Connection, Row, delete, select

from workflows.cases import Actor, NotPermitted
from workflows.cases.correcting import PROCESS_ADMIN
from workflows.definitions import Bundle, NoSuchDefinition, PublicationRefused, publish, save_draft
from workflows.definitions.bundle import DIAGRAM
from workflows.diagrams import DiagramRefused, read_diagram
from workflows.errors import WorkflowError
from workflows.exclusive import exclusively
from workflows.packages.bundling import bundle_of, surroundings_of
from workflows.packages.contents import check_contents
from workflows.packages.installed import installed_packages
from workflows.tables import definitions, organisations, versions
from workflows.validation import Finding, Severity, Surroundings, validate

#: Table of the organisation's settings, and the name in it that asks for a second person.
_PUBLICATION: Final = "publication"
_SECOND_PERSON: Final = "second_person"


class DraftChanged(WorkflowError):
    """Somebody else has changed this regulation since you opened it."""

    code = "draft-changed"
    message_zh = "您打开之后，{author}已修改了这个制度。"


class NoDraft(WorkflowError):
    """This regulation has no draft."""

    code = "no-draft"
    message_zh = "这个制度没有草稿。"


class SecondPersonNeeded(WorkflowError):
    """In this organisation a second process administrator approves what another has drafted."""

    code = "second-person-needed"
    message_zh = "本单位规定由另一位流程管理员复核并发布：草稿由您修改，请他人发布。"


@dataclass(frozen=True, kw_only=True)
class WorkingCopy:
    """What an editor starts from: the draft of a regulation, or the version in force when it has none."""

    key: str
    organisation: str
    name: str
    bundle: Bundle
    #: Names this very content; to be given back when it is replaced or published.
    base: str
    is_draft: bool
    author: str
    changed_at: datetime


def working_copy(connection: Connection, key: str, *, by: Actor) -> WorkingCopy:
    """The regulation as an editor shows it. Raises ``NotPermitted``, ``NoSuchDefinition``."""
    _check_editor(by)
    row = _head(connection, key, by.organisation)
    return WorkingCopy(
        key=key,
        organisation=row.organisation,
        name=row.name,
        bundle=Bundle.unpack(row.bundle),
        base=_base(row),
        is_draft=row.status == "draft",
        author=row.author,
        changed_at=row.created_at,
    )


def keep_draft(
    connection: Connection, key: str, diagram: str, *, base: str, by: Actor, at: datetime
) -> WorkingCopy:
    """Make a diagram the draft of its regulation, together with the files it refers to.

    ``base`` is that of the copy the editor started from. Raises ``DraftChanged`` when it is no longer the
    latest, ``DiagramRefused``, ``NotPermitted``, ``NoSuchDefinition``.
    """
    found = _latest(connection, key, base=base, by=by)
    bundle = _bundle(connection, found, diagram)
    save_draft(connection, bundle, key=key, organisation=found.organisation, author=by.user, at=at)
    return working_copy(connection, key, by=by)


def check_diagram(connection: Connection, key: str, diagram: str, *, by: Actor) -> list[Finding]:
    """What validation says about a diagram in the place of a regulation. Raises like ``working_copy``."""
    found = working_copy(connection, key, by=by)
    edited = Bundle(files={**found.bundle.files, DIAGRAM: diagram})
    return validate(edited.diagram, _around(connection, found, edited, saved=False), process_id=key)


def check_draft(connection: Connection, found: WorkingCopy) -> list[Finding]:
    """Everything that is to be said before a working copy is published."""
    around = _around(connection, found, found.bundle)
    return [*validate(found.bundle.diagram, around, process_id=found.key), *check_contents(found.bundle)]


def publish_draft(connection: Connection, key: str, *, base: str, by: Actor, at: datetime) -> int:
    """Publish the draft an approver has looked at and return the version's id.

    Whoever publishes what another has drafted is its approver. Raises ``NoDraft``, ``DraftChanged``,
    ``SecondPersonNeeded``, ``PublicationRefused``, ``NotPermitted``, ``NoSuchDefinition``.
    """
    found = _latest(connection, key, base=base, by=by)
    if not found.is_draft:
        raise NoDraft(key=key)
    own = found.author == by.user
    if own and needs_second_person(connection, found.organisation):
        raise SecondPersonNeeded(key=key)
    if faults := [*check_contents(found.bundle)]:
        raise PublicationRefused(faults)
    version = publish(
        connection,
        found.bundle,
        key=key,
        organisation=found.organisation,
        surroundings=_around(connection, found, found.bundle),
        author=found.author,
        approver=None if own else by.user,
        at=at,
    )
    _delete_draft(connection, key)
    return version


def discard_draft(connection: Connection, key: str, *, base: str, by: Actor) -> None:
    """Throw a draft away. Raises ``NoDraft``, ``DraftChanged``, ``NotPermitted``, ``NoSuchDefinition``."""
    if not _latest(connection, key, base=base, by=by).is_draft:
        raise NoDraft(key=key)
    _delete_draft(connection, key)


def needs_second_person(connection: Connection, organisation: str) -> bool:
    """Whether an organisation wants a draft published by somebody else than its author."""
    settings = connection.execute(
        select(organisations.c.settings).where(organisations.c.slug == organisation)
    ).scalar_one()
    return bool(orjson.loads(settings).get(_PUBLICATION, {}).get(_SECOND_PERSON, False))


def surroundings(connection: Connection, found: WorkingCopy) -> Surroundings:
    """What a working copy may refer to."""
    return _around(connection, found, found.bundle)


def names_of_elements(diagram: bytes) -> dict[str, str]:
    """What people call the elements, flows and lanes of a diagram, by id; empty when it cannot be read."""
    try:
        read = read_diagram(diagram)
    except DiagramRefused:
        return {}
    names = {element.id: element.name for element in read.elements.values()}
    names |= {flow.id: flow.name for flow in read.flows.values()}
    return names | {lane.id: lane.name for lane in read.lanes.values()}


def is_publishable(findings: list[Finding]) -> bool:
    """Whether no finding prevents publication."""
    return all(finding.severity is not Severity.ERROR for finding in findings)


def _check_editor(by: Actor) -> None:
    if not by.has_role(PROCESS_ADMIN):
        raise NotPermitted(user=by.user)


def _head(connection: Connection, key: str, organisation: str) -> Row[tuple[object, ...]]:
    """The draft of a regulation, otherwise the version in force."""
    rows = connection.execute(
        select(versions, definitions.c.organisation, definitions.c.name)
        .join_from(versions, definitions, versions.c.definition_id == definitions.c.id)
        .where(
            definitions.c.key == key,
            definitions.c.organisation == organisation,
            versions.c.status.in_(("draft", "published")),
        )
    ).all()
    if not rows:
        raise NoSuchDefinition(key=key)
    return min(rows, key=lambda row: row.status != "draft")


def _base(row: Row[tuple[object, ...]]) -> str:
    # The moment tells two savings of the same content by different people apart.
    return f"{row.id}-{row.content_hash[:20]}-{row.created_at:%Y%m%d%H%M%S%f}"


def _latest(connection: Connection, key: str, *, base: str, by: Actor) -> WorkingCopy:
    _check_editor(by)
    exclusively(connection, f"draft {key}")
    found = working_copy(connection, key, by=by)
    if found.base != base:
        raise DraftChanged(key=key, author=found.author)
    return found


def _bundle(connection: Connection, found: WorkingCopy, diagram: str) -> Bundle:
    read_diagram(diagram.encode())
    edited = Bundle(files={**found.bundle.files, DIAGRAM: diagram})
    package, _ = installed_packages(connection, found.organisation, edited={found.key: edited})
    return bundle_of(package, found.key.partition(".")[2])


def _around(
    connection: Connection, found: WorkingCopy, edited: Bundle, *, saved: bool = True
) -> Surroundings:
    """The surroundings in force, with the files of the copy itself before those of other regulations.

    The diagram itself is left out: it may be broken. What is saved has the parameters it was saved with;
    saving gives it those the organisation has now.
    """
    around = surroundings_of(*installed_packages(connection, found.organisation))
    forms = {name: orjson.loads(text) for name, text in edited.named("forms").items()}
    decisions = {name: text.encode() for name, text in edited.named("decisions").items()}
    registers = orjson.loads(edited.files.get("registers.json", "{}"))
    return replace(
        around,
        forms={**around.forms, **forms},
        decisions={**around.decisions, **decisions},
        notices=around.notices | edited.named("notices").keys(),
        registers=around.registers | registers.keys(),
        parameters=frozenset(edited.parameters) if saved else around.parameters,
    )


def _delete_draft(connection: Connection, key: str) -> None:
    definition = select(definitions.c.id).where(definitions.c.key == key).scalar_subquery()
    connection.execute(
        delete(versions).where(versions.c.definition_id == definition, versions.c.status == "draft")
    )
