"""Writing what a package says about its organisation: the office, its groups, its people, its clauses."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any, Final

import orjson
from sqlalchemy import Connection, Table, delete, insert, or_, select, tuple_, update

from workflows.packages.package import Package
from workflows.people import hash_password, membership_rows
from workflows.tables import groups, memberships, organisations, people, provisions
from workflows.terms import ALWAYS

#: The published password of every account of a demonstration.
DEMO_PASSWORD: Final = "guicheng-demo"  # noqa: S105 - it is published on purpose


def write_directory(connection: Connection, package: Package, *, executed_by: Mapping[str, str]) -> None:
    """Make the organisation, its groups and its provisions what the package says; nothing is removed.

    ``executed_by`` says for a provision what executes it, where its own row does not.
    """
    slug = package.slug
    office = {
        "slug": slug,
        "name": package.name,
        "name_en": package.name_en,
        "settings": orjson.dumps(package.settings, option=orjson.OPT_SORT_KEYS).decode(),
    }
    _write(connection, organisations, ("slug",), [office])
    _write(connection, groups, ("organisation", "kind", "slug"), list(_group_rows(package)))
    clauses = [
        {
            "id": p.id,
            "organisation": slug,
            "article": p.article,
            "kind": p.kind,
            "summary_zh": p.summary_zh,
            "summary_en": p.summary_en,
            "executed_by": p.executed_by or executed_by.get(p.id, ""),
        }
        for p in package.provisions
    ]
    _write(connection, provisions, ("id",), clauses)


def _group_rows(package: Package) -> Iterator[dict[str, str]]:
    lists = (
        ("unit", package.units),
        ("role", package.roles),
        ("post", package.posts),
        ("skill", package.skills),
    )
    for kind, listed in lists:
        for group in listed:
            facts = {"slug": group.slug, "name": group.name, "name_en": group.name_en}
            yield {"organisation": package.slug, "kind": kind, **facts}


def write_demo_people(connection: Connection, package: Package) -> int:
    """Make the accounts of a demonstration; an account that is no demonstration's is left alone.

    Returns how many people of the package are demonstration accounts now.
    """
    users = [person.user for person in package.people]
    found = connection.execute(select(people.c.user, people.c.demo).where(people.c.user.in_(users)))
    known = {row.user: row.demo for row in found}
    ours = [person for person in package.people if known.get(person.user, True)]
    fresh = [person for person in ours if person.user not in known]
    if fresh:
        shared = {"organisation": package.slug, "password_hash": _demo_hash(), "demo": True}
        connection.execute(insert(people), [{"user": p.user, "name": p.name, **shared} for p in fresh])
    _write(connection, people, ("user",), [{"user": p.user, "name": p.name} for p in ours])
    dated = select(memberships.c.user).where(
        or_(memberships.c.until.is_not(None), memberships.c.since > ALWAYS)
    )
    # What somebody entered with days is kept: it says what they were when.
    kept = set(connection.scalars(dated))
    renewed = [person for person in ours if person.user not in kept]
    if renewed:
        connection.execute(delete(memberships).where(memberships.c.user.in_([p.user for p in renewed])))
    rows = [
        row
        for person in renewed
        for row in membership_rows(
            person.user,
            units=person.units,
            leads=person.leads,
            roles=person.roles,
            posts=person.posts,
            skills=person.skills,
        )
    ]
    if rows:
        connection.execute(insert(memberships), rows)
    return len(ours)


@cache
def _demo_hash() -> str:
    # Hashing is slow by design and this password is public: once for everybody.
    return hash_password(DEMO_PASSWORD)


def _write(
    connection: Connection, table: Table, key: tuple[str, ...], rows: Iterable[Mapping[str, Any]]
) -> None:
    """Insert rows that are new by ``key`` and update those that differ."""
    wanted = {tuple(row[column] for column in key): row for row in rows}
    if not wanted:
        return
    identity = tuple_(*(table.c[column] for column in key))
    found = connection.execute(select(table).where(identity.in_(list(wanted)))).mappings()
    present = {tuple(row[column] for column in key): row for row in found}
    fresh = [row for place, row in wanted.items() if place not in present]
    if fresh:
        connection.execute(insert(table), fresh)
    for place, row in wanted.items():
        old = present.get(place)
        if old is not None and any(old[column] != value for column, value in row.items()):
            connection.execute(update(table).where(identity == place).values(dict(row)))
