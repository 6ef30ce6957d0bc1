"""Handing on what those who have left leave behind: case by case, each one transaction.

Killed at any moment, it goes on where it stopped: what is still to be done is what still names them.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    bindparam,
    func,
    literal_column,
    select,
    union,
    update,
)
from sqlalchemy.exc import OperationalError

from workflows import outbox
from workflows.cases.actor import SYSTEM, Actor
from workflows.cases.firing import fire_timers
from workflows.cases.handing_on import Estate, hand_on, places_of
from workflows.cases.open_case import CaseBusy, CaseEnded
from workflows.clock import Clock
from workflows.database import reading, transaction
from workflows.departures import Departure, Status, read_departure
from workflows.directory_changes import ADMINISTRATOR, ChangeKind, keep_change
from workflows.people import NoSuchPerson, actor_of, end_memberships, list_people
from workflows.tables import absences, cases, departures, people, saved_queues, timers, tokens
from workflows.terms import day_of

logger = logging.getLogger(__name__)

#: Cases looked up at a time.
CHUNK: Final = 50
_OPEN: ColumnElement[str] = literal_column("'open'")
_NEXT = select(func.min(departures.c.due_at)).where(departures.c.status == literal_column("'planned'"))
_DUE = (
    select(departures)
    .where(departures.c.status == literal_column("'planned'"), departures.c.due_at <= bindparam("until"))
    .order_by(departures.c.due_at, departures.c.id)
)
_LATE = (
    select(timers.c.case_id)
    .where(
        timers.c.case_id.in_(bindparam("ids", expanding=True)),
        timers.c.status == "armed",
        timers.c.due_at <= bindparam("at"),
    )
    .distinct()
)


def next_departure_at(connection: Connection) -> datetime | None:
    """When the work of somebody is next to be handed on, perhaps in the past; null when nobody leaves."""
    found: datetime | None = connection.execute(_NEXT).scalar_one_or_none()
    return found


def hand_on_due(
    engine: Engine,
    clock: Clock,
    *,
    until: datetime | None = None,
    most: int | None = None,
    stopping: Callable[[], bool] = lambda: False,
) -> int:
    """Hand on the work of those who have left by ``until`` (now), ``most`` cases each.

    Anybody may call it, at the same time too: a case is handed on by whoever locks it first. A case another
    command holds, or that cannot be handed on, is left for the next time. Returns how many transactions did
    something.
    """
    now = clock.now()
    with reading(engine) as connection:
        rows = connection.execute(_DUE, {"until": until or now}).all()
        found = [read_departure(connection, row) for row in rows]
    return sum(_Succession(engine, one, now=now, stopping=stopping).work(most) for one in found)


class _Succession:
    """The work of one who has left."""

    def __init__(
        self, engine: Engine, departure: Departure, *, now: datetime, stopping: Callable[[], bool]
    ) -> None:
        self.engine, self.departure, self.now, self.stopping = engine, departure, now, stopping

    def work(self, most: int | None) -> int:
        with transaction(self.engine) as connection:
            if not _locked(connection, self.departure):
                return 0
            _close_account(connection, self.departure, at=self.now)
            estate = _estate(connection, self.departure, at=self.now)
        done, after, skipped = 0, 0, False
        while most is None or done < most:
            with reading(self.engine) as connection:
                ids = _cases_of(connection, self.departure.user, after=after)
                late = connection.execute(_LATE, {"ids": ids, "at": self.departure.due_at}).scalars().all()
            if not ids:
                break
            self._fire(late)
            for case_id in ids[: None if most is None else most - done]:
                if self.stopping():
                    return done
                handed = self._hand_on(case_id, estate)
                done, skipped, after = done + handed, skipped or not handed, case_id
        else:
            return done
        return done + (0 if skipped else self._finish())

    def _hand_on(self, case_id: int, estate: Estate) -> bool:
        """Hand on one case; false when it has to wait."""
        try:
            with transaction(self.engine) as connection:
                if hand_on(connection, case_id, estate, at=self.departure.due_at):
                    connection.execute(
                        update(departures)
                        .where(departures.c.id == self.departure.id)
                        .values(handed=departures.c.handed + 1)
                    )
        except (CaseBusy, OperationalError):
            return False
        except CaseEnded:
            return True
        except Exception:
            logger.exception(
                "A case could not be handed on", extra={"action": "hand-on-failed", "case": case_id}
            )
            return False
        return True

    def _fire(self, late: Sequence[int]) -> None:
        """The law first: what fell due while they were there has happened."""
        for case_id in late:
            try:
                with transaction(self.engine) as connection:
                    fire_timers(connection, case_id, at=self.departure.due_at, woken=self.now)
            except Exception:
                # The scheduler leaves an incident; the case is handed on all the same.
                logger.exception(
                    "A timer stopped its case", extra={"action": "timer-failed", "case": case_id}
                )

    def _finish(self) -> int:
        """Say that everything is handed on, once, when nothing is left."""
        with transaction(self.engine) as connection:
            if not _locked(connection, self.departure) or _cases_of(connection, self.departure.user, after=0):
                return 0
            connection.execute(
                update(departures)
                .where(departures.c.id == self.departure.id)
                .values(status=Status.DONE, ended_at=self.now, ended_by=SYSTEM)
            )
            handed = connection.execute(
                select(departures.c.handed).where(departures.c.id == self.departure.id)
            ).scalar_one()
            keep_change(
                connection,
                organisation=self.departure.organisation,
                user=self.departure.user,
                kind=ChangeKind.LEFT,
                details={"last_day": (None, self.departure.last_day.isoformat()), "handed": (None, handed)},
                by=self.departure.entered_by,
                at=self.now,
            )
            _tell(connection, self.departure, handed, at=self.now)
        return 1


def _locked(connection: Connection, departure: Departure) -> bool:
    """Lock a departure; false when another has finished it, or it was called off."""
    query = select(departures.c.status).where(departures.c.id == departure.id).with_for_update()
    return bool(connection.execute(query).scalar_one() == Status.PLANNED)


def _cases_of(connection: Connection, user: str, *, after: int) -> list[int]:
    """Ids of open cases in which somebody has work, or for which they answer: some, the lowest first."""
    held = places_of(user).subquery()
    working = select(held.c.case_id).where(held.c.case_id > after)
    answering = select(cases.c.id).where(
        cases.c.answerable == user, cases.c.status == _OPEN, cases.c.id > after
    )
    both = union(working, answering).subquery()
    query = select(both.c.case_id).order_by(both.c.case_id).limit(CHUNK)
    return [int(found) for found in connection.scalars(query)]


def _close_account(connection: Connection, departure: Departure, *, at: datetime) -> None:
    """They sign in no more, their tokens are void, nobody waits for them, and what they shared goes on."""
    user, heir = departure.user, departure.successor
    connection.execute(
        update(people).where(people.c.user == user).values(active=False, last_day=departure.last_day)
    )
    end_memberships(connection, user, last_day=departure.last_day)
    mine = (tokens.c.user == user, tokens.c.revoked_at.is_(None))
    connection.execute(update(tokens).where(*mine).values(revoked_at=at))
    running = (absences.c.until > at, absences.c.ended_at.is_(None))
    connection.execute(
        update(absences).where(absences.c.user == user, *running).values(ended_at=at, ended_by=SYSTEM)
    )
    # Their heads find it among what nobody stands in for.
    connection.execute(
        update(absences).where(absences.c.substitute == user, *running).values(substitute=None)
    )
    if heir is not None:
        shared = (saved_queues.c.owner == user, saved_queues.c.unit.is_not(None))
        connection.execute(update(saved_queues).where(*shared).values(owner=heir))


def _estate(connection: Connection, departure: Departure, *, at: datetime) -> Estate:
    users = {departure.successor, *departure.choices.values()} - {None}
    actors = {user: _worker(connection, str(user), at) for user in users}
    heir = actors.get(departure.successor)

    def heir_of(case_id: int, number: int) -> Actor | None:
        place = (case_id, number)
        return actors.get(departure.choices[place]) if place in departure.choices else heir

    return Estate(
        user=departure.user,
        heir_of=heir_of,
        heir=heir,
        guardians=_guardians(connection, departure, at=at),
        facts={"departure": departure.id, "by": departure.entered_by},
    )


def _worker(connection: Connection, user: str, at: datetime) -> Actor | None:
    try:
        return actor_of(connection, user, at=at)
    except NoSuchPerson:
        return None


def _guardians(connection: Connection, departure: Departure, *, at: datetime) -> list[str]:
    """Who answers for what goes to nobody: heads of their units, whoever entered it, administrators."""
    day = day_of(at)
    then = {one.user: one for one in list_people(connection, departure.organisation, on=departure.last_day)}
    units = set(then[departure.user].units) if departure.user in then else set()
    now = [
        one
        for one in list_people(connection, departure.organisation, on=day)
        if one.works_on(day) and one.user != departure.user
    ]
    heads = [one.user for one in now if units & set(one.leads)]
    entered = [one.user for one in now if one.user == departure.entered_by]
    keepers = [one.user for one in now if ADMINISTRATOR in one.roles]
    return list(dict.fromkeys([*heads, *entered, *keepers])) or [departure.entered_by]


def _tell(connection: Connection, departure: Departure, handed: int, *, at: datetime) -> None:
    heirs: dict[Any, None] = dict.fromkeys([departure.successor, *departure.choices.values()])
    to = [f"person:{user}" for user in heirs if user is not None]
    if not to or not handed:
        return
    outbox.post(
        connection,
        key=f"departure-{departure.id}",
        kind="notify",
        # Letters about people belong to no case.
        case_id=0,
        body={"what": "work-handed-on", "user": departure.user, "cases": handed, "to": to},
        at=at,
        organisation=departure.organisation,
    )
