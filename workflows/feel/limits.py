"""How much one evaluation may cost.

A step is roughly one visited node of the expression or one item touched; a budget travels with the
evaluation (and is shared by all decisions of one evaluation), so that no text can hold a worker for long.
"""

from __future__ import annotations

from typing import Final

from workflows.feel.errors import FeelLimitExceeded

MAX_TEXT: Final = 10_000
MAX_DEPTH: Final = 60
MAX_CALLS: Final = 40
MAX_STRING: Final = 200_000
MAX_STEPS: Final = 100_000
CHARS_PER_STEP: Final = 16
#: What a power, a root, a logarithm of 34 digits costs.
TRANSCENDENTAL: Final = 30


class Budget:
    """The steps left and the depth of function calls reached."""

    __slots__ = ("calls", "left")

    def __init__(self, steps: int = MAX_STEPS) -> None:
        self.left = steps
        self.calls = 0

    def charge(self, steps: int) -> None:
        """Take steps; raises FeelLimitExceeded when none are left."""
        self.left -= steps
        if self.left < 0:
            raise FeelLimitExceeded(limit="steps")

    def charge_text(self, length: int) -> None:
        """Account for a string of this length that is about to be made."""
        if length > MAX_STRING:
            raise FeelLimitExceeded(limit="string length")
        self.charge(1 + length // CHARS_PER_STEP)

    def enter_call(self) -> None:
        """Go one function call deeper; the caller pairs it with ``leave_call``."""
        self.calls += 1
        if self.calls > MAX_CALLS:
            raise FeelLimitExceeded(limit="call depth")

    def leave_call(self) -> None:
        """Come back from a function call."""
        self.calls -= 1
