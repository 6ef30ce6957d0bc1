"""The checklist of materials: what an office asks for, and what of it was handed in.

A field of files whose ``properties.materials`` is FEEL for a list of what is asked for, each a context with
``name`` and, if true, ``main`` and ``tolerable``, is filled in as such a list. What it writes is a list of
contexts with ``name``, ``main``, ``tolerable``, ``state`` (see ``State``) and ``files`` (ids); where they say
something also ``reason``, ``until`` (a date) and ``added`` (true for what nobody asked for beforehand).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, Final

#: As which such a field is judged and shown; in the schema it is a field of files.
MATERIALS: Final = "materials"
MAX_ITEMS: Final = 200
MAX_NAME: Final = 100
MAX_REASON: Final = 500
_WRITABLE: Final = frozenset({"name", "main", "tolerable", "state", "files", "reason", "until", "added"})


class State(StrEnum):
    """How a material stands."""

    MISSING = "missing"
    HANDED_IN = "handed-in"
    TOLERATED = "tolerated"
    NOT_NEEDED = "not-needed"


#: What people read in data, for every state.
WORDS: Final[Mapping[str, str]] = {
    State.MISSING: "缺",
    State.HANDED_IN: "已交",
    State.TOLERATED: "容缺",
    State.NOT_NEEDED: "不需要",
}
#: What may be chosen unless the form says otherwise.
CHOICE: Final = (State.HANDED_IN, State.MISSING, State.NOT_NEEDED)


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """A material that is asked for: whether it is a main one, and may be handed in later."""

    name: str
    main: bool = False
    tolerable: bool = False


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a checklist, in Chinese and in English."""

    zh: str
    en: str


def asked_for(listed: Any) -> tuple[Asked, ...]:
    """The materials of a list of names, or of contexts with ``name``, ``main`` and ``tolerable``."""
    found: dict[str, Asked] = {}
    for item in listed if isinstance(listed, list | tuple) else ():
        facts = item if isinstance(item, Mapping) else {"name": item}
        name = facts.get("name")
        if isinstance(name, str) and name.strip():
            found.setdefault(
                name,
                Asked(name=name, main=facts.get("main") is True, tolerable=facts.get("tolerable") is True),
            )
    return tuple(found.values())


def states_in(written: str) -> tuple[State, ...]:
    """The states of a text with blanks between them; ``CHOICE`` for an empty one. Raises ``ValueError``."""
    return tuple(State(word) for word in written.split()) or CHOICE


def checklist(asked: Collection[Asked], given: Any) -> list[dict[str, Any]]:
    """Every material asked for, in order, as ``given`` says it stands, and behind them those added."""
    items = [dict(item) for item in given if isinstance(item, Mapping)] if isinstance(given, list) else []
    by_name = {item.get("name"): item for item in items if not item.get("added")}
    listed = [
        {
            **_standing(by_name.get(one.name, {})),
            "name": one.name,
            "main": one.main,
            "tolerable": one.tolerable,
        }
        for one in asked
    ]
    names = {one.name for one in asked}
    added = [item for item in items if item.get("name") not in names]
    return listed + [{**_standing(item), "added": True} for item in added]


def _standing(item: Mapping[str, Any]) -> dict[str, Any]:
    """An item with its state and files: what has a file was handed in."""
    return {"files": [], **item, "state": _state(item)}


def judged(
    value: Any,
    *,
    asked: Collection[Asked],
    states: Collection[State],
    held: Any,
    attachments: Collection[str],
) -> list[dict[str, Any]] | Fault:
    """What is kept of a checklist, or what is wrong with it.

    A name alone says that the material was handed in. Nothing that is asked for can be left out: what
    ``value`` does not name stays as ``held`` has it, missing when it has nothing. What is main and tolerable
    is said by the office, not by whoever fills it in.
    """
    value = _spelt_out(value)
    if value is None:
        return Fault("类型不正确", "Wrong type of value")
    if len(value) > MAX_ITEMS:
        return Fault(f"最多{MAX_ITEMS}项", f"At most {MAX_ITEMS} items")
    named = {item.get("name") for item in value}
    before = [item for item in held if isinstance(item, Mapping)] if isinstance(held, list) else []
    kept = [item for item in before if item.get("name") not in named]
    tolerated = {item.get("name") for item in before if item.get("state") == State.TOLERATED}
    tolerable = tolerated | {one.name for one in asked if one.tolerable}
    known = {one.name for one in asked}
    fault = next(_faults(value, _Bounds(known, tolerable, states, attachments)), None)
    return fault or [_clean(item) for item in checklist(asked, [*kept, *value])]


