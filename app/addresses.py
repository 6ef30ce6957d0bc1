"""Addresses of many cases or tasks on one page: worked out once, then filled in."""

from __future__ import annotations

from typing import Any, Final

from flask import url_for

#: Stand for what is filled in; no case has such a number.
_CASE, _NUMBER = "0case0", 4_294_967_295
_MARKS: Final = (_CASE, str(_NUMBER))


class CaseAddresses:
    """Addresses of one endpoint for cases."""

    def __init__(self, endpoint: str) -> None:
        self._before, self._behind = url_for(endpoint, case_number=_CASE).split(_CASE)

    def __call__(self, case_number: str) -> str:
        """The address of a case."""
        return f"{self._before}{case_number}{self._behind}"


class TaskAddresses:
    """Addresses of one endpoint for tasks: a list of fifty would otherwise work out hundreds of them."""

    def __init__(self, endpoint: str, **values: Any) -> None:
        address = url_for(endpoint, case_number=_CASE, number=_NUMBER, **values)
        self._before, rest = address.split(_MARKS[0])
        self._between, self._behind = rest.split(_MARKS[1])

    def __call__(self, row: Any) -> str:
        """The address of a task that knows its ``case_number`` and ``number``."""
        return self.of(row.case_number, row.number)

    def of(self, case_number: str, number: int) -> str:
        """The address of a task of a case."""
        return f"{self._before}{case_number}{self._between}{number}{self._behind}"
