"""Giving out work when it opens: which of a task's candidates it goes to, as its diagram says."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    and_,
    exists,
    func,
    literal_column,
    or_,
    select,
    tuple_,
)

from workflows.cases.facts import Distribution, Vacancy
from workflows.tables import absences, memberships, people, tasks, to_microseconds
from workflows.terms import day_of, held_on, works_on

#: Prefix of a candidate key → kind of membership that gives it.
_KIND = {"unit": "unit", "leader": "leads", "role": "role"}
#: Written out, so that the partial index of open tasks is known to hold them all.
_LOAD = (
    select(func.count())
    .where(tasks.c.assignee == people.c.user, tasks.c.status == literal_column("'open'"))
    .scalar_subquery()
    .label("load")
)
_LAST = (
    select(func.max(tasks.c.opened_at))
    .where(tasks.c.dispatched_to == people.c.user)
    .scalar_subquery()
    .label("last")
)


def choose(
    connection: Connection,
    organisation: str,
    vacancy: Vacancy,
    *,
    at: datetime,
    given: Mapping[str, int],
) -> str | None:
    """User name of the candidate a task is given to; null when none of them is there to take it.

    1. Only those who work on that day, are not away, and are not kept out; of distribution by skill only
       those versed in what is asked for.
    2. Among these whoever has the fewest open tasks (in turn: regardless of that), then whoever was given one
       longest ago, then by user name.

    ``given`` counts what the same command gives out and nobody has written down yet. One statement. Two cases
    that open at the same moment may both choose the same person.
    """
    if vacancy.rule is Distribution.SKILL and not vacancy.skill:
        return None
    query = select(people.c.user, _LOAD, _LAST).where(
        people.c.organisation == organisation,
        works_on(day_of(at)),
        _is_candidate(vacancy.keys, at),
        ~_is_away(at),
    )
    if vacancy.skill is not None:
        query = query.where(_holds([("skill", vacancy.skill)], at))
    found = [row for row in connection.execute(query) if row.user not in vacancy.excluded]
    if not found:
        return None

    def rank(row: Any) -> tuple[int, int, str]:
        last = 0 if row.last is None else to_microseconds(row.last)
        load = 0 if vacancy.rule is Distribution.ROTATION else int(row.load)
        return load + given.get(row.user, 0), last, row.user

    return str(min(found, key=rank).user)


def _is_candidate(keys: list[str], at: datetime) -> ColumnElement[bool]:
    parts = [key.partition(":") for key in keys]
    named = [slug for kind, _, slug in parts if kind == "person"]
    held = [(_KIND[kind], slug) for kind, _, slug in parts if kind in _KIND]
    return or_(people.c.user.in_(named), _holds(held, at))


def _holds(held: list[tuple[str, str]], at: datetime) -> ColumnElement[bool]:
    return exists().where(
        and_(
            memberships.c.user == people.c.user,
            tuple_(memberships.c.kind, memberships.c.slug).in_(held),
            held_on(day_of(at)),
        )
    )


def _is_away(at: datetime) -> ColumnElement[bool]:
    return exists().where(
        absences.c.user == people.c.user,
        absences.c.since <= at,
        absences.c.until > at,
        absences.c.ended_at.is_(None),
    )
