"""What an organisation lays down about its counter: who is asked what, where units are, what opens a case."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Any, Final

import orjson

from workflows.errors import WorkflowError
from workflows.feel import Expression, FeelSyntaxError, compile_expression

#: What a mapping onto a start form may read of a visit.
NAMES: Final = frozenset(
    {"kind", "name", "phone", "identity", "matter", "asked", "said", "unit", "body", "receiver", "place"}
)
#: Fields an organisation may always ask for.
ASKABLE: Final = ("name", "phone", "identity")
PAPERS: Final = ("a5", "80mm", "a4")
_KNOWN: Final = ("source", "paper", "required", "checks", "starts", "places", "bodies")


class UnusableCounterRules(WorkflowError):
    """The organisation's rules about its counter cannot be read."""

    code = "unusable-counter-rules"
    message_zh = "organisation.toml 的 [counter] 写法不正确：{reason}。"


class Decision(StrEnum):
    """What is done about a visit."""

    #: Handled here: a case is opened.
    OWN = "own"
    #: A matter of another unit of this office.
    UNIT = "unit"
    #: A matter of another body.
    BODY = "body"
    #: Answered on the spot.
    CONSULT = "consult"


class Checking(StrEnum):
    """What becomes of a number that cannot be right."""

    WARN = "warn"
    REFUSE = "refuse"
    OFF = "off"


@dataclass(frozen=True, kw_only=True)
class Opening:
    """Which process a decision begins, at which start event, and what its form is filled in with."""

    decision: Decision
    process: str
    start: str | None
    data: Mapping[str, Expression]


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where visitors are sent: a unit of this office by its slug, or another body by its name."""

    name: str
    place: str
    contact: str
    receiver: str = ""


@dataclass(frozen=True, kw_only=True)
class CounterRules:
    """The rules of one organisation."""

    paper: str
    required: frozenset[str]
    #: How strictly the number and the telephone of a visitor are looked at.
    identity: Checking
    phone: Checking
    openings: tuple[Opening, ...]
    places: Mapping[str, Place]
    bodies: tuple[Place, ...]

    def opening_for(self, decision: Decision) -> Opening | None:
        """What a decision begins; null when a visit of its kind stands by itself."""
        return next((one for one in self.openings if one.decision is decision), None)


def counter_rules(settings: Mapping[str, Any]) -> CounterRules | None:
    """Read the settings of an organisation; null when it has no counter. Raises ``UnusableCounterRules``."""
    found = settings.get("counter")
    return None if found is None else _read(orjson.dumps(found, option=orjson.OPT_SORT_KEYS))


@lru_cache(maxsize=64)
def _read(text: bytes) -> CounterRules:
    table = orjson.loads(text)
    if not isinstance(table, Mapping):
        raise UnusableCounterRules(reason="应为一节")
    for key in table:
        if key not in _KNOWN:
            raise UnusableCounterRules(reason=f"{key} 不是可用的键")
    checks = table.get("checks", {})
    if not isinstance(checks, Mapping) or not checks.keys() <= {"identity", "phone"}:
        raise UnusableCounterRules(reason="checks 只能写 identity 和 phone")
    required = table.get("required", [])
    if not isinstance(required, list) or not set(required) <= set(ASKABLE):
        raise UnusableCounterRules(reason=f"required 只能是 {'、'.join(ASKABLE)}")
    paper = table.get("paper", PAPERS[0])
    if paper not in PAPERS:
        raise UnusableCounterRules(reason=f"paper 只能是 {'、'.join(PAPERS)}")
    return CounterRules(
        paper=paper,
        required=frozenset(required),
        identity=_checking(checks.get("identity", "warn")),
        phone=_checking(checks.get("phone", "warn")),
        openings=tuple(_opening(one) for one in _tables(table, "starts")),
        places={_text(one, "unit"): _place(one, "unit") for one in _tables(table, "places")},
        bodies=tuple(_place(one, "name") for one in _tables(table, "bodies")),
    )


def _tables(table: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    found = table.get(name, [])
    if not isinstance(found, list) or not all(isinstance(one, Mapping) for one in found):
        raise UnusableCounterRules(reason=f"写作 [[counter.{name}]]")
    return found


def _text(table: Mapping[str, Any], key: str, default: str | None = None) -> str:
    found = table.get(key, default)
    if not isinstance(found, str) or (default is None and not found.strip()):
        raise UnusableCounterRules(reason=f"缺少 {key}")
    return found


def _checking(word: Any) -> Checking:
    try:
        return Checking(word)
    except ValueError:
        raise UnusableCounterRules(reason=f"checks 只能是 {'、'.join(Checking)}：{word}") from None


def _place(table: Mapping[str, Any], name: str) -> Place:
    return Place(
        name=_text(table, name),
        place=_text(table, "place", ""),
        contact=_text(table, "contact", ""),
        receiver=_text(table, "receiver", ""),
    )


def _opening(table: Mapping[str, Any]) -> Opening:
    try:
        decision = Decision(table.get("decision", Decision.OWN))
    except ValueError:
        raise UnusableCounterRules(reason=f"decision 只能是 {'、'.join(Decision)}") from None
    data = table.get("data", {})
    if not isinstance(data, Mapping):
        raise UnusableCounterRules(reason="写作 [counter.starts.data]")
    return Opening(
        decision=decision,
        process=_text(table, "process"),
        start=table.get("start"),
        data={field: _expression(field, text) for field, text in data.items()},
    )


def _expression(field: str, text: Any) -> Expression:
    try:
        made = compile_expression(str(text))
    except FeelSyntaxError as error:
        raise UnusableCounterRules(reason=f"{field}：{error.in_chinese().rstrip('。')}") from error
    for name in sorted(made.names):
        if name not in NAMES:
            raise UnusableCounterRules(reason=f"{field} 用了“{name}”，来访登记里没有")
    return made
