"""The registers of an office: which a person may read, and their entries page by page.

An organisation may say who reads them, by ``read-register`` rules of the processes that make the entries.
Where it says nothing, they are for auditors, process administrators, and the units of these processes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Any, Final

import orjson
from sqlalchemy import ColumnElement, Connection, CursorResult, Select, select

from workflows.cases import Actor
from workflows.cases.correcting import PROCESS_ADMIN
from workflows.cases.identities import MASKED, mask, reveal
from workflows.clock import BEIJING
from workflows.definitions import LoadedVersion, current_version, load_version
from workflows.errors import WorkflowError
from workflows.feel import compile_expression
from workflows.office import Office
from workflows.reading.access import AUDITOR, Act, is_among, people_named, recused_from
from workflows.reading.case_data import options_of_fields
from workflows.reading.law import roll_of
from workflows.reading.meaning import keys_meant
from workflows.tables import cases, definitions, register_entries, tasks

_ENTERS: Final = "enter-register"
#: Who reads every register about which the organisation says nothing.
_WATCHERS: Final = frozenset({f"role:{AUDITOR}", f"role:{PROCESS_ADMIN}"})
#: Lines looked through at once.
_AT_ONCE: Final = 200
_INDEX: Final = re.compile(r"\[\d+\]")


class NoSuchRegisterHere(WorkflowError):
    """The organisation has no such register for you to read."""

    code = "no-such-register-here"
    message_zh = "没有这个登记簿，或者您无权查阅。"


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column of a register: name, label, and what its values are called where a form offers them."""

    name: str
    label: str
    #: Whether it holds the number of the case, as every line does.
    is_case: bool = False
    #: Value → label of the options of the field it is filled from.
    options: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Register:
    """A register as its regulations declare it, and whether this person sees identities in it."""

    slug: str
    name: str
    name_en: str
    columns: tuple[Column, ...]
    knows: bool


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One line; ``values`` by name of column, identities revealed or masked as its reader may see them."""

    id: int
    number: str
    entered_at: datetime
    case_number: str
    values: Mapping[str, Any] = field(default_factory=dict)


def registers_for(connection: Connection, person: Actor, office: Office, *, at: datetime) -> list[Register]:
    """The registers of a person's organisation that the person may read, by slug."""
    declared: dict[str, Any] = {}
    entering: dict[str, list[LoadedVersion]] = {}
    for version in _versions(connection, person.organisation, at):
        declared |= version.resources[version.process.key].registers
        for slug in _entered_by(version):
            entering.setdefault(slug, []).append(version)
    return [
        _register(connection, slug, declared[slug], entering.get(slug, []), person, office)
        for slug in sorted(declared)
        if _may(person, office, entering.get(slug, []), Act.READ_REGISTER, _WATCHERS)
    ]


def register_for(
    connection: Connection, slug: str, person: Actor, office: Office, *, at: datetime
) -> Register:
    """One of them. Raises ``NoSuchRegisterHere`` for any other."""
    for register in registers_for(connection, person, office, at=at):
        if register.slug == slug:
            return register
    raise NoSuchRegisterHere(register=slug)


def entries(
    connection: Connection,
    register: Register,
    *,
    of: Actor,
    year: int | None = None,
    text: str = "",
    before: int | None = None,
    most: int,
) -> list[Entry]:
    """At most ``most`` entries, the newest first, beginning below the id ``before``.

    ``year`` is the year of entry in Asia/Shanghai; ``text`` is found in numbers and in values, not in what is
    kept apart as an identity. Of a case in which the reader has an interest only the numbers are shown.
    """
    found = connection.execute(_query(register.slug, of.organisation, year, text, before))
    read = list(islice(_read(connection, found, of, text), most))
    found.close()
    rows = [row for row, _ in read]
    sealed = {row.case_id for row, hidden in read if hidden}
    kept_out = _kept_out(connection, of, {row.case_id for row in rows}) if register.knows else set()
    return [
        Entry(
            id=row.id,
            number=row.number,
            entered_at=row.entered_at,
            case_number=row.case_number,
            values=_sealed(row)
            if row.case_id in sealed
            else _shown(connection, row, knows=register.knows and row.case_id not in kept_out),
        )
        for row in rows
    ]


def years_of(connection: Connection, register: Register, *, organisation: str) -> list[int]:
    """Years from the first entry to the last, the latest first."""
    at = register_entries.c.entered_at
    query = select(at).where(
        register_entries.c.organisation == organisation, register_entries.c.register == register.slug
    )
    first = connection.execute(query.order_by(register_entries.c.id).limit(1)).scalar_one_or_none()
    last = connection.execute(query.order_by(register_entries.c.id.desc()).limit(1)).scalar_one_or_none()
    if first is None or last is None:
        return []
    return list(range(last.astimezone(BEIJING).year, first.astimezone(BEIJING).year - 1, -1))


def _versions(connection: Connection, organisation: str, at: datetime) -> Iterator[LoadedVersion]:
    query = select(definitions.c.key).where(definitions.c.organisation == organisation)
    for key in connection.scalars(query.order_by(definitions.c.key)).all():
        try:
            yield load_version(connection, current_version(connection, key, at=at))
        except WorkflowError:
            continue


