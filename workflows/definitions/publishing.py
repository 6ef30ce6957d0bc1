"""Drafts and publication: a version is validated, numbered, its calls pinned, and never changed again."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Connection, func, insert, or_, select, update

from workflows.definitions.bundle import Bundle
from workflows.diagrams import Diagram, read_diagram
from workflows.errors import WorkflowError
from workflows.schedules import register_schedules
from workflows.tables import definitions, versions
from workflows.validation import Finding, Severity, Surroundings, validate


class PublicationRefused(WorkflowError):
    """The diagram has faults that must be mended before it can be published."""

    code = "publication-refused"
    message_zh = "流程图有必须先改正的问题,不能发布。"

    def __init__(self, findings: list[Finding]) -> None:
        self.findings = findings
        worst = [f for f in findings if f.severity is Severity.ERROR]
        super().__init__(count=len(worst), first=worst[0].message_en if worst else "")


class NoSuchDefinition(WorkflowError):
    """There is no published regulation of this name."""

    code = "no-such-definition"
    message_zh = "没有已发布的制度“{key}”。"


def definition_id(connection: Connection, *, key: str, organisation: str, name: str) -> int:
    """Id of a definition, which is made when it is new."""
    found = connection.execute(select(definitions.c.id).where(definitions.c.key == key)).scalar_one_or_none()
    if found is not None:
        return int(found)
    made = connection.execute(
        insert(definitions).values(key=key, organisation=organisation, name=name)
    ).inserted_primary_key
    assert made is not None
    return int(made[0])


def _rename(connection: Connection, definition: int, name: str) -> None:
    """What is in force gives the definition its name; a draft does not."""
    connection.execute(update(definitions).where(definitions.c.id == definition).values(name=name))


def save_draft(
    connection: Connection,
    bundle: Bundle,
    *,
    key: str,
    organisation: str,
    author: str,
    at: datetime,
    package_hash: str | None = None,
) -> int:
    """Keep a bundle as the draft of its definition, replacing an earlier draft. Returns the version's id."""
    definition = definition_id(connection, key=key, organisation=organisation, name=_name(bundle, key))
    values: dict[str, Any] = {
        "content_hash": bundle.content_hash,
        "bundle": bundle.packed(),
        "calls": "{}",
        "package_hash": package_hash,
        "author": author,
        "created_at": at,
    }
    draft = connection.execute(
        select(versions.c.id).where(versions.c.definition_id == definition, versions.c.status == "draft")
    ).scalar_one_or_none()
    if draft is not None:
        connection.execute(update(versions).where(versions.c.id == draft).values(**values))
        return int(draft)
    made = connection.execute(
        insert(versions).values(definition_id=definition, status="draft", **values)
    ).inserted_primary_key
    assert made is not None
    return int(made[0])


def publish(
    connection: Connection,
    bundle: Bundle,
    *,
    key: str,
    organisation: str,
    surroundings: Surroundings,
    author: str,
    approver: str | None,
    at: datetime,
    package_hash: str | None = None,
) -> int:
    """Make a bundle the next version of its definition and return the version's id.

    1. Validate it against what it may refer to; any error refuses it.
    2. Pin each process it calls to the version current at ``at``.
    3. Number it and retire the one before.
    4. Put its timer start events on the schedule.

    Raises ``PublicationRefused`` with the findings.
    """
    findings = validate(bundle.diagram, surroundings, process_id=key)
    if any(finding.severity is Severity.ERROR for finding in findings):
        raise PublicationRefused(findings)
    definition = definition_id(connection, key=key, organisation=organisation, name=_name(bundle, key))
    _rename(connection, definition, _name(bundle, key))
    diagram = read_diagram(bundle.diagram)
    version = _insert(
        connection,
        definition,
        number=_retire(connection, definition, at) + 1,
        calls=_pinned_calls(connection, diagram, at),
        content_hash=bundle.content_hash,
        bundle=bundle.packed(),
        package_hash=package_hash,
        author=author,
        approver=approver,
        at=at,
    )
    register_schedules(connection, definition, diagram, at)
    return version


def _pinned_calls(connection: Connection, diagram: Diagram, at: datetime) -> str:
    called = {element.called for element in diagram.of_kind("callActivity")}
    pinned = {process: current_version(connection, process, at=at) for process in filter(None, called)}
    return orjson.dumps(pinned, option=orjson.OPT_SORT_KEYS).decode()


def _retire(connection: Connection, definition: int, at: datetime) -> int:
    """End the validity of the published version. Returns the last number given, 0 for none."""
    last = connection.execute(
        select(func.max(versions.c.number)).where(versions.c.definition_id == definition)
    ).scalar_one()
    connection.execute(
        update(versions)
        .where(versions.c.definition_id == definition, versions.c.status == "published")
        .values(status="retired", valid_until=at)
    )
    return int(last or 0)


def _insert(connection: Connection, definition: int, *, at: datetime, **values: Any) -> int:
    made = connection.execute(
        insert(versions).values(
            definition_id=definition,
            status="published",
            valid_from=at,
            created_at=at,
            published_at=at,
            **values,
        )
    ).inserted_primary_key
    assert made is not None
    return int(made[0])


def current_version(connection: Connection, key: str, *, at: datetime) -> int:
    """Id of the version in force at a moment. Raises ``NoSuchDefinition``."""
    found = connection.execute(
        select(versions.c.id)
        .join(definitions, versions.c.definition_id == definitions.c.id)
        .where(
            definitions.c.key == key,
            versions.c.number.is_not(None),
            or_(versions.c.valid_from.is_(None), versions.c.valid_from <= at, versions.c.number == 1),
            or_(versions.c.valid_until.is_(None), versions.c.valid_until > at),
        )
        .order_by(versions.c.number.desc())
        .limit(1)
    ).scalar_one_or_none()
    if found is None:
        raise NoSuchDefinition(key=key)
    return int(found)


def _name(bundle: Bundle, key: str) -> str:
    process = read_diagram(bundle.diagram).processes.get(key)
    return process.name if process is not None and process.name else key
