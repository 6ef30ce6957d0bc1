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
from workflows.periods import InvalidPeriod, Period, period

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
    table, hours = _table(settings, "time"), _table(settings, "hours")
    extension = _table(table, "extension")
    opening = hours.get("opening", "09:00")
    try:
        return TimeRules(
            procedures=_procedures(table.get("procedures", [])),
            may_suspend=_keys(_table(table, "suspension"), "suspension"),
            may_extend=_keys(extension, "extension"),
            extensions=_times(extension.get("times", 1)),
            bound=period(extension["bound"]) if "bound" in extension else None,
            may_order=_keys(_table(table, "orders"), "orders"),
            may_decide=_keys(_table(table, "grounds"), "grounds"),
            may_watch=_keys(_table(table, "board"), "board"),
            ladders=read_ladders(table.get("ladder", []), opening=time.fromisoformat(opening)),
        )
    except InvalidPeriod as error:
        raise UnusableTimeRules(reason=f"extension.bound:{error.in_chinese().rstrip('。')}") from error
    except (TypeError, ValueError) as error:
        raise UnusableTimeRules(reason=f"[hours] opening 应写作 08:30:{opening}") from error


def _table(settings: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = settings.get(name, {})
    if not isinstance(found, Mapping):
        raise UnusableTimeRules(reason=f"{name} 应为一节")
    return found


def _keys(table: Mapping[str, Any], name: str) -> frozenset[str]:
    # A single text would be read as one key for each of its letters, which nobody has.
    found = table.get("by", [])
    if not isinstance(found, list) or not all(isinstance(one, str) for one in found):
        raise UnusableTimeRules(reason=f"{name}.by 应为文字列表")
    return frozenset(found)


def _times(found: Any) -> int:
    if isinstance(found, bool) or not isinstance(found, int) or found < 0:
        raise UnusableTimeRules(reason=f"extension.times 应为非负整数:{found}")
    return found


def _procedures(tables: Any) -> dict[str, Procedure]:
    if not isinstance(tables, list) or not all(isinstance(one, Mapping) for one in tables):
        raise UnusableTimeRules(reason="特别程序写作 [[time.procedures]]")
    found: dict[str, Procedure] = {}
    for table in tables:
        procedure = _procedure(table)
        if procedure.slug in found:
            raise UnusableTimeRules(reason=f"特别程序 {procedure.slug} 重复")
        found[procedure.slug] = procedure
    return found


def _procedure(table: Mapping[str, Any]) -> Procedure:
    for key in ("slug", "name"):
        if not str(table.get(key) or "").strip():
            raise UnusableTimeRules(reason=f"特别程序缺少 {key}")
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