def _entered_by(version: LoadedVersion) -> Iterator[str]:
    """Registers the process makes entries in; the operator takes their names as literals only."""
    for element in version.process.diagram.elements.values():
        if element.operator is not None and element.operator.name == _ENTERS:
            yield element.operator.parameters.get("register", "").strip().strip('"')


def _register(
    connection: Connection,
    slug: str,
    declared: Mapping[str, Any],
    entering: Sequence[LoadedVersion],
    person: Actor,
    office: Office,
) -> Register:
    options = options_of_fields(entering, roll_of(connection, entering))
    return Register(
        slug=slug,
        name=str(declared.get("name", slug)),
        name_en=str(declared.get("name_en") or declared.get("name", slug)),
        columns=tuple(_columns(declared["columns"], options)),
        knows=not person.has_role(AUDITOR) and _may(person, office, entering, Act.READ_IDENTITY, frozenset()),
    )


def _columns(
    declared: Sequence[Mapping[str, Any]], options: Mapping[str, Mapping[str, str]]
) -> Iterator[Column]:
    for column in declared:
        filled_from = str(column.get("value", "")).strip()
        yield Column(
            name=column["name"],
            label=str(column.get("label", column["name"])),
            is_case=filled_from == "case.number",
            # A column of a list of contexts names its first item; a form's path does not.
            options=options.get(_INDEX.sub("", filled_from), {}),
        )


def _may(
    person: Actor, office: Office, entering: Sequence[LoadedVersion], act: Act, otherwise: frozenset[str]
) -> bool:
    """Whether the organisation's rules for the processes, or what holds without any, mean this person."""
    named = people_named(office.settings, act, {version.key for version in entering})
    if named is not None:
        return is_among(person, named)
    texts = (text for version in entering for text in _candidates(version))
    meant = {key for text in texts for key in keys_meant(compile_expression(text), starter="")}
    return is_among(person, meant | otherwise)


def _candidates(version: LoadedVersion) -> Iterator[str]:
    diagram = version.process.diagram
    held = [lane.properties for lane in diagram.lanes.values()]
    held += [element.properties for element in diagram.of_kind("startEvent", "userTask", "manualTask")]
    for properties in held:
        if text := properties.get("candidates"):
            yield text


def _query(
    slug: str, organisation: str, year: int | None, text: str, before: int | None
) -> Select[tuple[Any, ...]]:
    table = register_entries
    wanted: list[ColumnElement[bool]] = [table.c.organisation == organisation, table.c.register == slug]
    if year is not None:
        start = datetime(year, 1, 1, tzinfo=BEIJING)
        wanted += [table.c.entered_at >= start, table.c.entered_at < datetime(year + 1, 1, 1, tzinfo=BEIJING)]
    if text:
        wanted.append(
            table.c.number.icontains(text, autoescape=True)
            | table.c.entry.icontains(orjson.dumps(text).decode()[1:-1], autoescape=True)
            | cases.c.number.icontains(text, autoescape=True)
        )
    if before is not None:
        wanted.append(table.c.id < before)
    return (
        select(table, cases.c.number.label("case_number"))
        .join_from(table, cases, table.c.case_id == cases.c.id)
        .where(*wanted)
        .order_by(table.c.id.desc())
    )


def _read(
    connection: Connection, found: CursorResult[Any], of: Actor, text: str
) -> Iterator[tuple[Any, bool]]:
    """Lines in which a text is found, and whether their values are hidden from the reader."""
    for rows in found.partitions(_AT_ONCE):
        sealed = recused_from(connection, of, {row.case_id for row in rows})
        for row in rows:
            hidden = row.case_id in sealed
            if _holds(row, text, hidden=hidden):
                yield row, hidden


def _holds(row: Any, text: str, *, hidden: bool) -> bool:
    """Whether a text that occurs in the stored line occurs in what people read of it."""
    if not text:
        return True
    values = () if hidden else _texts(mask(orjson.loads(row.entry)))
    read = [row.number, row.case_number, *values]
    return any(text.lower() in value.lower() for value in read)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        for item in value.values():
            yield from _texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)
    elif value is not None:
        yield str(value)


def _kept_out(connection: Connection, person: Actor, case_ids: set[int]) -> set[int]:
    """Cases in which this person is kept out of a task and which they did not take down themselves."""
    query = (
        select(tasks.c.case_id, tasks.c.excluded)
        .join_from(tasks, cases, tasks.c.case_id == cases.c.id)
        .where(
            tasks.c.case_id.in_(sorted(case_ids)),
            tasks.c.excluded != "[]",
            cases.c.opened_by != person.user,
        )
    )
    return {row.case_id for row in connection.execute(query) if person.user in orjson.loads(row.excluded)}


def _sealed(row: Any) -> Mapping[str, Any]:
    return dict.fromkeys(orjson.loads(row.entry), MASKED)


def _shown(connection: Connection, row: Any, *, knows: bool) -> Mapping[str, Any]:
    values = orjson.loads(row.entry)
    masked = mask(values)
    shown: Mapping[str, Any] = masked
    if knows and masked != values:
        shown = reveal(connection, row.case_id, values)
    return shown
