"""The history of a case: events in order, each carrying the hash of the one before."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Connection, bindparam, insert, select

from workflows.tables import events, to_microseconds

#: What the first event of a case follows.
GENESIS = bytes(32)


@dataclass(frozen=True, kw_only=True)
class Event:
    """One fact: what was commanded, by whom, when, and everything the engine made of it."""

    case_id: int
    seq: int
    #: Engine time, aware UTC.
    at: datetime
    kind: str
    actor: str
    on_behalf_of: str | None
    version_id: int
    body: dict[str, Any]
    previous: bytes
    hash: bytes


def canonical(value: Any) -> bytes:
    """JSON with sorted keys: equal values give equal bytes."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)


def digest(value: bytes) -> str:
    """SHA-256 in hex."""
    return hashlib.sha256(value).hexdigest()


def chain_hash(row: dict[str, Any]) -> bytes:
    """Hash of an event row (as written, ``body`` as text) over itself and its predecessor's hash."""
    header = canonical(
        [
            row["case_id"],
            row["seq"],
            to_microseconds(row["at"]),
            row["kind"],
            row["actor"],
            row["on_behalf_of"],
            row["version_id"],
        ]
    )
    body = row["body"].encode()
    return hashlib.sha256(row["previous"] + digest(header).encode() + digest(body).encode()).digest()


def link(rows: list[dict[str, Any]], head: bytes) -> bytes:
    """Chain new rows after ``head``, filling in ``previous`` and ``hash``. Returns the new head."""
    for row in rows:
        row["previous"] = head
        head = row["hash"] = chain_hash(row)
    return head


APPEND = insert(events)

_HISTORY = select(events).where(events.c.case_id == bindparam("case")).order_by(events.c.seq)


def read_history(connection: Connection, case_id: int) -> Iterator[Event]:
    """The events of a case, oldest first."""
    for row in connection.execute(_HISTORY, {"case": case_id}).mappings():
        yield Event(**{**row, "body": orjson.loads(row["body"])})


@dataclass(frozen=True, kw_only=True)
class ChainFault:
    """Where the chain of a case is broken."""

    seq: int
    reason: str


def check_chain(connection: Connection, case_id: int, *, head: bytes, seq: int) -> list[ChainFault]:
    """Recompute every hash of a case, up to the head the case row holds."""
    faults = []
    previous, expected = GENESIS, 1
    for row in connection.execute(_HISTORY, {"case": case_id}).mappings():
        if row["seq"] != expected:
            faults.append(ChainFault(seq=expected, reason="missing"))
        if row["previous"] != previous:
            faults.append(ChainFault(seq=row["seq"], reason="does not follow its predecessor"))
        if chain_hash(dict(row)) != row["hash"]:
            faults.append(ChainFault(seq=row["seq"], reason="altered"))
        previous, expected = row["hash"], row["seq"] + 1
    if previous != head or expected != seq + 1:
        faults.append(ChainFault(seq=seq, reason="the case does not end where its history ends"))
    return faults