def _spelt_out(value: Any) -> list[Mapping[str, Any]] | None:
    """The items; a name alone says that the material was handed in. Null for what is no list of either."""
    if not isinstance(value, list) or not all(isinstance(item, str | Mapping) for item in value):
        return None
    return [{"name": item, "state": State.HANDED_IN} if isinstance(item, str) else item for item in value]


@dataclass(frozen=True, slots=True)
class _Bounds:
    """What an answer is held against."""

    asked: Collection[str]
    #: Names of what may be handed in later, or has been let come later already.
    tolerable: Collection[Any]
    states: Collection[State]
    attachments: Collection[str]


def _faults(value: list[Mapping[str, Any]], bounds: _Bounds) -> Iterator[Fault]:
    names: set[str] = set()
    files: set[str] = set()
    for item in value:
        name = item.get("name")
        if not isinstance(name, str) or not name.strip() or len(name) > MAX_NAME:
            yield Fault("材料名称不能为空，也不能过长", "A material needs a name, and not too long a one")
            return
        if name in names or set(item) - _WRITABLE:
            yield Fault(f"“{name}”重复或者有多余的内容", f"{name!r} is given twice or says too much")
        names.add(name)
        yield from _faults_of_state(item, name, bounds)
        yield from _faults_of_reason(item, name, bounds)
        yield from _faults_of_files(item, name, files, bounds.attachments)


def _faults_of_state(item: Mapping[str, Any], name: str, bounds: _Bounds) -> Iterator[Fault]:
    state, until = _state(item), item.get("until")
    if state not in set(map(str, bounds.states)):
        yield Fault(f"“{name}”：不能选这个情况", f"{name!r}: not a state to be chosen here")
    if until not in (None, "") and not _is_date(until):
        yield Fault(f"“{name}”：日期格式不正确", f"{name!r}: not a date")
    if state == State.TOLERATED and name not in bounds.tolerable:
        yield Fault(f"“{name}”：不在可容缺之列", f"{name!r}: may not be handed in later")
    if state == State.TOLERATED and not until:
        yield Fault(f"“{name}”：请写明容缺到哪一天", f"{name!r}: say until when it may be handed in")


def _faults_of_reason(item: Mapping[str, Any], name: str, bounds: _Bounds) -> Iterator[Fault]:
    state, reason = _state(item), item.get("reason")
    if not isinstance(reason, str | None) or len(reason or "") > MAX_REASON:
        yield Fault(f"“{name}”：说明过长", f"{name!r}: the reason is too long")
    elif reason and reason.strip():
        return
    elif state == State.NOT_NEEDED:
        yield Fault(f"“{name}”：请写明为什么不需要", f"{name!r}: say why it is not needed")
    elif state == State.MISSING and name not in bounds.asked:
        yield Fault(f"“{name}”：目录之外的材料，请写明为什么要交", f"{name!r}: say why it is asked for")


def _faults_of_files(
    item: Mapping[str, Any], name: str, taken: set[str], attachments: Collection[str]
) -> Iterator[Fault]:
    files = [] if item.get("files") is None else item["files"]
    if not isinstance(files, list) or not all(isinstance(one, str) for one in files):
        yield Fault(f"“{name}”：文件不正确", f"{name!r}: not a list of files")
        return
    if not all(one in attachments for one in files):
        yield Fault(f"“{name}”：附件不存在", f"{name!r}: there is no such attachment")
    if taken.intersection(files) or len(set(files)) < len(files):
        yield Fault(f"“{name}”：同一个文件用了两次", f"{name!r}: a file is used twice")
    taken.update(files)


def _clean(item: Mapping[str, Any]) -> dict[str, Any]:
    clean: dict[str, Any] = {
        "name": item["name"],
        "main": item.get("main") is True,
        "tolerable": item.get("tolerable") is True,
        "state": item["state"],
        "files": list(item.get("files") or []),
    }
    if reason := (item.get("reason") or "").strip():
        clean["reason"] = reason
    if clean["state"] == State.TOLERATED:
        clean["until"] = item.get("until")
    return {**clean, "added": True} if item.get("added") is True else clean


def _state(item: Mapping[str, Any]) -> str:
    """As it was chosen; what has a file was handed in."""
    chosen = item.get("state")
    if chosen in (None, ""):
        return str(State.HANDED_IN if item.get("files") else State.MISSING)
    return str(chosen)


def _is_date(value: Any) -> bool:
    try:
        return isinstance(value, str) and len(value) == 10 and bool(date.fromisoformat(value))
    except ValueError:
        return False
