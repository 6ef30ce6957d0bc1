"""Definitions: the regulations, their versions, and how a case of one is opened."""

from __future__ import annotations

from typing import Any

from flask import Response

from app.api.describing import noun, operation
from app.api.looking import check_watcher
from app.api.shapes import Shape, flag, many, moment, text, values, whole
from app.installation import installation
from app.signing_in import me
from workflows.database import reading
from workflows.definitions import NoSuchDefinition
from workflows.forms.showing import initial_answers
from workflows.packages.editions import edition, editions_of, regulations_of
from workflows.reading.access import sees_everything
from workflows.reading.starts import start_of, starts_for

blueprint = noun("definitions", "Regulations and their published versions.")


class DefinitionShape(Shape):
    """A regulation."""

    key = text("What a case is opened by.", "office.permit")
    name = text("Its name.", "许可")
    version = whole("Number of the version in force; null while there is only a draft.", 3, allow_none=True)
    may_open = flag("Whether you may open a case of it.")


class DefinitionsShape(Shape):
    """Regulations."""

    items = many(DefinitionShape)


class VersionShape(Shape):
    """A published version, which never changes."""

    number = whole("1, 2, 3 …", 3)
    status = text("`published` (in force) or `retired`.", "published")
    content_hash = text("SHA-256 over all its files, in hex.", "9f86d081884c7d65…")
    author = text("User name.", "zhao.liu")
    approver = text("User name of the second person; null without one.", "wang.wu", allow_none=True)
    published_at = moment("When it was published.", allow_none=True)
    valid_until = moment("Until when new cases followed it.", allow_none=True)
    open_cases = whole("Open cases that run on it.", 12)


class VersionsShape(Shape):
    """Versions, the newest first."""

    items = many(VersionShape)


class StartShape(Shape):
    """What has to be given to open a case."""

    definition = text("Key of the regulation.", "office.permit")
    name = text("Its name.", "许可")
    version = whole("The version in force.", 3, allow_none=True)
    documentation = text("What the regulation says about itself.", "到窗口申请。")
    form = values("form-js schema; null when nothing is asked.", {"components": []}, allow_none=True)
    answers = values("What the form starts out with.", {"kind": "新办"})


@operation(blueprint, "GET", "/definitions", name="listDefinitions")
@blueprint.response(200, DefinitionsShape)
def listed() -> dict[str, Any]:
    """List the regulations you may open a case of; auditors and process administrators see all."""
    with reading(installation().engine) as connection:
        mine = {start.version.key: start for start in starts_for(connection, me(), at=_now())}
        if sees_everything(me()):
            every = [(one.key, one.name, one.number) for one in regulations_of(connection, me().organisation)]
        else:
            every = [(key, one.version.name, one.version.number) for key, one in mine.items()]
    return {
        "items": [
            {"key": key, "name": name, "version": number, "may_open": key in mine}
            for key, name, number in every
        ]
    }


@operation(blueprint, "GET", "/definitions/<key>/start", name="getStart", refuses=(404,))
@blueprint.response(200, StartShape)
def start(key: str) -> dict[str, Any]:
    """Read the form with which a case of a regulation is opened."""
    with reading(installation().engine) as connection:
        found = start_of(connection, key, of=me(), at=_now())
    return {
        "definition": key,
        "name": found.version.name,
        "version": found.version.number,
        "documentation": found.documentation,
        "form": found.schema,
        "answers": initial_answers(found.schema, {}) if found.schema is not None else {},
    }


@operation(blueprint, "GET", "/definitions/<key>/versions", name="listVersions", refuses=(403, 404))
@blueprint.response(200, VersionsShape)
def versions(key: str) -> dict[str, Any]:
    """List the published versions of a regulation; for auditors and process administrators."""
    check_watcher(key)
    with reading(installation().engine) as connection:
        if key not in {one.key for one in regulations_of(connection, me().organisation)}:
            raise NoSuchDefinition(key=key)
        return {"items": editions_of(connection, key)}


@operation(
    blueprint,
    "GET",
    "/definitions/<key>/versions/<int:number>/diagram",
    name="getDiagram",
    refuses=(403, 404),
)
@blueprint.response(200, {"type": "string"}, content_type="application/xml", description="BPMN 2.0 XML")
def diagram(key: str, number: int) -> Response:
    """Read the diagram of a version; for auditors and process administrators."""
    check_watcher(key)
    with reading(installation().engine) as connection:
        found = edition(connection, key, number, organisation=me().organisation)
    return Response(found.bundle.diagram, mimetype="application/xml")


def _now() -> Any:
    return installation().clock.now()
