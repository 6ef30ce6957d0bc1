"""What people are in the office from which day until which: units, units led, roles, posts, skills."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from sqlalchemy import Connection, delete, insert, or_, select, update

from workflows.errors import WorkflowError
from workflows.people import Person, check_groups, membership_rows
from workflows.tables import groups, memberships, people
from workflows.terms import ALWAYS

#: Field of ``Belonging`` → kind of membership.
KIND_OF: Final = {"units": "unit", "leads": "leads", "roles": "role", "posts": "post", "skills": "skill"}
LONGEST_SKILL: Final = 40


class UnusableSkill(WorkflowError):
    """A skill is a word or two, 40 characters at most, or the slug of a matter."""

    code = "unusable-skill"
    message_zh = "专长请用简短的词语，不超过40个字。"


@dataclass(frozen=True, kw_only=True)
class Belonging:
    """What a person is in the office: slugs of units, units led, roles, posts and skills."""

    units: tuple[str, ...] = ()
    leads: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    posts: tuple[str, ...] = ()
    skills: tuple[str, ...] = ()

    def fields(self) -> dict[str, list[str]]:
        """Field → slugs, sorted and each once."""
        return {field: sorted(set(getattr(self, field))) for field in KIND_OF}

    @classmethod
    def of(cls, person: Person) -> Belonging:
        """What a person is on the day they were looked up for."""
        return cls(**{field: getattr(person, field) for field in KIND_OF})


@dataclass(frozen=True, kw_only=True)
class Term:
    """Somebody is something from a day until a day, both included; null where none is set."""

    user: str
    kind: str
    slug: str
    since: date | None
    until: date | None


def terms_of(
    connection: Connection, organisation: str, *, user: str | None = None, kinds: Iterable[str] = ()
) -> list[Term]:
    """What the people of an organisation, or one of them, are, were and will be: the latest first."""
    query = (
        select(memberships)
        .join(people, people.c.user == memberships.c.user)
        .where(people.c.organisation == organisation)
        .order_by(memberships.c.since.desc(), memberships.c.kind, memberships.c.slug, memberships.c.user)
    )
    if user is not None:
        query = query.where(memberships.c.user == user)
    if wanted := list(kinds):
        query = query.where(memberships.c.kind.in_(wanted))
    return [
        Term(
            user=row.user,
            kind=row.kind,
            slug=row.slug,
            since=None if row.since == ALWAYS else row.since,
            until=row.until,
        )
        for row in connection.execute(query)
    ]


def change_terms(
    connection: Connection, user: str, belongs: Belonging, *, organisation: str, from_day: date
) -> None:
    """Make somebody what ``belongs`` says from a day on, for good; what they were before it stays on record.

    A skill nobody had before is made. Raises ``NoSuchGroup`` and ``UnusableSkill``.
    """
    make_skills(connection, organisation, belongs.skills)
    rows = membership_rows(user, **belongs.fields())
    check_groups(connection, organisation, rows)
    wanted = {(row["kind"], row["slug"]) for row in rows}
    mine, table = memberships.c.user == user, memberships.c
    # What was to begin on that day or later is said anew.
    connection.execute(delete(memberships).where(mine, table.since >= from_day))
    standing = connection.execute(
        select(table.kind, table.slug, table.since, table.until).where(
            mine, or_(table.until.is_(None), table.until >= from_day - timedelta(days=1))
        )
    ).all()
    for row in standing:
        kept = (row.kind, row.slug) in wanted
        wanted.discard((row.kind, row.slug))
        connection.execute(
            update(memberships)
            .where(mine, table.kind == row.kind, table.slug == row.slug, table.since == row.since)
            .values(until=None if kept else from_day - timedelta(days=1))
        )
    if wanted:
        connection.execute(insert(memberships), [_row(user, *one, from_day) for one in sorted(wanted)])


def make_skills(connection: Connection, organisation: str, skills: Iterable[str]) -> None:
    """See that the organisation knows these skills. Raises ``UnusableSkill``."""
    wanted = sorted(set(skills))
    for skill in wanted:
        if not 0 < len(skill.strip()) <= LONGEST_SKILL or skill != skill.strip():
            raise UnusableSkill(skill=skill)
    mine = (groups.c.organisation == organisation, groups.c.kind == "skill")
    known = set(connection.scalars(select(groups.c.slug).where(*mine)))
    fresh = [skill for skill in wanted if skill not in known]
    if fresh:
        rows = [{"organisation": organisation, "kind": "skill", "slug": one, "name": one} for one in fresh]
        connection.execute(insert(groups), rows)


def _row(user: str, kind: str, slug: str, since: date) -> dict[str, Any]:
    return {"user": user, "kind": kind, "slug": slug, "since": since}
