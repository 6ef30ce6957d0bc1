"""No id is used twice.

Of two parts with one id the engine would keep one and forget the other.
"""

from __future__ import annotations

from collections.abc import Iterator

from workflows.validation.finding import Problem
from workflows.validation.subject import Subject


def check(subject: Subject) -> Iterator[Problem]:
    for identifier in subject.diagram.duplicate_ids:
        yield Problem(
            identifier,
            f"编号“{identifier}”用了不止一次：请给其中的每一个起不同的 id。",
            f"The id {identifier!r} is used more than once: give each part an id of its own.",
        )
