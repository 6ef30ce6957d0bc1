"""Checking packages as files, before anything is loaded."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import orjson

from workflows.definitions import Bundle
from workflows.definitions.bundle import DIAGRAM
from workflows.packages.bundling import bundle_of, surroundings_of
from workflows.packages.contents import check_contents
from workflows.packages.counter_settings import counter_findings
from workflows.packages.coverage import Citation, citations, described, empty_claims, unaccounted
from workflows.packages.matters import check_matters
from workflows.packages.ordering import call_order
from workflows.packages.package import SHARED, Package
from workflows.packages.reading import read_packages
from workflows.packages.time_settings import time_findings
from workflows.validation import Finding, Severity, validate


@dataclass(frozen=True, kw_only=True)
class CheckedFile:
    """What was found in one file of a package."""

    file: str
    findings: tuple[Finding, ...]


@dataclass(frozen=True, kw_only=True)
class CheckReport:
    """The result of checking all packages of a folder."""

    #: Files with findings, worst findings first.
    files: tuple[CheckedFile, ...]
    #: Provision → what executes it: files and their parts, or the package's own word for it.
    executed_by: Mapping[str, str]
    #: Provisions that nothing executes, by organisation.
    uncovered: Mapping[str, tuple[str, ...]]
    regulations: int

    @property
    def errors(self) -> int:
        """Findings that prevent publication."""
        return sum(f.severity is Severity.ERROR for checked in self.files for f in checked.findings)

    @property
    def passed(self) -> bool:
        """No error, and every provision is accounted for."""
        return self.errors == 0 and not any(self.uncovered.values())


def check_packages(directory: Path) -> CheckReport:
    """Validate every diagram, decision table and form, and account for every provision.

    Raises ``PackageFault`` for a file that cannot be read and for calls in a circle.
    """
    packages = read_packages(directory)
    order = call_order(packages)
    by_slug = {package.slug: citations(package) for package in packages}
    shared = by_slug.get(SHARED, [])
    executed_by: dict[str, str] = {}
    uncovered: dict[str, tuple[str, ...]] = {}
    files = [CheckedFile(file=file, findings=found) for file, found in _files(packages)]
    for package in packages:
        cited = by_slug[package.slug] + (shared if package.slug != SHARED else [])
        places = described(cited)
        executed_by |= {p.id: places.get(p.id) or p.executed_by for p in package.provisions}
        uncovered[package.slug] = tuple(provision.id for provision in unaccounted(package, cited))
        files += _provision_files(package, by_slug[package.slug])
    return CheckReport(
        files=tuple(checked for checked in files if checked.findings),
        executed_by=executed_by,
        uncovered=uncovered,
        regulations=len(order),
    )


def _files(packages: list[Package]) -> Iterator[tuple[str, tuple[Finding, ...]]]:
    for package in packages:
        surroundings = surroundings_of(package, packages)
        used: set[str] = set()
        for regulation, text in package.diagrams.items():
            used |= set(bundle_of(package, regulation).files)
            findings = validate(text.encode(), surroundings, process_id=package.key(regulation))
            yield f"{package.slug}/{regulation}.bpmn", tuple(findings)
        yield f"{package.slug}/", tuple(check_contents(_everything(package)))
        yield f"{package.slug}/matters.toml", tuple(check_matters(package))
        yield f"{package.slug}/organisation.toml", (*time_findings(package), *counter_findings(package))
        for kind, zh, names in _unused(package, used):
            message_zh, message_en = (
                f"没有流程用到的{zh}:{'、'.join(names)}。",
                f"no diagram uses: {', '.join(names)}.",
            )
            yield f"{package.slug}/{kind}", (_finding("unused", Severity.WARNING, message_zh, message_en),)


def _everything(package: Package) -> Bundle:
    files = {DIAGRAM: ""}
    files |= {f"decisions/{name}.dmn": text for name, text in package.decisions.items()}
    files |= {f"forms/{name}.json": text for name, text in package.forms.items()}
    files |= {f"notices/{name}.html": text for name, text in package.notices.items()}
    files["registers.json"] = orjson.dumps(package.registers).decode()
    return Bundle(files=files).with_parameters(package.parameters)


def _unused(package: Package, used: set[str]) -> Iterator[tuple[str, str, list[str]]]:
    kinds = (
        ("decisions", "决策表", ".dmn", package.decisions),
        ("forms", "表单", ".json", package.forms),
        ("notices", "文书", ".html", package.notices),
    )
    for kind, zh, ending, texts in kinds:
        if names := [name for name in texts if f"{kind}/{name}{ending}" not in used]:
            yield kind, zh, names


def _provision_files(package: Package, cited: Iterable[Citation]) -> Iterator[CheckedFile]:
    known = {provision.id for provision in package.provisions}
    claims = [
        _finding(
            "claim",
            Severity.ERROR,
            f"条款“{provision.id}”写明由“{claim}”执行,但没有它。",
            f"The provision {provision.id!r} is said to be executed by {claim!r}, which does not exist.",
        )
        for provision, claim in empty_claims(package)
    ]
    yield CheckedFile(file=f"{package.slug}/provisions.csv", findings=tuple(claims))
    for citation in cited:
        # Diagrams are looked after by validation.
        if citation.provision not in known and not citation.file.endswith(".bpmn"):
            finding = _finding(
                "provisions",
                Severity.ERROR,
                f"“{citation.part}”引用的条款“{citation.provision}”不在条款表中。",
                f"{citation.part!r} names the provision {citation.provision!r}, which is not in the list.",
            )
            yield CheckedFile(file=f"{package.slug}/{citation.file}", findings=(finding,))


def _finding(rule: str, severity: Severity, zh: str, en: str) -> Finding:
    return Finding(rule=rule, severity=severity, element_id=None, message_zh=zh, message_en=en, code=rule)
