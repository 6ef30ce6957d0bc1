"""What a package's ``demo.toml`` wishes a demonstration to look like."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from workflows.packages import Package, PackageFault
from workflows.packages.toml import TomlTable, read_toml
from workflows.scenarios import Scenario, read_scenarios

FILE: Final = "demo.toml"
_KEYS: Final = ("cases_per_week", "cases_last_week", "left_lying", "weights", "vary", "visits")


@dataclass(frozen=True, kw_only=True)
class Variation:
    """Values of the worked cases that are replaced together, and the rows that may take their place."""

    values: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, kw_only=True)
class Wishes:
    """How many cases of which scenarios, and what is different from one to the next."""

    cases_per_week: int
    cases_last_week: int
    #: Cases that nobody goes on with: of which scenario, and how many working days ago they began.
    left_lying: tuple[tuple[Scenario, int], ...]
    #: Each scenario with how often it is drawn in proportion to the others.
    scenarios: tuple[tuple[Scenario, int], ...]
    variations: tuple[Variation, ...]


def read_wishes(package: Package) -> Wishes | None:
    """The wishes of a package, ``None`` without a ``demo.toml``. Raises ``PackageFault``.

    A scenario in which the case is refused, or not seen to its end, is left out, and so is one that begins
    with something given: a demonstration is made by the engine alone.
    """
    shown = f"{package.slug}/{FILE}"
    content = read_toml(package.directory / FILE, shown)
    if not content:
        return None
    table = TomlTable(shown, "", content)
    table.only(_KEYS)
    scenarios = _scenarios(package)
    return Wishes(
        cases_per_week=_number(table, "cases_per_week"),
        cases_last_week=_number(table, "cases_last_week"),
        left_lying=_lying(table, scenarios),
        scenarios=_weighted(table, scenarios),
        variations=tuple(_variation(each) for each in table.tables("vary")),
    )


def _number(table: TomlTable, key: str) -> int:
    value = table.content.get(key)
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise table.fault(key, "应为不小于零的整数", "must be a whole number, zero or more")
    return value


def _lying(table: TomlTable, scenarios: list[Scenario]) -> tuple[tuple[Scenario, int], ...]:
    """From a table scenario → list of working days."""
    wanted: Mapping[str, Any] = table.table("left_lying")
    TomlTable(table.file, "left_lying", wanted).only([scenario.name for scenario in scenarios])
    for name, days in wanted.items():
        if not isinstance(days, list) or not all(isinstance(day, int) and day >= 0 for day in days):
            raise table.fault(f"left_lying.{name}", "应为整数的列表", "must be a list of whole numbers")
    return tuple((each, day) for each in scenarios for day in wanted.get(each.name, ()))


def _scenarios(package: Package) -> list[Scenario]:
    folder: Path = package.directory / "scenarios"
    return [
        scenario
        for path in sorted(folder.glob("*.yaml"))
        for scenario in read_scenarios(path, organisation=package.slug)
        if scenario.refused is None and not scenario.given and _is_finished(scenario)
    ]


def _is_finished(scenario: Scenario) -> bool:
    statuses = [step["expect"]["status"] for step in scenario.steps if "status" in step.get("expect", {})]
    return bool(statuses) and statuses[-1] != "open"


def _weighted(table: TomlTable, scenarios: list[Scenario]) -> tuple[tuple[Scenario, int], ...]:
    weights: Mapping[str, Any] = table.table("weights")
    inner = TomlTable(table.file, "weights", weights)
    # A weight nobody reads is a name somebody misspelt.
    inner.only([scenario.name for scenario in scenarios])
    found = [(each, _number(inner, each.name) if each.name in weights else 1) for each in scenarios]
    return tuple((scenario, weight) for scenario, weight in found if weight)


def _variation(table: TomlTable) -> Variation:
    table.only(("values", "rows"))
    values = table.texts("values")
    rows = table.content.get("rows", [])
    if not rows or not all(isinstance(row, list) and len(row) == len(values) for row in rows):
        raise table.fault("rows", "每行应与“values”一样长", "must be rows as long as 'values'")
    return Variation(values=values, rows=tuple(tuple(str(text) for text in row) for row in rows))


__all__ = ["PackageFault", "Variation", "Wishes", "read_wishes"]
