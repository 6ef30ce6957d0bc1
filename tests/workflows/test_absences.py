"""While somebody is away, their substitute does their work, and it is on record for whom."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import Engine, select

from tests import drafting as d
from tests.office import ORGANISATION, Case, Office
from workflows import tables
from workflows.absences import (
    AbsenceOverlaps,
    NoSuchAbsence,
    SubstituteAway,
    UnusableAbsence,
    absences_of,
    end_absence,
    enter_absence,
)
from workflows.cases import Actor, NotPermitted
from workflows.database import reading, transaction
from workflows.inbox import Box, inbox
from workflows.people import NoSuchPerson, actor_of, add_person

CLERK, HEAD, FRIEND = "zhang.san", "wang.wu", "li.si"


@pytest.fixture
def office(engine: Engine) -> Office:
    office = Office(engine).settle_in()
    with transaction(engine) as connection:
        for kind, slug in (("unit", "window"), ("unit", "chiefs")):
            connection.execute(
                tables.groups.insert().values(organisation=ORGANISATION, kind=kind, slug=slug, name=slug)
            )
        for user, units in ((CLERK, ["window"]), (FRIEND, ["window"]), (HEAD, ["chiefs"])):
            add_person(
                connection, user=user, organisation=ORGANISATION, name=user, password=None, units=units
            )
    office.publish(
        d.diagram(
            "t.sign",
            d.start(),
            d.user("sign", candidates='unit("chiefs")'),
            d.user("check", exclude='performer("sign")', candidates='unit("chiefs")'),
            d.end(),
            *d.path("start", "sign", "check", "end"),
        )
    )
    return office


def away(office: Office, user: str = HEAD, substitute: str | None = CLERK, *, days: float = 3) -> int:
    with transaction(office.engine) as connection:
        return enter_absence(
            connection,
            user=user,
            substitute=substitute,
            since=office.now,
            until=office.now + timedelta(days=days),
            reason="出差",
            whereabouts="某某市",
            by=user,
            at=office.now,
        )


def person(office: Office, user: str) -> Actor:
    with reading(office.engine) as connection:
        return actor_of(connection, user, at=office.now)


def waiting(office: Office, user: str) -> list[str]:
    with reading(office.engine) as connection:
        found = inbox(
            connection, Box.UNITS, of=actor_of(connection, user, at=office.now), after=None, search="", size=9
        )
    return [row.name for row in found.rows]


def signed_for(case: Case) -> list[tuple[str, str | None]]:
    return [(event.actor, event.on_behalf_of) for event in case.events() if event.kind == "completed"]


def test_the_substitute_finds_the_work_and_does_it_for_the_one_who_is_away(office: Office) -> None:
    case = office.start("t.sign")
    assert waiting(office, CLERK) == []
    with pytest.raises(NotPermitted):
        case.do("sign", by=person(office, CLERK))
    away(office)
    assert waiting(office, CLERK) == ["sign"]
    case.do("sign", by=person(office, CLERK))
    assert signed_for(case) == [(CLERK, HEAD)]
    assert case.row.answerable == CLERK


def test_what_somebody_has_taken_on_is_done_by_the_substitute_when_they_fall_ill(office: Office) -> None:
    case = office.start("t.sign").claim("sign", by=person(office, HEAD))
    away(office)
    case.do("sign", by=person(office, CLERK))
    assert signed_for(case) == [(CLERK, HEAD)]


def test_standing_in_ends_with_the_absence(office: Office) -> None:
    office.start("t.sign")
    absence = away(office, days=2)
    office.wait(days=1)
    assert waiting(office, CLERK) == ["sign"]
    with transaction(office.engine) as connection:
        end_absence(connection, absence, by=HEAD, at=office.now)
    assert waiting(office, CLERK) == []
    with transaction(office.engine) as connection, pytest.raises(NoSuchAbsence):
        end_absence(connection, absence, by=HEAD, at=office.now)
    away(office, days=1)
    office.wait(days=2)
    assert waiting(office, CLERK) == []


def test_a_second_look_is_not_taken_for_oneself_by_standing_in(office: Office) -> None:
    case = office.start("t.sign")
    away(office)
    case.do("sign", by=person(office, CLERK))
    with pytest.raises(NotPermitted):
        case.do("check", by=person(office, CLERK))


def test_a_role_of_administration_is_not_lent(office: Office) -> None:
    with transaction(office.engine) as connection:
        connection.execute(tables.memberships.insert().values(user=HEAD, kind="role", slug="process-admin"))
    away(office)
    assert not person(office, CLERK).has_role("process-admin")
    assert person(office, HEAD).has_role("process-admin")


def test_an_absence_makes_sense_or_is_refused(office: Office) -> None:
    with pytest.raises(UnusableAbsence):
        away(office, substitute=HEAD)
    with pytest.raises(UnusableAbsence):
        away(office, days=0)
    with pytest.raises(NoSuchPerson):
        away(office, substitute="nobody")
    away(office)
    with pytest.raises(AbsenceOverlaps):
        away(office, substitute=None)
    with pytest.raises(SubstituteAway):
        away(office, FRIEND, HEAD)
    with reading(office.engine) as connection:
        (known,) = absences_of(connection, ORGANISATION, from_=office.now)
    assert (known.user, known.substitute, known.whereabouts) == (HEAD, CLERK, "某某市")


def test_one_person_answers_for_a_case_at_every_moment(office: Office) -> None:
    case = office.apply("t.sign", by=person(office, CLERK))
    answers = [case.row.answerable]
    case.claim("sign", by=person(office, HEAD))
    answers.append(case.row.answerable)
    case.release("sign", by=person(office, HEAD))
    answers.append(case.row.answerable)
    assert answers == [CLERK, HEAD, HEAD]
    with reading(office.engine) as connection:
        changes = connection.execute(select(tables.events.c.body).order_by(tables.events.c.seq)).scalars()
    assert [f'"answerable":"{HEAD}"' in body for body in changes] == [False, True, False]
