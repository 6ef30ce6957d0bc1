"""``[time]`` of ``organisation.toml``: rules that can be read, and that name people and clauses there are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from workflows.errors import WorkflowError
from workflows.packages.faults import PackageFault
from workflows.packages.package import Package
from workflows.packages.toml import TomlTable
from workflows.time_rules import rules_of
from workflows.validation import Finding, Severity
from workflows.validation.suggestion import did_you_mean

#: Tables whose ``by`` names people.
_BY: Final = ("suspension", "extension", "orders", "grounds", "board")
_KNOWN: Final = (*_BY, "procedures", "ladder", "source")
#: What a rung may tell besides candidate keys: whoever has the work, and the leaders of their units.
_NOUNS: Final = ("performers", "leaders")


def check_time(package: Package) -> None:
    """Whether the rules about legal time can be read at all. Raises ``PackageFault``."""
    file = f"{package.slug}/organisation.toml"
    table = TomlTable(file, "time", package.settings.get("time", {}))
    table.only(_KNOWN)
    try:
        rules_of(package.settings)
    except WorkflowError as error:
        raise PackageFault(file, zh=error.in_chinese(), en=str(error)) from error


def time_findings(package: Package) -> Iterator[Finding]:
    """Units, roles, people and clauses that ``[time]`` names and that are not in the package."""
    table: Mapping[str, Any] = package.settings.get("time", {})
    units = [group.slug for group in package.units]
    known = {
        "unit": units,
        "leader": units,
        "role": [group.slug for group in package.roles],
        "person": [person.user for person in package.people],
    }
    for name in _BY:
        yield from _strangers(f"time.{name}.by", table.get(name, {}).get("by", ()), known)
    for place, rung in _rungs(table):
        keys = [key for key in rung.get("to", ()) if key not in _NOUNS]
        yield from _strangers(f"{place}.to", keys, known)
    clauses = [provision.id for provision in package.provisions]
    for place, clause in _clauses(table):
        if clause not in clauses:
            zh, en = did_you_mean(clause, clauses)
            yield _finding(
                f"{place} 引用的条款“{clause}”不在 provisions.csv 中，请补上该条款或改正编号。{zh}",
                f"{place} names the provision {clause!r}, which is not in provisions.csv: add it or correct "
                f"the id.{en}",
            )


def _rungs(table: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for number, ladder in enumerate(table.get("ladder", ()), 1):
        for rung in ladder.get("rungs", ()):
            yield f"time.ladder[{number}].{rung.get('name', '')}", rung


def _clauses(table: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for procedure in table.get("procedures", ()):
        if procedure.get("provision"):
            yield f"time.procedures.{procedure.get('slug', '')}", procedure["provision"]
    for place, rung in _rungs(table):
        if rung.get("ground"):
            yield f"{place}.ground", rung["ground"]


def _strangers(place: str, keys: Iterable[str], known: Mapping[str, list[str]]) -> Iterator[Finding]:
    for key in keys:
        kind, _, slug = key.partition(":")
        if kind not in known:
            yield _finding(
                f"{place} 中的“{key}”应写成 unit:、leader:、role: 或 person: 加名称。",
                f"{place}: write {key!r} as unit:, leader:, role: or person: with a name.",
            )
        elif slug not in known[kind]:
            zh, en = did_you_mean(slug, known[kind])
            yield _finding(
                f"{place} 中的“{key}”在本单位不存在，请改正，或先在 organisation.toml 中写明。{zh}",
                f"{place} names {key!r}, which does not exist: correct it, or add it to "
                f"organisation.toml.{en}",
            )


def _finding(zh: str, en: str) -> Finding:
    return Finding(
        rule="time",
        severity=Severity.ERROR,
        element_id=None,
        message_zh=zh,
        message_en=en,
        code="time",
    )
