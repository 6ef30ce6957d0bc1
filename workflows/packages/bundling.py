"""What of a package belongs to one regulation, and what surrounds it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import orjson

from workflows.definitions import Bundle
from workflows.definitions.bundle import DIAGRAM, SLOTS
from workflows.diagrams import CallSignature, Diagram
from workflows.feel import FeelSyntaxError, compile_expression
from workflows.operators import CATALOGUE
from workflows.packages.package import SHARED, Package
from workflows.packages.parameters import slots_of
from workflows.validation import Surroundings
from workflows.validation.literals import literal


def bundle_of(package: Package, regulation: str) -> Bundle:
    """The regulation's diagram, the files it refers to as far as they exist, all registers and parameters."""
    diagram = package.parsed[regulation]
    files = {DIAGRAM: package.diagrams[regulation]}
    wanted = (
        ("decisions", ".dmn", package.decisions, (element.decision for element in diagram.elements.values())),
        ("forms", ".json", package.forms, (e.properties.get("form") for e in diagram.elements.values())),
        ("notices", ".html", package.notices, _notices(diagram)),
    )
    for folder, ending, texts, names in wanted:
        for name in names:
            if name is not None and name in texts:
                files[f"{folder}/{name}{ending}"] = texts[name]
    files["registers.json"] = orjson.dumps(package.registers, option=orjson.OPT_INDENT_2).decode()
    return Bundle(files=files).with_parameters(package.parameters)


def surroundings_of(package: Package, others: Iterable[Package]) -> Surroundings:
    """What the package's diagrams may refer to: its own files, and the shared processes among ``others``.

    A shared diagram may name the units, roles and parameters that every organisation has, any provision, and
    any role slot: those who call it must fill it.
    """
    around = [other for other in others if other.slug != package.slug]
    offices = around if package.slug == SHARED else []
    callable_from = [package, *(other for other in around if other.slug == SHARED)]
    signatures: dict[str, CallSignature] = {}
    calls: dict[str, frozenset[str]] = {}
    for source in callable_from:
        for regulation, diagram in source.parsed.items():
            signatures[source.key(regulation)] = _signature(diagram, source.key(regulation))
            calls[source.key(regulation)] = source.calls(regulation)
    signatures = _with_slots_beneath(signatures, calls)
    provisions = {p.id for source in (package, *offices) for p in source.provisions}
    return Surroundings(
        forms=_schemas(package),
        decisions={name: text.encode() for name, text in package.decisions.items()},
        notices=frozenset(package.notices),
        registers=frozenset(package.registers),
        operators={name: operator.signature for name, operator in CATALOGUE.items()},
        callable=signatures,
        calls=calls,
        provisions=frozenset(provisions),
        units=_slugs((p.units for p in offices), package.units),
        roles=_slugs((p.roles for p in offices), package.roles),
        parameters=(_everywhere(p.parameters for p in offices) | package.parameters.keys()) - {SLOTS},
        slots=None if package.slug == SHARED else frozenset(slots_of(package.settings)),
    )


def _notices(diagram: Diagram) -> Iterator[str | None]:
    for element in diagram.elements.values():
        yield element.properties.get("notice")
        if element.operator is not None:
            yield literal(element.operator.parameters.get("notice", ""))


def _signature(diagram: Diagram, key: str) -> CallSignature:
    properties = diagram.processes[key].properties
    return CallSignature(
        inputs=frozenset(name.removeprefix("input.") for name in properties if name.startswith("input.")),
        outputs=frozenset(name.removeprefix("output.") for name in properties if name.startswith("output.")),
        slots=frozenset(_slots_named(diagram)),
    )


def _slots_named(diagram: Diagram) -> Iterator[str]:
    """Role slots that lanes and tasks of a diagram name."""
    properties = [lane.properties for lane in diagram.lanes.values()]
    properties += [element.properties for element in diagram.elements.values()]
    for found in properties:
        for purpose in ("candidates", "exclude"):
            try:
                expression = compile_expression(found.get(purpose, "null"))
            except FeelSyntaxError:
                continue  # validation of that diagram says so
            yield from (arguments[0] for name, arguments in expression.calls if name == "slot" and arguments)


def _with_slots_beneath(
    signatures: Mapping[str, CallSignature], calls: Mapping[str, frozenset[str]]
) -> dict[str, CallSignature]:
    """The signatures, each also with the role slots of what the process calls."""

    def beneath(key: str, seen: frozenset[str]) -> frozenset[str]:
        inner = (calls[key] & signatures.keys()) - seen
        return signatures[key].slots.union(*(beneath(one, seen | inner) for one in inner))

    return {key: replace(one, slots=beneath(key, frozenset({key}))) for key, one in signatures.items()}


def _schemas(package: Package) -> Mapping[str, Any]:
    return {name: orjson.loads(text) for name, text in package.forms.items()}


def _slugs(offices: Iterable[Iterable[Any]], own: Iterable[Any]) -> frozenset[str]:
    of_each = ((group.slug for group in groups) for groups in offices)
    return _everywhere(of_each) | frozenset(group.slug for group in own)


def _everywhere(of_each: Iterable[Iterable[str]]) -> frozenset[str]:
    """What all offices have; nothing where there is no office."""
    sets = [frozenset(names) for names in of_each]
    return frozenset.intersection(*sets) if sets else frozenset()
