"""What an organisation lays down about legal time: who may suspend, extend and order, and who is warned."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time
from functools import lru_cache
from typing import Any, Final

import orjson

from workflows.errors import Refusal, WorkflowError
from workflows.ladders import Ladder, read_ladders
from workflows.periods import Period, period

#: Whose time passes while a clock stands still.
WHOSE: Final = ("applicant", "third-party")


class NoSuchProcedure(Refusal):
    """The organisation knows no such special procedure."""

    code = "no-such-procedure"
    message_zh = "本单位没有规定名为“{procedure}”的特别程序,不能据此中止计时。"


class DocumentMissing(Refusal):
    """A suspension needs a document."""

    code = "document-missing"
    message_zh = "中止计时须写明依据的文书名称和文号。"


class UnusableTimeRules(WorkflowError):
    """The organisation's rules about legal time cannot be read."""

    code = "unusable-time-rules"
    message_zh = "organisation.toml 的 [time] 写法不正确:{reason}。"


@dataclass(frozen=True, kw_only=True)
class Procedure:
    """A special procedure whose time is not counted, such as a hearing."""

    slug: str
    name: str
    name_en: str
    provision: str
    whose: str


@dataclass(frozen=True, kw_only=True)
class TimeRules:
    """The rules of one organisation; people are named by candidate keys."""

    procedures: Mapping[str, Procedure]
    may_suspend: frozenset[str]
    may_extend: frozenset[str]
    #: How often one clock may be extended, and by how much at most each time; null for no bound.
    extensions: int
    bound: Period | None
    may_order: frozenset[str]
    #: Who verifies or dismisses a proposed ground of accountability.
    may_decide: frozenset[str]
    #: Who sees the periods of the whole organisation on the board.
    may_watch: frozenset[str]
    ladders: tuple[Ladder, ...]

    def procedure(self, slug: str, *, document: Any) -> Procedure:
        """A special procedure and that there is a document for it.

        Raises ``NoSuchProcedure``, ``DocumentMissing``.
        """
        found = self.procedures.get(slug)
        if found is None:
            raise NoSuchProcedure(procedure=slug)
        if not str(document or "").strip():
            raise DocumentMissing(procedure=slug)
        return found

    def ladder_of(self, basis: str) -> Ladder | None:
        """The first ladder for clocks of that basis."""
        return next((ladder for ladder in self.ladders if basis in ladder.bases), None)


def rules_of(settings: Mapping[str, Any]) -> TimeRules:
    """Read the settings of an organisation. Raises ``UnusableTimeRules``, ``UnusableLadder``."""
    relevant = {"time": settings.get("time", {}), "hours": settings.get("hours", {})}
    return _read(orjson.dumps(relevant, option=orjson.OPT_SORT_KEYS))


@lru_cache(maxsize=64)
def _read(text: bytes) -> TimeRules:
    settings = orjson.loads(text)
    table = settings["time"]
    extension, opening = table.get("extension", {}), settings["hours"].get("opening", "09:00")
    try:
        return TimeRules(
            procedures={one["slug"]: _procedure(one) for one in table.get("procedures", ())},
            may_suspend=frozenset(table.get("suspension", {}).get("by", ())),
            may_extend=frozenset(extension.get("by", ())),
            extensions=int(extension.get("times", 1)),
            bound=period(extension["bound"]) if "bound" in extension else None,
            may_order=frozenset(table.get("orders", {}).get("by", ())),
            may_decide=frozenset(table.get("grounds", {}).get("by", ())),
            may_watch=frozenset(table.get("board", {}).get("by", ())),
            ladders=read_ladders(table.get("ladder", ()), opening=time.fromisoformat(opening)),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise UnusableTimeRules(reason=f"{type(error).__name__}: {error}") from error


def _procedure(table: Mapping[str, Any]) -> Procedure:
    whose = table.get("whose", "third-party")
    if whose not in WHOSE:
        raise UnusableTimeRules(reason=f"whose 应为 {'、'.join(WHOSE)} 之一:{whose}")
    return Procedure(
        slug=table["slug"],
        name=table["name"],
        name_en=table.get("name_en", table["name"]),
        provision=table.get("provision", ""),
        whose=whose,
    )
