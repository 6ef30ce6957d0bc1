"""A version in memory: parsed and compiled once per process, shared by all its cases."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import Connection, bindparam, select

from workflows.database import place_of
from workflows.decisions import DecisionModel, load_decisions
from workflows.definitions.bundle import Bundle
from workflows.diagrams import Diagram, Element, read_diagram
from workflows.engine.compiling import CompiledProcess, compile_process
from workflows.errors import WorkflowError
from workflows.forms import Form, read_form
from workflows.host_functions import HOST_FUNCTIONS
from workflows.tables import definitions, versions


class NoSuchVersion(WorkflowError):
    """There is no such version of a regulation."""

    code = "no-such-version"
    message_zh = "没有这个版本的制度。"


@dataclass(frozen=True, kw_only=True)
class Resources:
    """What the elements of one process refer to."""

    forms: Mapping[str, Form]
    schemas: Mapping[str, Any]
    decisions: Mapping[str, DecisionModel]
    notices: Mapping[str, str]
    registers: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class LoadedVersion:
    """A version, ready to run. ``resources`` also holds those of the processes it calls, by process key."""

    id: int
    number: int | None
    definition_id: int
    key: str
    organisation: str
    name: str
    content_hash: str
    bundle: Bundle
    #: The organisation's parameters as this version was published with them; behind them those of what it
    #: calls. A case reads these and no others to its end.
    parameters: Mapping[str, Any]
    process: CompiledProcess
    resources: Mapping[str, Resources]

    def start_element(self, element_id: str | None = None) -> Element:
        """The start event to open a case at: the named one, otherwise the plain one."""
        starts = [e for e in self.process.diagram.inside(self.key) if e.kind == "startEvent"]
        for element in starts:
            if element.id == element_id or (element_id is None and not element.events):
                return element
        raise NoSuchVersion(key=self.key, start=element_id)


#: Compiled versions are shared between threads; a version never changes, so nothing is ever refreshed.
_CAPACITY = 200
_loaded: OrderedDict[tuple[str, int], LoadedVersion] = OrderedDict()
_lock = threading.RLock()

_VERSION = (
    select(versions, definitions.c.key, definitions.c.organisation, definitions.c.name)
    .join_from(versions, definitions, versions.c.definition_id == definitions.c.id)
    .where(versions.c.id == bindparam("version_id"))
)


def load_version(connection: Connection, version_id: int) -> LoadedVersion:
    """The version, from memory when it has been used before. Raises ``NoSuchVersion``."""
    place = (place_of(connection), version_id)
    with _lock:
        found = _loaded.get(place)
        if found is not None:
            _loaded.move_to_end(place)
            return found
    loaded = _read(connection, version_id)
    with _lock:
        _loaded[place] = loaded
        while len(_loaded) > _CAPACITY:
            _loaded.popitem(last=False)
    return loaded


def forget() -> None:
    """Drop what is remembered, for a database that was emptied or restored from a copy."""
    with _lock:
        _loaded.clear()


def _read(connection: Connection, version_id: int) -> LoadedVersion:
    row = connection.execute(_VERSION, {"version_id": version_id}).one_or_none()
    if row is None:
        raise NoSuchVersion(id=version_id)
    called = {
        process: load_version(connection, identifier)
        for process, identifier in orjson.loads(row.calls).items()
    }
    return assemble(
        Bundle.unpack(row.bundle),
        called=called,
        id=row.id,
        number=row.number,
        definition_id=row.definition_id,
        key=row.key,
        organisation=row.organisation,
        name=row.name,
        content_hash=row.content_hash,
    )


def assemble(
    bundle: Bundle, *, called: Mapping[str, LoadedVersion], key: str, content_hash: str, **facts: Any
) -> LoadedVersion:
    """Compile a bundle that is, or is about to be, a version."""
    process_key = f"{key}#{content_hash[:12]}"
    diagram = read_diagram(bundle.diagram)
    process = compile_process(
        diagram,
        key,
        key=process_key,
        names=special_names(diagram),
        called={process_id: version.process for process_id, version in called.items()},
    )
    resources: dict[str, Resources] = {}
    parameters: dict[str, Any] = {}
    for version in called.values():
        resources.update(version.resources)
        parameters.update(version.parameters)
    resources[process_key] = _resources(bundle)
    return LoadedVersion(
        key=key,
        content_hash=content_hash,
        bundle=bundle,
        parameters={**parameters, **bundle.parameters},
        process=process,
        resources=resources,
        **facts,
    )


def special_names(diagram: Diagram) -> frozenset[str]:
    """Data names with spaces or signs: FEEL can only read them when it is told of them."""
    names: set[str] = set()
    for process in diagram.processes.values():
        names.update(name.partition(".")[2] for name in process.properties if name.startswith("input."))
    for element in diagram.elements.values():
        names.update(element.prefixed("output"))
        if element.operator is not None:
            names.update(element.operator.parameters)
            names.add(element.operator.result or "")
        if element.loop is not None:
            names.update(filter(None, (element.loop.input_item, element.loop.output_collection)))
        names.add(element.properties.get("result") or element.decision or "")
    return frozenset(name for name in names if name and not name.isidentifier())


def _resources(bundle: Bundle) -> Resources:
    schemas = {name: orjson.loads(text) for name, text in bundle.named("forms").items()}
    return Resources(
        forms={name: read_form(schema) for name, schema in schemas.items()},
        schemas=schemas,
        decisions={
            name: load_decisions(text.encode(), functions=HOST_FUNCTIONS)
            for name, text in bundle.named("decisions").items()
        },
        notices=bundle.named("notices"),
        registers=orjson.loads(bundle.files.get("registers.json", "{}")),
    )
