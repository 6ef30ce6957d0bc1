"""``[counter]`` of ``organisation.toml``: rules that can be read, and that name what there is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import orjson

from workflows.counter_rules import CounterRules, UnusableCounterRules, counter_rules
from workflows.diagrams import read_diagram
from workflows.forms.showing import initial_answers
from workflows.packages.faults import PackageFault
from workflows.packages.package import Package
from workflows.validation import Finding, Severity
from workflows.validation.suggestion import did_you_mean

_RULE: Final = "counter"


def check_counter(package: Package) -> None:
    """Whether the rules about the counter can be read at all. Raises ``PackageFault``."""
    try:
        counter_rules(package.settings)
    except UnusableCounterRules as error:
        file = f"{package.slug}/organisation.toml"
        raise PackageFault(file, zh=error.in_chinese(), en=str(error)) from error


def counter_findings(package: Package) -> Iterator[Finding]:
    """Units, processes and start events that ``[counter]`` names and that are not in the package."""
    rules = counter_rules(package.settings)
    if rules is None:
        return
    units = [group.slug for group in package.units]
    for slug in rules.places:
        if slug not in units:
            yield _finding("places", slug, units)
    yield from _strange_openings(package, rules)


def _strange_openings(package: Package, rules: CounterRules) -> Iterator[Finding]:
    processes = {package.key(regulation): text for regulation, text in package.diagrams.items()}
    for opening in rules.openings:
        if opening.process not in processes:
            yield _finding("starts", opening.process, list(processes))
            continue
        found = read_diagram(processes[opening.process].encode()).inside(opening.process)
        starts = {element.id: element for element in found if element.kind == "startEvent"}
        plain = next((name for name, element in starts.items() if not element.events), "")
        element = starts.get(opening.start or plain)
        if element is None:
            yield _finding("starts", opening.start or "startEvent", list(starts))
            continue
        form = package.forms.get(element.properties.get("form", ""))
        asked = list(initial_answers(orjson.loads(form), {})) if form is not None else []
        for name in opening.data:
            if name not in asked:
                yield _finding("starts.data", name, asked)


def _finding(place: str, name: str, known: list[str]) -> Finding:
    zh, en = did_you_mean(name, known)
    return Finding(
        rule=_RULE,
        severity=Severity.ERROR,
        element_id=None,
        message_zh=f"[counter] 的 {place} 中的“{name}”在本制度包中不存在，请改正。{zh}",
        message_en=f"[counter] {place} names {name!r}, which is not in this package: correct it.{en}",
        code=_RULE,
    )
