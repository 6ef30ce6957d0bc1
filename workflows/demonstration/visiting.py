"""Visits of a demonstration's last day at the counter, as a package's ``demo.toml`` wishes them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection

from workflows.counter_rules import Decision, counter_rules
from workflows.demonstration.wishes import FILE
from workflows.packages import Package
from workflows.packages.toml import TomlTable, read_toml
from workflows.people import actor_of
from workflows.visits.opening import take_down
from workflows.visits.visit import Given

_KEYS: Final = ("by", "minutes_ago", *Given.__dataclass_fields__)


@dataclass(frozen=True, kw_only=True)
class WishedVisit:
    """Somebody who came so long before the end of the demonstration."""

    by: str
    ago: timedelta
    given: Given


def read_visits(package: Package) -> list[WishedVisit]:
    """The visits a package wishes, the earliest first. Raises ``PackageFault``."""
    shown = f"{package.slug}/{FILE}"
    content = read_toml(package.directory / FILE, shown)
    found = [_visit(table) for table in TomlTable(shown, "", content).tables("visits")]
    return sorted(found, key=lambda one: one.ago, reverse=True)


def take_visits_down(connection: Connection, packages: Iterable[Package], *, until: datetime) -> None:
    """Take the visits down that the packages wish, counted back from ``until`` (aware)."""
    for package in packages:
        rules = counter_rules(package.settings)
        units = [group.slug for group in package.units]
        for wished in read_visits(package) if rules is not None else ():
            assert rules is not None
            by = actor_of(connection, wished.by)
            take_down(connection, wished.given, rules=rules, units=units, by=by, at=until - wished.ago)


def _visit(table: TomlTable) -> WishedVisit:
    table.only(_KEYS)
    minutes = table.content.get("minutes_ago")
    if not isinstance(minutes, int) or isinstance(minutes, bool) or minutes < 0:
        raise table.fault("minutes_ago", "应为不小于零的整数", "must be a whole number, zero or more")
    try:
        decision = Decision(table.text("decision"))
    except ValueError:
        raise table.fault(
            "decision", f"只能是 {'、'.join(Decision)}", f"must be one of {list(Decision)}"
        ) from None
    names = [name for name in Given.__dataclass_fields__ if name in table.content and name != "decision"]
    texts = {name: table.text(name) for name in names}
    return WishedVisit(
        by=table.text("by"), ago=timedelta(minutes=minutes), given=Given(decision=decision, **texts)
    )
