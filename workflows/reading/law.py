"""What a version says, as a reader of its cases needs it: elements, rules of tables, clauses."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import orjson
from sqlalchemy import Connection, select

from workflows.definitions import LoadedVersion, Resources, load_version
from workflows.definitions.loading import NoSuchVersion
from workflows.diagrams import Element
from workflows.diagrams.xml import load_xml
from workflows.tables import provisions, versions


@dataclass(frozen=True, kw_only=True)
class Law:
    """A version with everything it calls, indexed for reading."""

    version: LoadedVersion
    #: The version itself first, then those it calls, each once.
    versions: tuple[LoadedVersion, ...]
    #: (key of the process version, element id) → element.
    elements: Mapping[tuple[str, str], Element]

    def element(self, element_id: str, process: str | None = None) -> Element | None:
        """An element by id: of the process where it is known, otherwise the first that has it."""
        if process is not None and (process, element_id) in self.elements:
            return self.elements[process, element_id]
        keys = (version.process.key for version in self.versions)
        found = (self.elements.get((key, element_id)) for key in keys)
        return next((element for element in found if element is not None), None)

    def name_of(self, element_id: str, process: str | None = None) -> str:
        """What people call an element; its id when it has no name."""
        element = self.element(element_id, process)
        return element.name or element_id if element is not None else element_id

    def name_of_clock(self, clock: str) -> str:
        """What people call a clock: as a process words it, otherwise the timer it was started by."""
        for version in self.versions:
            process = version.process.diagram.processes[version.key]
            if (label := process.properties.get(f"clock.{clock}")) is not None:
                return label
        element = self.element(clock)
        is_timer = element is not None and any(event.kind == "timer" for event in element.events)
        return self.name_of(clock) if is_timer else clock

    def resources(self, process: str) -> Resources:
        """Forms, decisions and notices of a process version. Raises ``NoSuchVersion``."""
        for version in self.versions:
            if process in version.resources:
                return version.resources[process]
        raise NoSuchVersion(process=process)

    def decision_text(self, decision: str) -> str | None:
        """The table of that name."""
        return self._text("decisions", decision)

    def notice_text(self, notice: str) -> str | None:
        """The template of that name."""
        return self._text("notices", notice)

    def _text(self, folder: str, name: str) -> str | None:
        texts = (version.bundle.named(folder).get(name) for version in self.versions)
        return next((text for text in texts if text is not None), None)


def law_of(connection: Connection, version_id: int) -> Law:
    """The version and what it calls. Raises ``NoSuchVersion``."""
    found: dict[int, LoadedVersion] = {}
    waiting = [version_id]
    while waiting:
        identifier = waiting.pop(0)
        if identifier in found:
            continue
        found[identifier] = load_version(connection, identifier)
        calls = connection.execute(select(versions.c.calls).where(versions.c.id == identifier)).scalar_one()
        waiting += orjson.loads(calls).values()
    every = tuple(found.values())
    elements = {
        (version.process.key, element.id): element
        for version in every
        for element in version.process.diagram.elements.values()
    }
    return Law(version=every[0], versions=every, elements=elements)


@dataclass(frozen=True, kw_only=True)
class DecisionText:
    """A decision table as people read it: its name, and what each rule says, by the rule's id."""

    name: str
    rules: Mapping[str, str]


def read_decision(text: str) -> DecisionText:
    """Name and rules of a decision file; a rule without a description is quoted by its cells."""
    root = load_xml(text.encode())
    rules = {}
    for rule in root.iterfind(".//{*}rule"):
        cells = [cell.findtext("{*}text") or "" for cell in rule.iterfind("{*}outputEntry")]
        said = (rule.findtext("{*}description") or "").strip()
        rules[str(rule.get("id"))] = said or " · ".join(cells)
    return DecisionText(name=str(root.get("name") or ""), rules=rules)


@dataclass(frozen=True, kw_only=True)
class Clause:
    """A provision in our own words, in both languages."""

    id: str
    article: str
    summary_zh: str
    summary_en: str


def clauses_of(connection: Connection, ids: Iterable[str]) -> list[Clause]:
    """The clauses of these ids, in the order of the ids, each once; unknown ones are left out."""
    wanted = list(dict.fromkeys(ids))
    if not wanted:
        return []
    found = {
        row.id: Clause(id=row.id, article=row.article, summary_zh=row.summary_zh, summary_en=row.summary_en)
        for row in connection.execute(select(provisions).where(provisions.c.id.in_(wanted)))
    }
    return [found[identifier] for identifier in wanted if identifier in found]
