"""What a version says, as a reader of its cases needs it: elements, rules of tables, clauses."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

import orjson
from sqlalchemy import Connection, select

from workflows.definitions import LoadedVersion, Resources, load_version
from workflows.definitions.loading import NoSuchVersion
from workflows.diagrams import Element, Tone
from workflows.diagrams.xml import load_xml
from workflows.forms.offering import Roll
from workflows.staff import names_of_all, procedures_of
from workflows.tables import organisations, provisions, versions


@dataclass(frozen=True, kw_only=True)
class Law:
    """A version with everything it calls, indexed for reading."""

    version: LoadedVersion
    #: The version itself first, then those it calls, each once.
    versions: tuple[LoadedVersion, ...]
    #: (key of the process version, element id) → element.
    elements: Mapping[tuple[str, str], Element]
    #: Names of those whom its forms may have offered; empty when they offer nobody.
    roll: Roll = field(default_factory=Roll)

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

    def name_of_process(self, process: str) -> str:
        """What people call a process by the key its tasks keep; the key where it is none of these."""
        found = (version.name for version in self.versions if version.process.key == process)
        return next(found, process)

    def name_of_clock(self, clock: str) -> str:
        """What people call a clock: as a process words it, otherwise the timer it was started by."""
        for version in self.versions:
            process = version.process.diagram.processes[version.key]
            if (label := process.properties.get(f"clock.{clock}")) is not None:
                return label
        element = self.element(clock)
        is_timer = element is not None and any(event.kind == "timer" for event in element.events)
        return self.name_of(clock) if is_timer else clock

    def ends_in(self, outcome: str | None) -> Iterator[Element]:
        """The end events at which a case ends in that outcome, those of the version itself first."""
        for version in self.versions:
            for element in version.process.diagram.of_kind("endEvent"):
                if outcome and element.properties.get("outcome") == outcome:
                    yield element

    def tone_of(self, outcome: str | None) -> Tone:
        """What an outcome means to the person whom the case is about; neutral where no end event says it."""
        tones = (element.properties.get("tone") for element in self.ends_in(outcome))
        return next((Tone(tone) for tone in tones if tone), Tone.NEUTRAL)

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
    return Law(version=every[0], versions=every, elements=elements, roll=roll_of(connection, every))


def roll_of(connection: Connection, every: Sequence[LoadedVersion]) -> Roll:
    """Names of those whom the forms of these versions of one organisation may have offered."""
    own = (version.resources[version.process.key] for version in every)
    if not any(form.has_offers for resources in own for form in resources.forms.values()):
        return Roll()
    organisation = every[0].organisation
    people, units = names_of_all(connection, organisation)
    return Roll(people=people, units=units, procedures=procedures_of(connection, organisation))


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
class Title:
    """What a regulation is called: in full, in short among other regulations, and in English."""

    full: str
    short: str
    english: str


@dataclass(frozen=True, kw_only=True)
class Clause:
    """A provision in our own words, in both languages, and the regulation it stands in."""

    id: str
    article: str
    summary_zh: str
    summary_en: str
    #: Null where the organisation does not say what its regulations are called.
    title: Title | None = None

    def cited(self, *, english: bool = False) -> str:
        """Regulation and article, as one cites them: an article alone is ambiguous."""
        if self.title is None:
            return self.article
        return f"{self.title.english}, {self.article}" if english else f"《{self.title.short}》{self.article}"


_CLAUSES = select(provisions, organisations.c.settings).join_from(
    provisions, organisations, provisions.c.organisation == organisations.c.slug
)


def clauses_of(connection: Connection, ids: Iterable[str]) -> list[Clause]:
    """The clauses of these ids, in the order of the ids, each once; unknown ones are left out."""
    wanted = list(dict.fromkeys(ids))
    if not wanted:
        return []
    found = {
        row.id: Clause(
            id=row.id,
            article=row.article,
            summary_zh=row.summary_zh,
            summary_en=row.summary_en,
            title=_title_over(row.id, _titles(row.settings)),
        )
        for row in connection.execute(_CLAUSES.where(provisions.c.id.in_(wanted)))
    }
    return [found[identifier] for identifier in wanted if identifier in found]


@lru_cache(maxsize=50)
def _titles(settings: str) -> Mapping[str, Title]:
    """Beginning of the ids of its clauses → what a regulation is called, of an organisation's settings."""
    return {
        str(one["id"]): Title(
            full=str(one["title"]),
            short=str(one.get("short") or one["title"]),
            english=str(one.get("title_en") or one["title"]),
        )
        for one in orjson.loads(settings).get("regulations", ())
    }


def _title_over(clause: str, titles: Mapping[str, Title]) -> Title | None:
    prefix = clause
    while "." in prefix:
        prefix = prefix.rpartition(".")[0]
        if prefix in titles:
            return titles[prefix]
    return None
