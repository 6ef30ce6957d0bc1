"""The catalogue of the matters an organisation handles, as its package says it (``matters.toml``)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from workflows.errors import WorkflowError
from workflows.forms.materials import Asked, asked_for
from workflows.office import office_of


class NoSuchMatter(WorkflowError):
    """The organisation has no matter of this name in its catalogue."""

    code = "no-such-matter"
    message_zh = "办事目录里没有“{matter}”。"


@dataclass(frozen=True, kw_only=True)
class Matter:
    """A matter people apply for. Days are workdays; null where the catalogue does not say."""

    slug: str
    name: str
    #: Slug of the unit that handles it.
    unit: str
    basis: str
    conditions: str
    fee: str
    statutory_workdays: int | None
    promised_workdays: int | None
    materials: tuple[Asked, ...]
    provisions: tuple[str, ...]


def matters_of(connection: Connection, organisation: str) -> list[Matter]:
    """The catalogue of an organisation as it is now, in its own order; empty where there is none.

    A case does not read it here: it keeps the one its version was published with, ``parameters.matters``.
    """
    listed = office_of(connection, organisation).settings.get("matters")
    return [_matter(one) for one in listed or () if isinstance(one, Mapping)]


def matter(connection: Connection, organisation: str, slug: str) -> Matter:
    """One matter by its slug. Raises ``NoSuchMatter``."""
    for one in matters_of(connection, organisation):
        if one.slug == slug:
            return one
    raise NoSuchMatter(matter=slug)


def _matter(facts: Mapping[str, Any]) -> Matter:
    words = ("slug", "name", "unit", "basis", "conditions", "fee")
    return Matter(
        **{word: str(facts.get(word) or "") for word in words},
        statutory_workdays=_days(facts.get("statutory_workdays")),
        promised_workdays=_days(facts.get("promised_workdays")),
        materials=asked_for(facts.get("materials")),
        provisions=tuple(str(facts.get("provision") or "").split()),
    )


def _days(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None
