"""An organisation's package in memory: its facts and the texts of its files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from workflows.diagrams import Diagram, read_diagram
from workflows.packages.parameters import parameters_of

#: The folder whose diagrams every organisation may call.
SHARED = "common"


@dataclass(frozen=True, kw_only=True)
class PackageGroup:
    """A unit, a role, a post or a skill."""

    slug: str
    name: str
    name_en: str


@dataclass(frozen=True, kw_only=True)
class PackagePerson:
    """A person of the demonstration; slugs of units, of units led, of roles, of posts and of skills."""

    user: str
    name: str
    units: tuple[str, ...] = ()
    leads: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    posts: tuple[str, ...] = ()
    skills: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class PackageProvision:
    """A clause; ``executed_by`` is what the author says executes it where no file can cite it."""

    id: str
    article: str
    kind: str
    summary_zh: str
    summary_en: str
    executed_by: str = ""


@dataclass(frozen=True, kw_only=True)
class Package:
    """A folder of ``bpmn/``. File texts are keyed by name without folder and ending."""

    directory: Path
    slug: str
    name: str
    name_en: str
    #: JSON-ready facts kept with the organisation: closing time, parameters, office hours, contacts.
    settings: Mapping[str, Any] = field(default_factory=dict)
    units: tuple[PackageGroup, ...] = ()
    roles: tuple[PackageGroup, ...] = ()
    posts: tuple[PackageGroup, ...] = ()
    skills: tuple[PackageGroup, ...] = ()
    people: tuple[PackagePerson, ...] = ()
    provisions: tuple[PackageProvision, ...] = ()
    #: Registers by name, as written in ``registers.toml``.
    registers: Mapping[str, Any] = field(default_factory=dict)
    #: Content of the other TOML files (``access``, ``matters``), by name.
    tables: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    diagrams: Mapping[str, str] = field(default_factory=dict)
    decisions: Mapping[str, str] = field(default_factory=dict)
    forms: Mapping[str, str] = field(default_factory=dict)
    notices: Mapping[str, str] = field(default_factory=dict)

    def key(self, regulation: str) -> str:
        """The process id of a regulation, which is also the key of its definition."""
        return f"{self.slug}.{regulation}"

    @cached_property
    def parameters(self) -> Mapping[str, Any]:
        """What the office has configured because no text says it, by name."""
        return parameters_of(self.settings)

    @cached_property
    def parsed(self) -> Mapping[str, Diagram]:
        """The diagrams, read; the files were readable when the package was."""
        return {regulation: read_diagram(text.encode()) for regulation, text in self.diagrams.items()}

    def calls(self, regulation: str) -> frozenset[str]:
        """Ids of the processes a regulation calls."""
        activities = self.parsed[regulation].of_kind("callActivity")
        return frozenset(element.called for element in activities if element.called)
