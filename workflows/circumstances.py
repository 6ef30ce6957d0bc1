"""What a worked case finds when it begins: records of earlier days, files to hand in, messages to come."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final

import orjson
from sqlalchemy import Connection, insert

from workflows.attachments import UNFILED, keep_file, specimen
from workflows.cases.identities import secret_of
from workflows.clock import BEIJING
from workflows.errors import WorkflowError
from workflows.operators.parameters import subject_text
from workflows.references import MARK, reference_of
from workflows.tables import records

#: Before the name of a file, where data of a worked case mean one.
FILE: Final = "file:"
#: Key of a subject that is a person, by what identifies the person.
_IDENTITY: Final = "identity"


class UnusableCircumstance(WorkflowError):
    """A worked case begins with something that cannot be set up."""

    code = "unusable-circumstance"
    message_zh = "演算开始时的“{what}”无法设置。"


@dataclass(frozen=True, kw_only=True)
class GivenRecord:
    """An entry that is on record already. ``subject`` is a text, or ``{"identity": …}`` for a person."""

    kind: str
    subject: Any
    valid_from: date
    #: The last day, ``None`` for without end.
    valid_until: date | None
    details: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class GivenMessage:
    """A message that reaches the case once its time has come."""

    at: datetime
    name: str
    data: Mapping[str, Any]
    key: Any = None


@dataclass(frozen=True, kw_only=True)
class Circumstances:
    """Everything that is given; nothing, unless a worked case says otherwise."""

    records: tuple[GivenRecord, ...] = ()
    #: In the order of their times.
    messages: tuple[GivenMessage, ...] = ()
    #: Name of a file → its content.
    files: Mapping[str, bytes] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.records or self.messages or self.files)


def read_circumstances(
    given: Mapping[str, Any], *, at: datetime, moment: Callable[[Any], datetime]
) -> Circumstances:
    """The entry ``given`` of a worked case that begins at ``at``. Raises ``UnusableCircumstance``.

    ``moment`` reads a time as worked cases write it.
    """
    _only(given, "given", ("records", "messages", "attachments"))
    day = at.astimezone(BEIJING).date()
    messages = (_message(entry, moment) for entry in given.get("messages") or ())
    return Circumstances(
        records=tuple(_record(entry, day) for entry in given.get("records") or ()),
        messages=tuple(sorted(messages, key=lambda message: message.at)),
        files=dict(_file(entry) for entry in given.get("attachments") or ()),
    )


def _record(entry: Any, day: date) -> GivenRecord:
    _only(entry, "records", ("kind", "subject", "from", "until", "details"))
    try:
        first = _date(entry.get("from", day))
        last = None if entry.get("until") is None else _date(entry["until"])
        subject = entry["subject"]
        if isinstance(subject, Mapping):
            _only(subject, "subject", (_IDENTITY,))
        made = GivenRecord(
            kind=str(entry["kind"]),
            subject=subject,
            valid_from=first,
            valid_until=last,
            details=dict(entry.get("details") or {}),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise UnusableCircumstance(what="records", reason=str(error)) from error
    if last is not None and last < first:
        raise UnusableCircumstance(what="records", reason="it ends before it begins")
    return made


def _date(written: Any) -> date:
    return written if isinstance(written, date) else date.fromisoformat(str(written))


def _message(entry: Any, moment: Callable[[Any], datetime]) -> GivenMessage:
    _only(entry, "messages", ("at", "message", "key", "data"))
    try:
        return GivenMessage(
            at=moment(entry["at"]),
            name=str(entry["message"]),
            data=dict(entry.get("data") or {}),
            key=entry.get("key"),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise UnusableCircumstance(what="messages", reason=str(error)) from error


def _file(entry: Any) -> tuple[str, bytes]:
    _only(entry, "attachments", ("name", "text"))
    try:
        name = str(entry["name"])
    except KeyError as error:
        raise UnusableCircumstance(what="attachments", reason=str(error)) from error
    return name, specimen(name, str(entry.get("text", name)))


def _only(entry: Any, what: str, known: tuple[str, ...]) -> None:
    """A key that nothing reads is one that somebody misspelt."""
    if not isinstance(entry, Mapping):
        raise UnusableCircumstance(what=what, reason="it is no mapping")
    for key in entry:
        if key not in known:
            raise UnusableCircumstance(what=what, reason=f"{key!r} is not among {', '.join(known)}")


def set_up(connection: Connection, given: Circumstances, *, organisation: str) -> None:
    """Write what is on record before the case begins; it belongs to no case of this installation."""
    for record in given.records:
        connection.execute(
            insert(records).values(
                organisation=organisation,
                kind=record.kind,
                subject=_subject(connection, record.subject, organisation),
                valid_from=record.valid_from,
                valid_until=record.valid_until,
                details=orjson.dumps(record.details).decode(),
                case_id=UNFILED,
                seq=0,
            )
        )


def _subject(connection: Connection, subject: Any, organisation: str) -> str:
    if isinstance(subject, Mapping):
        reference = reference_of(subject[_IDENTITY], secret_of(connection, organisation))
        return subject_text("subject", {MARK: reference})
    return subject_text("subject", subject)


def with_files(
    connection: Connection, given: Circumstances, data: Mapping[str, Any], *, by: str, at: datetime
) -> tuple[dict[str, Any], frozenset[str]]:
    """Data with ids for the files they mean, which ``by`` uploads at ``at``, and these ids.

    Raises ``UnusableCircumstance`` for a file that is not given.
    """
    ids: dict[str, str] = {}

    def uploaded(name: str) -> str:
        if name not in given.files:
            raise UnusableCircumstance(what="attachments", reason=f"there is no file {name!r}")
        if name not in ids:
            ids[name] = keep_file(
                connection, case_id=UNFILED, name=name, content=given.files[name], by=by, at=at
            )
        return ids[name]

    replaced = {key: _replaced(value, uploaded) for key, value in data.items()}
    return replaced, frozenset(ids.values())


def _replaced(value: Any, uploaded: Callable[[str], str]) -> Any:
    if isinstance(value, str) and value.startswith(FILE):
        return uploaded(value.removeprefix(FILE))
    if isinstance(value, Mapping):
        return {key: _replaced(item, uploaded) for key, item in value.items()}
    if isinstance(value, list):
        return [_replaced(item, uploaded) for item in value]
    return value
