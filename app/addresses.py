"""Addresses of many tasks on one page: worked out once, then filled in."""

from __future__ import annotations

from typing import Any, Final

from flask import url_for

#: Stand for what is filled in; no case has such a number.
_CASE, _NUMBER = "0case0", 4_294_967_295
_MARKS: Final = (_CASE, str(_NUMBER))


class TaskAddresses:
    """Addresses of one endpoint for tasks: a list of fifty would otherwise work out hundreds of them."""

    def __init__(self, endpoint: str, **values: Any) -> None:
        address = url_for(endpoint, case_number=_CASE, number=_NUMBER, **values)
        self._before, rest = address.split(_MARKS[0])
        self._between, self._behind = rest.split(_MARKS[1])

    def __call__(self, row: Any) -> str:
        """The address of a task that knows its ``case_number`` and ``number``."""
        return f"{self._before}{row.case_number}{self._between}{row.number}{self._behind}"
