"""Names under which data is stored can be read in expressions and do not hide the engine's own.

A name with a dot, a word of FEEL such as ``and``, or ``case`` or ``parameters`` could be written but never be
read.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from workflows.feel import FeelSyntaxError, compile_expression
from workflows.host_functions import HOST_FUNCTIONS
from workflows.validation.finding import Problem
from workflows.validation.scopes import MAX_SPECIAL
from workflows.validation.subject import Subject

RESERVED = HOST_FUNCTIONS | {
    "case",
    "parameters",
    "typename",
    "loopCounter",
    "numberOfInstances",
    "numberOfCompletedInstances",
}


def check(subject: Subject) -> Iterator[Problem]:
    if subject.scopes.special_count >= MAX_SPECIAL:
        yield Problem(
            None,
            f"含空格或符号的数据名称达到 {MAX_SPECIAL} 个：请改用不含空格的名称。",
            f"There are {MAX_SPECIAL} data names with spaces or signs: use names without them.",
            "too-many",
        )
    seen: set[tuple[str, str]] = set()
    for written in subject.scopes.written:
        key = (written.element_id, written.name)
        if written.automatic or key in seen:
            continue
        seen.add(key)
        if written.name in RESERVED or not _is_readable(written.name):
            yield Problem(
                written.element_id,
                f"数据名称“{written.name}”不能用：它是保留的，或表达式无法读取：请改名。",
                f"The data name {written.name!r} is reserved or cannot be read in an expression: rename it.",
            )


@lru_cache(maxsize=2048)
def _is_readable(name: str) -> bool:
    if "." in name:
        return False
    try:
        return compile_expression(name, names=[name]).names == {name}
    except FeelSyntaxError:
        return False
