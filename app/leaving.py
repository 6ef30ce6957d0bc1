"""Entering that somebody leaves: what pages and programs have in common."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from app.installation import installation
from app.signing_in import me
from workflows.cases import NotPermitted
from workflows.database import transaction
from workflows.departures import Departure, call_off_departure, plan_departure
from workflows.directory import colleague, may_administer
from workflows.successions import hand_on_due

#: Cases handed on while somebody waits for the answer; the scheduler does the rest.
AT_ONCE = 20


def only_administrators() -> None:
    """Raise ``NotPermitted`` for everybody else."""
    if not may_administer(me()):
        raise NotPermitted(user=me().user)


def enter_departure(
    user: str,
    *,
    last_day: date,
    successor: str | None,
    choices: Mapping[tuple[int, int], str | None],
) -> Departure:
    """Enter that a colleague leaves; when the last day is past, their work is handed on at once.

    Raises what ``plan_departure`` raises, and ``NoSuchPerson`` for people of other organisations.
    """
    now = installation().clock.now()
    with transaction(installation().engine) as connection:
        colleague(connection, user, of=me())
        made = plan_departure(
            connection,
            user=user,
            last_day=last_day,
            successor=successor,
            choices=choices,
            by=me(),
            at=now,
        )
    if made.due_at <= now:
        hand_on_now()
    return made


def hand_on_now() -> None:
    """Hand on some of what is due, so that little work is handed on before anybody looks."""
    hand_on_due(installation().engine, installation().clock, most=AT_ONCE)


def stay(user: str) -> None:
    """A colleague stays, after all. Raises ``NotLeaving`` and ``NoSuchPerson``."""
    with transaction(installation().engine) as connection:
        colleague(connection, user, of=me())
        call_off_departure(connection, user, by=me(), at=installation().clock.now())
