"""Which file, and what in it, executes which clause: the account that nothing in the text was forgotten."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import orjson

from workflows.decisions import DecisionFileError
from workflows.decisions.documents import read_document
from workflows.diagrams import Diagram
from workflows.packages.package import Package, PackageProvision
from workflows.validation.literals import literal

#: How a clause is written within running text.
_TOKEN: Final = re.compile(r"[a-z][a-z0-9-]*(?:\.[a-z0-9-]+)+")
#: What a row of the list may say of itself when no file can cite it.
_ACCOUNTED: Final = ("declaratory", "directory")
#: Words by which a row names what executes it.
_CLAIM: Final = re.compile(r"\b(element|flow|form|decision|register|notice) ([A-Za-z][\w-]*)")


@dataclass(frozen=True, kw_only=True)
class Citation:
    """A clause named in a file; ``part`` is the id of the element, rule, component or register."""

    provision: str
    file: str
    part: str


def citations(package: Package) -> list[Citation]:
    """Every clause its files name: diagrams, decision rules, form components, registers, access, notices, and
    what ``organisation.toml`` lays down about time."""
    found: list[Citation] = []
    for regulation, diagram in package.parsed.items():
        found += _cited(f"{regulation}.bpmn", _in_diagram(diagram))
    for name, text in package.decisions.items():
        found += _cited(f"{name}.dmn", _in_decisions(text))
    for name, text in package.forms.items():
        found += _cited(f"forms/{name}.form.json", _in_values(orjson.loads(text)))
    for slug, register in package.registers.items():
        found += _cited("registers.toml", ((slug, value) for _, value in _in_values(register)))
    for name, table in package.tables.items():
        found += _cited(f"{name}.toml", _in_values(table))
    found += _cited("organisation.toml", _in_values(package.settings.get("time", {})))
    for name, text in package.notices.items():
        found += _cited(f"notices/{name}.html", [("", text)])
    own = {provision.id for provision in package.provisions}
    # Other dotted words, such as ids of processes, are no citations.
    return [c for c in found if c.provision in own or _foreign(c, package)]


def described(cited: Iterable[Citation]) -> dict[str, str]:
    """Provision → where it is executed, as one line: ``intake.bpmn: register, handle; forms/….json: a``."""
    places: dict[str, dict[str, list[str]]] = {}
    for citation in cited:
        parts = places.setdefault(citation.provision, {}).setdefault(citation.file, [])
        if citation.part and citation.part not in parts:
            parts.append(citation.part)
    return {
        provision: "; ".join(
            f"{file}: {', '.join(parts)}" if parts else file for file, parts in files.items()
        )
        for provision, files in places.items()
    }


def unaccounted(package: Package, cited: Iterable[Citation]) -> list[PackageProvision]:
    """Clauses that no file names and that do not say why they need none."""
    named = {citation.provision for citation in cited}
    return [
        provision
        for provision in package.provisions
        if provision.id not in named and not provision.executed_by.startswith(_ACCOUNTED)
    ]


def empty_claims(package: Package) -> Iterator[tuple[PackageProvision, str]]:
    """Clauses whose row names a part that the package does not have, with the part as written."""
    parts: dict[str, set[str]] = {
        "element": {e for diagram in package.parsed.values() for e in diagram.elements},
        "flow": {flow for diagram in package.parsed.values() for flow in diagram.flows},
        "form": set(package.forms),
        "decision": set(package.decisions),
        "register": set(package.registers),
        "notice": set(package.notices),
    }
    for provision in package.provisions:
        for kind, name in _CLAIM.findall(provision.executed_by):
            if name not in parts[kind]:
                yield provision, f"{kind} {name}"


def _foreign(citation: Citation, package: Package) -> bool:
    # A package without clauses of its own names others'; in running text nothing tells them from other words.
    if not package.provisions:
        return not citation.file.endswith(".html")
    # A misspelt clause of this office, where only clauses are expected, stays in to be reported.
    return citation.provision.startswith(f"{package.slug}.") and citation.file.endswith((".json", ".dmn"))


def _cited(file: str, texts: Iterable[tuple[str, str]]) -> Iterator[Citation]:
    for part, text in texts:
        for token in _TOKEN.findall(text):
            yield Citation(provision=token, file=file, part=part)


def _in_diagram(diagram: Diagram) -> Iterator[tuple[str, str]]:
    holders = (diagram.processes, diagram.elements, diagram.flows, diagram.lanes)
    for parts in holders:
        for identifier, part in parts.items():
            yield identifier, part.properties.get("provision", "")
    for element in diagram.elements.values():
        if element.operator is not None:
            yield element.id, literal(element.operator.parameters.get("provision", "")) or ""


def _in_decisions(text: str) -> Iterator[tuple[str, str]]:
    try:
        root = read_document(text.encode())
    except DecisionFileError:
        return
    for description in root.iter("{*}description"):
        owner = description.getparent()
        yield (owner.get("id", "") if owner is not None else ""), "".join(description.itertext())


def _in_values(value: Any, part: str = "") -> Iterator[tuple[str, str]]:
    """Values of ``provision`` anywhere in JSON or TOML, with the nearest ``id`` or ``slug`` above."""
    if isinstance(value, Mapping):
        part = next((str(value[key]) for key in ("id", "slug", "act") if key in value), part)
        for key, inner in value.items():
            if key == "provision":
                yield part, inner if isinstance(inner, str) else " ".join(map(str, inner))
            else:
                yield from _in_values(inner, part)
    elif isinstance(value, list):
        for inner in value:
            yield from _in_values(inner, part)
