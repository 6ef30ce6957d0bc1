"""Case data in scopes: the case, each call, each multi-instance item and each round of a loop."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Mapping
from typing import Any

#: The scope of the case itself.
CASE = ""

Values = dict[str, Any]


class Scopes:
    """The data of one case, by scope.

    ``values`` maps a scope (``""`` for the case, otherwise the number of the task that opened it) to its
    names; ``outer`` maps a scope to the one it can read through to, and has no entry where reading stops.
    """

    def __init__(self, values: dict[str, Values] | None = None, outer: dict[str, str] | None = None) -> None:
        self.values: dict[str, Values] = values if values is not None else {CASE: {}}
        self.outer: dict[str, str] = outer if outer is not None else {}

    def open(self, scope: str, *, inside: str | None, values: Mapping[str, Any]) -> None:
        """Open a scope; with ``inside`` it reads through to that one, without it stands alone."""
        self.values[scope] = dict(values)
        if inside is not None:
            self.outer[scope] = inside

    def close(self, scope: str) -> None:
        """Forget a scope; what must outlive it has been copied out as a declared output."""
        self.values.pop(scope, None)
        self.outer.pop(scope, None)

    def write(self, scope: str, values: Mapping[str, Any]) -> None:
        """Write names into exactly this scope."""
        self.values[scope].update(values)

    def view(self, scope: str, beneath: Mapping[str, Any]) -> ChainMap[str, Any]:
        """What an expression in ``scope`` can read, innermost first, ``beneath`` last; not to be written."""
        maps: list[Any] = [self.values[scope]]
        while (outer := self.outer.get(scope)) is not None:
            scope = outer
            maps.append(self.values[scope])
        return ChainMap(*maps, beneath)  # type: ignore[arg-type]

    def to_json(self) -> dict[str, Any]:
        """The form in which a case stores its data."""
        return {"values": self.values, "outer": self.outer}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Scopes:
        """Read back what ``to_json`` gave."""
        return cls(dict(stored["values"]), dict(stored["outer"]))
