"""The order in which regulations are published: what is called comes before what calls it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from graphlib import CycleError, TopologicalSorter

from workflows.packages.faults import PackageFault
from workflows.packages.package import Package


def call_order(packages: Iterable[Package]) -> list[tuple[Package, str]]:
    """Every (package, regulation), callees first, else as given. Raises ``PackageFault`` for a circle."""
    places: dict[str, tuple[Package, str]] = {}
    calls: dict[str, frozenset[str]] = {}
    for package in packages:
        for regulation in package.diagrams:
            key = package.key(regulation)
            places[key] = (package, regulation)
            calls[key] = package.calls(regulation)
    return [places[key] for key in _sorted(places, calls)]


def _sorted(places: Mapping[str, tuple[Package, str]], calls: Mapping[str, frozenset[str]]) -> list[str]:
    sorter: TopologicalSorter[str] = TopologicalSorter()
    for key in places:
        # A process of no package is for validation to report.
        sorter.add(key, *sorted(calls[key] & places.keys()))
    try:
        return list(sorter.static_order())
    except CycleError as error:
        circle = " → ".join(reversed(error.args[1]))
        package, regulation = places[error.args[1][0]]
        raise PackageFault(
            f"{package.slug}/{regulation}.bpmn",
            zh=f"流程相互调用成了一圈:{circle}。请改用循环,或由操作另立案件。",
            en=f"the processes call each other in a circle: {circle}; use a loop, or start another case.",
        ) from None
