"""Where a name is read from at run time, once the compiler knows how far out it is bound."""

from __future__ import annotations

from typing import Any

from workflows.feel.builtins import builtin_value
from workflows.feel.frames import Code, Frame
from workflows.feel.operators import member
from workflows.feel.values import PLAIN


def variables_at(hops: int) -> Code:
    """The variables of the frame so many constructs further out; in a filter, the item itself."""
    if hops == 0:
        return lambda frame: frame.variables

    def read(frame: Frame) -> Any:
        for _ in range(hops):
            assert frame.parent is not None
            frame = frame.parent
        return frame.variables

    return read


def local(hops: int, name: str) -> Code:
    """Reads a variable bound for certain."""
    if hops == 0:
        return lambda frame: frame.variables.get(name)
    around = variables_at(hops)
    return lambda frame: around(frame).get(name)


def from_items(hops: list[int], name: str, otherwise: Code) -> Code:
    """Reads an entry of the nearest filtered item that has it, else what the name means outside."""
    items = [variables_at(at) for at in hops]

    def read(frame: Frame) -> Any:
        for item in items:
            value = item(frame)
            if type(value) is dict and name in value:
                return value[name]
        return otherwise(frame)

    return read


def members(source: Code, names: tuple[str, ...]) -> Code:
    """Reads ``source.name.name``."""

    def read(frame: Frame) -> Any:
        value = source(frame)
        for name in names:
            value = member(value, name, frame.run.budget)
        return value

    return read


def free(name: str) -> Code:
    """Reads the data of the host; a built-in function where the data has no such name."""
    function = builtin_value(name)

    def read(frame: Frame) -> Any:
        run = frame.run
        value = run.scope.get(name)
        kind = type(value)
        if kind in PLAIN:
            return value
        return run.value(value)

    if function is None:
        return read
    return lambda frame: read(frame) if name in frame.run.scope else function
