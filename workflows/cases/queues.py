"""Queues: each distinct set of candidates is one, so that an inbox is found by an index."""

from __future__ import annotations

import threading

import orjson
from sqlalchemy import Connection, bindparam, insert, select

from workflows.database import place_of
from workflows.tables import queues

_FIND = select(queues.c.id).where(
    queues.c.organisation == bindparam("organisation"), queues.c.candidates == bindparam("keys")
)
_KEYS = select(queues.c.organisation, queues.c.candidates).where(queues.c.id == bindparam("queue"))

#: Committed queues by database and content; a queue never changes.
_ids: dict[tuple[str, str, str], int] = {}
_keys: dict[tuple[str, int], tuple[str, frozenset[str]]] = {}
_lock = threading.Lock()


def queue_id(connection: Connection, organisation: str, keys: list[str], *, made: dict[str, int]) -> int:
    """Id of the queue of these candidates, which is made when it is new.

    ``made`` remembers what this transaction made: only what was found committed is kept for later ones.
    """
    text = orjson.dumps(sorted(keys)).decode()
    place = (place_of(connection), organisation, text)
    known = _ids.get(place)
    if known is not None:
        return known
    if text in made:
        return made[text]
    found = connection.execute(_FIND, {"organisation": organisation, "keys": text}).scalar_one_or_none()
    if found is not None:
        with _lock:
            _ids[place] = int(found)
        return int(found)
    made[text] = _make(connection, organisation, text)
    return made[text]


def _make(connection: Connection, organisation: str, text: str) -> int:
    if connection.dialect.name == "sqlite":
        row = connection.execute(
            insert(queues).values(organisation=organisation, candidates=text)
        ).inserted_primary_key
        assert row is not None
        return int(row[0])
    from sqlalchemy.dialects.postgresql import insert as upsert

    statement = upsert(queues).values(organisation=organisation, candidates=text)
    # Two cases may need the same new queue at once; the update makes the loser see the winner's row.
    settled = statement.on_conflict_do_update(
        index_elements=["organisation", "candidates"], set_={"candidates": statement.excluded["candidates"]}
    ).returning(queues.c.id)
    return int(connection.execute(settled).scalar_one())


def candidates(connection: Connection, queue: int) -> tuple[str, frozenset[str]]:
    """(organisation, candidate keys) of a queue."""
    place = (place_of(connection), queue)
    known = _keys.get(place)
    if known is None:
        row = connection.execute(_KEYS, {"queue": queue}).one()
        known = (row.organisation, frozenset(orjson.loads(row.candidates)))
        with _lock:
            _keys[place] = known
    return known


def forget() -> None:
    """Drop what is remembered, for a database that was emptied or restored from a copy."""
    with _lock:
        _ids.clear()
        _keys.clear()
