"""People of an organisation: their accounts, their passwords, and the keys that open tasks to them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import (
    ColumnElement,
    Connection,
    Date,
    Row,
    and_,
    bindparam,
    delete,
    insert,
    or_,
    select,
    update,
)

from workflows.cases.actor import Actor
from workflows.errors import WorkflowError
from workflows.tables import absences, groups, memberships, organisations, people
from workflows.terms import ALWAYS, FOR_GOOD, day_of, held_on, works_on

#: Kind of membership → prefix of the key it gives; posts and skills give none.
KEY_OF = {"unit": "unit", "leads": "leader", "role": "role"}
MIN_PASSWORD = 10
#: Argon2 works through all it is given; nobody types more than this.
MAX_PASSWORD = 256

_hasher = PasswordHasher()
#: Before anybody was away.
_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


class NoSuchPerson(WorkflowError):
    """There is no active person of this user name."""

    code = "no-such-person"
    message_zh = "没有用户“{user}”。"


class PersonExists(WorkflowError):
    """The user name is taken."""

    code = "person-exists"
    message_zh = "用户名“{user}”已被使用。"


class UnusablePassword(WorkflowError):
    """A password has between 10 and 256 characters and is not the user name."""

    code = "unusable-password"
    message_zh = "密码应为10至256个字符,且不得与用户名相同。"


class NoSuchGroup(WorkflowError):
    """The organisation has no such unit, role, post or skill."""

    code = "no-such-group"
    message_zh = "本单位没有“{slug}”这个部门、角色、岗位或专长。"


class NoSuchOrganisation(WorkflowError):
    """There is no such organisation."""

    code = "no-such-organisation"
    message_zh = "没有单位“{organisation}”。"


@dataclass(frozen=True, kw_only=True)
class Person:
    """An account. Units it belongs to, units it leads, roles, posts and skills are sorted slugs."""

    user: str
    organisation: str
    name: str
    #: Not closed; whoever has not begun yet has an open account, too.
    active: bool
    demo: bool
    units: tuple[str, ...] = ()
    leads: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    posts: tuple[str, ...] = ()
    skills: tuple[str, ...] = ()
    first_day: date | None = None
    last_day: date | None = None

    def works_on(self, day: date) -> bool:
        """Whether the person has begun by a day of the office and has not left before it."""
        begun = self.first_day is None or self.first_day <= day
        return self.active and begun and (self.last_day is None or self.last_day >= day)


_ME: ColumnElement[str] = bindparam("who")
#: The person's own memberships, and those of whoever is away and has named the person as substitute.
_WHOM = (
    select(absences.c.user)
    .where(
        absences.c.substitute == _ME,
        absences.c.since <= bindparam("now"),
        absences.c.until > bindparam("now"),
        absences.c.ended_at.is_(None),
    )
    .scalar_subquery()
)
_DAY: ColumnElement[date] = bindparam("day", type_=Date)
_COLUMNS = (people.c.user, people.c.organisation, people.c.name, memberships.c.kind, memberships.c.slug)
_PERSON = (
    select(*_COLUMNS)
    .outerjoin(
        memberships,
        and_(memberships.c.user == people.c.user, memberships.c.kind.in_(list(KEY_OF)), held_on(_DAY)),
    )
    .where(or_(people.c.user == _ME, people.c.user.in_(_WHOM)), works_on(_DAY))
)


def actor_of(
    connection: Connection, user: str, *, at: datetime | None = None, on_behalf_of: str | None = None
) -> Actor:
    """The person as one who acts, with the keys they have on the day of ``at`` and those of the people they
    stand in for then.

    Without ``at`` what has an end does not count, and they stand in for nobody. One statement. Raises
    ``NoSuchPerson``, also for one who has not begun yet or has left.
    """
    day = FOR_GOOD if at is None else day_of(at)
    rows = connection.execute(_PERSON, {"who": user, "now": at or _LONG_AGO, "day": day}).all()
    held: dict[str, set[str]] = {}
    for row in rows:
        keys = held.setdefault(row.user, {f"person:{row.user}"})
        if row.kind is not None:
            keys.add(f"{KEY_OF[row.kind]}:{row.slug}")
    if user not in held:
        raise NoSuchPerson(user=user)
    mine = next(row for row in rows if row.user == user)
    own = frozenset(held.pop(user))
    lent = {other: frozenset(keys) for other, keys in held.items()}
    return Actor(
        user=user,
        organisation=mine.organisation,
        keys=own.union(*lent.values()),
        on_behalf_of=on_behalf_of,
        name=mine.name,
        lent=lent,
        own=own if lent else None,
    )


def hash_password(password: str, *, user: str = "") -> str:
    """The Argon2id hash to store; takes about a tenth of a second. Raises ``UnusablePassword``."""
    if not MIN_PASSWORD <= len(password) <= MAX_PASSWORD or password == user:
        raise UnusablePassword(user=user)
    return _hasher.hash(password)


def check_password(connection: Connection, user: str, password: str) -> bool:
    """Whether this is the password of an active person. An unknown name takes as long as a wrong password."""
    if len(password) > MAX_PASSWORD:
        return False
    stored = connection.execute(
        select(people.c.password_hash).where(people.c.user == user, people.c.active)
    ).scalar_one_or_none()
    if stored is None:
        # Hashing costs what verifying costs, so the answer's delay does not tell which names exist.
        _hasher.hash(password)
        return False
    try:
        return _hasher.verify(stored, password)
    except (VerificationError, InvalidHashError):
        return False


def add_person(
    connection: Connection,
    *,
    user: str,
    organisation: str,
    name: str,
    password: str | None,
    units: Iterable[str] = (),
    leads: Iterable[str] = (),
    roles: Iterable[str] = (),
    posts: Iterable[str] = (),
    skills: Iterable[str] = (),
    first_day: date | None = None,
    since: date = ALWAYS,
) -> None:
    """Make an account; without a password nobody can sign in with it yet, nor before the first day.

    ``since`` is the day from which the person is what is said of them.

    Raises ``NoSuchOrganisation``, ``PersonExists``, ``NoSuchGroup`` and ``UnusablePassword``.
    """
    known = select(organisations.c.slug).where(organisations.c.slug == organisation)
    if connection.execute(known).first() is None:
        raise NoSuchOrganisation(organisation=organisation)
    if connection.execute(select(people.c.user).where(people.c.user == user)).first() is not None:
        raise PersonExists(user=user)
    held = membership_rows(user, units=units, leads=leads, roles=roles, posts=posts, skills=skills)
    check_groups(connection, organisation, held)
    rows = [{**row, "since": since} for row in held]
    connection.execute(
        insert(people).values(
            user=user,
            organisation=organisation,
            name=name,
            first_day=first_day,
            password_hash=None if password is None else hash_password(password, user=user),
        )
    )
    if rows:
        connection.execute(insert(memberships), rows)


def change_password(connection: Connection, user: str, password: str) -> None:
    """Give an active person a new password. Raises ``NoSuchPerson`` and ``UnusablePassword``."""
    changed = connection.execute(
        update(people)
        .where(people.c.user == user, people.c.active)
        .values(password_hash=hash_password(password, user=user))
    )
    if changed.rowcount == 0:
        raise NoSuchPerson(user=user)


def deactivate_person(connection: Connection, user: str, *, last_day: date | None = None) -> None:
    """Close an account; what the person did, and was until ``last_day``, stays on record.

    Without a last day nothing says until when. Raises ``NoSuchPerson``.
    """
    changed = connection.execute(
        update(people).where(people.c.user == user, people.c.active).values(active=False, last_day=last_day)
    )
    if changed.rowcount == 0:
        raise NoSuchPerson(user=user)
    if last_day is None:
        connection.execute(delete(memberships).where(memberships.c.user == user))
    else:
        end_memberships(connection, user, last_day=last_day)


def end_memberships(connection: Connection, user: str, *, last_day: date) -> None:
    """Let everything somebody is end with a day; what they were until then stays on record."""
    theirs = memberships.c.user == user
    connection.execute(delete(memberships).where(theirs, memberships.c.since > last_day))
    connection.execute(
        update(memberships)
        .where(theirs, or_(memberships.c.until.is_(None), memberships.c.until > last_day))
        .values(until=last_day)
    )


def list_people(
    connection: Connection, organisation: str | None = None, *, on: date | None = None
) -> list[Person]:
    """Everyone, or everyone of one organisation, in order of user name, as they are on a day of the office.

    Without a day as they are for good: what has an end does not count. Two statements.
    """
    whom = select(people).order_by(people.c.user)
    held = select(memberships).where(held_on(on or FOR_GOOD)).order_by(memberships.c.slug)
    if organisation is not None:
        whom = whom.where(people.c.organisation == organisation)
        held = held.join(people, people.c.user == memberships.c.user).where(
            people.c.organisation == organisation
        )
    belongs: dict[tuple[str, str], list[str]] = {}
    for row in connection.execute(held):
        belongs.setdefault((row.user, row.kind), []).append(row.slug)
    return [_person(row, belongs) for row in connection.execute(whom)]


def membership_rows(
    user: str,
    *,
    units: Iterable[str] = (),
    leads: Iterable[str] = (),
    roles: Iterable[str] = (),
    posts: Iterable[str] = (),
    skills: Iterable[str] = (),
) -> list[dict[str, str]]:
    """Rows of ``memberships`` for one person, each once."""
    given = {"unit": units, "leads": leads, "role": roles, "post": posts, "skill": skills}
    return [
        {"user": user, "kind": kind, "slug": slug}
        for kind, slugs in given.items()
        for slug in sorted(set(slugs))
    ]


def check_groups(connection: Connection, organisation: str, rows: list[dict[str, str]]) -> None:
    """Whether the organisation has the units, roles, posts and skills of these rows.

    Raises ``NoSuchGroup``.
    """
    found = connection.execute(
        select(groups.c.kind, groups.c.slug).where(groups.c.organisation == organisation)
    )
    known = {(kind, slug) for kind, slug in found}
    for row in rows:
        if ("unit" if row["kind"] == "leads" else row["kind"], row["slug"]) not in known:
            raise NoSuchGroup(organisation=organisation, kind=row["kind"], slug=row["slug"])


def _person(row: Row[tuple[object, ...]], belongs: dict[tuple[str, str], list[str]]) -> Person:
    return Person(
        user=row.user,
        organisation=row.organisation,
        name=row.name,
        active=row.active,
        demo=row.demo,
        units=tuple(belongs.get((row.user, "unit"), ())),
        leads=tuple(belongs.get((row.user, "leads"), ())),
        roles=tuple(belongs.get((row.user, "role"), ())),
        posts=tuple(belongs.get((row.user, "post"), ())),
        skills=tuple(belongs.get((row.user, "skill"), ())),
        first_day=row.first_day,
        last_day=row.last_day,
    )
