"""Very many open tasks, and cases to search in, inserted in bulk: nobody could work on them.

All tasks wait in four queues of the one unit everybody belongs to, the worst that can happen to a reader.
Every case has an applicant with a telephone number, and a few words that many, some or hardly any share.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from time import perf_counter
from typing import Any

import orjson
from sqlalchemy import Connection, Engine, func, insert, select, text, update

from tests.bench import over_http
from tests.bench.models import AT, ORGANISATION, publish_chains
from workflows.database import transaction
from workflows.history import GENESIS
from workflows.references import reference_of
from workflows.search_index import index_due
from workflows.tables import cases, identity_secrets, metadata, organisations, queues, to_microseconds

QUEUES = 4
PROCESS = f"{ORGANISATION}.chain-{over_http.LENGTH}"
_SETTINGS = {
    "access": {"rules": [{"process": PROCESS, "act": "read-identity", "who": '[unit("clerks")]'}]},
}

_CASES = """
INSERT INTO cases (id, number, organisation, definition_id, version_id, title, status, seq, head, data,
                   opened_at, opened_by)
{series}
SELECT i, 'bench-2026-' || substr('00000000' || i, length('00000000' || i) - 7, 8), :organisation, 1, 1,
       '顺序办理（第 ' || i || ' 件）', 'open', 1, :head,
       '{{"values":{{"":{{"remark":"申请人在'
       || substr('人民路解放路建设路和平路复兴路光明路团结路胜利路', CAST(1 + 3 * (i % 8) AS integer), 3)
       || (i % 997) || '号开设'
       || substr('餐饮店书报店理发店洗衣店杂货店', CAST(1 + 3 * (i % 5) AS integer), 3)
       || CASE WHEN i % {size} = 777 % {size} THEN '，另附罕见事由' ELSE '' END || '。"}}}}}}',
       :at, 'bench.clerk' FROM series
"""
#: Due over eleven days in no order; every twentieth stands still, every tenth is somebody else's.
_TASKS = """
INSERT INTO tasks (case_id, number, element_id, process, name, queue_id, status, assignee, opened_at, due_at,
                   suspended, sort_at)
{series}
SELECT i, 3, 'task_1', '{process}', '第' || (1 + i % 7) || '步', 1 + i % {queues}, 'open',
       CASE WHEN i % 10 = 3 THEN 'bench.other' END, :at,
       CASE WHEN i % 20 = 7 THEN NULL ELSE :at + (i * 7919 % 1000003) * 1000000 END,
       i % 20 = 7,
       CASE WHEN i % 20 = 7 THEN :never ELSE :at + (i * 7919 % 1000003) * 1000000 END FROM series
"""
_SERIES = {
    "sqlite": (
        "WITH RECURSIVE series(i) AS (SELECT :first UNION ALL SELECT i + 1 FROM series WHERE i < :last)"
    ),
    "postgresql": (
        "WITH series AS (SELECT generate_series(CAST(:first AS bigint), CAST(:last AS bigint)) AS i)"
    ),
}


def phone_of(number: int) -> str:
    """The telephone number of a case's applicant; no such numbers are given out."""
    return f"100{number:08d}"


def is_filled(engine: Engine, size: int) -> bool:
    """Whether a database left from an earlier run holds what is wanted."""
    with engine.connect() as connection:
        if not engine.dialect.has_table(connection, "search_due"):
            return False
        last = connection.execute(select(func.max(cases.c.id))).scalar_one()
        return bool(last == size and index_due(engine, most=1) == 0)


def settle(engine: Engine) -> None:
    """An office with its people, its regulation and its queues, and no case."""
    metadata.create_all(engine)
    with transaction(engine) as connection:
        publish_chains(connection, (over_http.LENGTH,))
    over_http.furnish(engine)
    with transaction(engine) as connection:
        names = ['["unit:clerks"]', *(f'["unit:clerks","unit:other-{n}"]' for n in range(1, QUEUES))]
        connection.execute(
            insert(queues),
            [{"id": n, "organisation": ORGANISATION, "candidates": keys} for n, keys in enumerate(names, 1)],
        )
        connection.execute(
            insert(identity_secrets).values(organisation=ORGANISATION, secret=secrets.token_hex(32))
        )
        connection.execute(
            update(organisations)
            .where(organisations.c.slug == ORGANISATION)
            .values(settings=orjson.dumps(_SETTINGS).decode())
        )


def fill(engine: Engine, size: int) -> float:
    """So many cases with a task each. Returns the seconds it took to note their words."""
    with transaction(engine) as connection:
        _insert_cases(connection, size)
        _insert_identities(connection, size)
    began = perf_counter()
    while index_due(engine):
        pass
    taken = perf_counter() - began
    _analyse(engine)
    return taken


def _insert_cases(connection: Connection, size: int) -> None:
    at = to_microseconds(AT)
    series = _SERIES[connection.dialect.name]
    given = {"first": 1, "last": size, "at": at}
    connection.execute(
        text(_CASES.format(series=series, size=size)),
        {**given, "organisation": ORGANISATION, "head": GENESIS},
    )
    connection.execute(
        text(_TASKS.format(series=series, queues=QUEUES, process=PROCESS)), {**given, "never": 2**62}
    )


def _insert_identities(connection: Connection, size: int) -> None:
    secret = bytes.fromhex(connection.execute(select(identity_secrets.c.secret)).scalar_one())
    raw: Any = connection.connection.dbapi_connection
    if connection.dialect.name == "postgresql":
        command = "COPY identities (case_id, hash, field, value, salt) FROM STDIN"
        with raw.cursor() as cursor, cursor.copy(command) as copy:
            for row in _identities(secret, size):
                copy.write_row(row)
        return
    raw.executemany(
        "INSERT INTO identities (case_id, hash, field, value, salt) VALUES (?, ?, ?, ?, ?)",
        _identities(secret, size),
    )


def _identities(secret: bytes, size: int) -> Iterator[tuple[int, str, str, str, str]]:
    for number in range(1, size + 1):
        phone = phone_of(number)
        yield number, reference_of(phone, secret), "phone", f'"{phone}"', ""


def _analyse(engine: Engine) -> None:
    """What PostgreSQL does by itself some time after so many rows have come."""
    if engine.dialect.name == "postgresql":
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM ANALYZE"))
