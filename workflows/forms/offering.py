"""What a form takes from around it before it is shown: options out of the directory, values to start with.

A field says by ``properties.options`` whom it offers, for example ``people(role("handler"))``, and by
``properties.default`` what it starts out with, for example ``parameters.days``. Options are filled in again
before the form is judged; what was accepted is kept as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from workflows.clock import BEIJING
from workflows.errors import WorkflowError
from workflows.feel import Expression, compile_expression, to_json
from workflows.forms.materials import MATERIALS
from workflows.forms.schema import materials_asked, option_values, options_offered, value_proposed

#: What such an expression may call.
OFFERING: Final = frozenset({"people", "units", "procedures", "unit", "role", "leader", "person"})
#: Those of them that give options.
LISTING: Final = frozenset({"people", "units", "procedures"})
#: What a value to start out with may call.
PROPOSING: Final = frozenset({"today", "now"})

Functions = Mapping[str, Callable[..., Any]]


@dataclass(frozen=True, kw_only=True)
class Roll:
    """Names by user name and by slug of everybody and every unit there is or was, and of every special
    procedure there is."""

    people: Mapping[str, str] = field(default_factory=dict)
    units: Mapping[str, str] = field(default_factory=dict)
    procedures: Mapping[str, str] = field(default_factory=dict)

    def meant_by(self, component: Mapping[str, Any]) -> dict[str, str]:
        """Stored value → name, for whatever the options of a field may have been."""
        offer = options_offered(component)
        called = compile_expression(offer).functions if offer else frozenset()
        listed = {"units": self.units, "people": self.people, "procedures": self.procedures}
        return dict(pair for word, names in listed.items() if word in called for pair in names.items())


def proposing_at(now: datetime) -> Functions:
    """The functions of ``PROPOSING``: day, and moment to the minute, as one writes them into a field in
    Asia/Shanghai."""
    here = now.astimezone(BEIJING).replace(second=0, microsecond=0, tzinfo=None)
    return {"today": here.date, "now": lambda: here}


def offers_of(schema: Mapping[str, Any]) -> Iterator[tuple[str, Expression]]:
    """Id and expression of every offer in a checked form."""
    for component in schema.get("components") or ():
        if offer := options_offered(component):
            yield str(component.get("id") or component.get("key")), compile_expression(offer)
        yield from offers_of(component)


def fill_options(schema: Mapping[str, Any], known: Mapping[str, Any], functions: Functions) -> dict[str, Any]:
    """A checked form with its offers listed as ordinary options, those written in the form first.

    ``known`` is the case data that offers and values to start with may read; ``functions`` are those of
    ``OFFERING`` (those of ``LISTING`` give lists of ``{"label", "value"}``) and of ``PROPOSING``.
    """

    def complete(component: Mapping[str, Any]) -> Mapping[str, Any]:
        if offer := options_offered(component):
            component = _with_options(component, _offered(offer, known, functions))
        if proposal := value_proposed(component):
            component = {**component, "defaultValue": _value(proposal, known, functions)}
        if asked := materials_asked(component):
            component = {**component, MATERIALS: _value(asked, known, functions)}
        return component

    return _mapped(schema, complete)


def name_options(schema: Mapping[str, Any], roll: Roll) -> dict[str, Any]:
    """A checked form with everybody whom its offers may ever have named: for reading what was stored."""

    def complete(component: Mapping[str, Any]) -> Mapping[str, Any]:
        meant = roll.meant_by(component)
        named = [{"label": name, "value": value} for value, name in meant.items()]
        return _with_options(component, named) if named else component

    return _mapped(schema, complete)


def _mapped(
    container: Mapping[str, Any], complete: Callable[[Mapping[str, Any]], Mapping[str, Any]]
) -> dict[str, Any]:
    inner = container.get("components") or ()
    return {
        **container,
        "components": [
            _mapped(component, complete) if component.get("components") else complete(component)
            for component in inner
        ],
    }


def _with_options(component: Mapping[str, Any], options: list[dict[str, Any]]) -> Mapping[str, Any]:
    fixed = component.get("values") or []
    return {**component, "values": [*fixed, *_distinct(options, set(option_values(fixed)))]}


def _distinct(options: list[dict[str, Any]], taken: set[Any]) -> Iterator[dict[str, Any]]:
    for option in options:
        if option["value"] not in taken:
            taken.add(option["value"])
            yield option


def _offered(expression: str, known: Mapping[str, Any], functions: Functions) -> list[dict[str, Any]]:
    found = _value(expression, known, functions)
    items = found if isinstance(found, list) else [found]
    return [
        {"label": str(item.get("label") or item["value"]), "value": item["value"]}
        for item in items
        if isinstance(item, Mapping) and isinstance(item.get("value"), str)
    ]


def _value(expression: str, known: Mapping[str, Any], functions: Functions) -> Any:
    try:
        return to_json(compile_expression(expression).evaluate(known, functions))
    except WorkflowError:
        return None
