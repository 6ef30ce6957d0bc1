"""An office with a counter, and people who work at it or elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
import pytest
from sqlalchemy import Engine, insert

from workflows import tables
from workflows.cases import Actor
from workflows.clock import BEIJING
from workflows.counter_rules import Decision, counter_rules
from workflows.database import transaction
from workflows.people import membership_rows
from workflows.visits.registering import register_visit
from workflows.visits.visit import Given

MONDAY = datetime(2026, 9, 21, 9, 0, tzinfo=BEIJING)
COUNTER = {"counter": {"places": [{"unit": "charity", "place": "201室", "contact": "0000-0000001"}]}}
ACCESS = {"access": {"rules": [{"act": "counter", "who": 'unit("window")'}]}}
UNITS = ("window", "charity")
#: user → organisation, units, roles.
PEOPLE = {
    "zhang.san": ("t", ("window",), ()),
    "li.si": ("t", ("window",), ()),
    "wang.wu": ("t", ("charity",), ()),
    "han": ("t", (), ("auditor",)),
    "elsewhere": ("t2", ("window",), ()),
}


def actor(user: str) -> Actor:
    organisation, units, roles = PEOPLE[user]
    keys = {f"person:{user}", *(f"unit:{one}" for one in units), *(f"role:{one}" for one in roles)}
    return Actor(user=user, organisation=organisation, keys=frozenset(keys), name=user)


@dataclass
class Office:
    """The office over one database."""

    engine: Engine

    def register(self, user: str = "zhang.san", at: datetime = MONDAY, **given: Any) -> str:
        """A consultation, or what else is given. Returns its number."""
        facts = {"decision": Decision.CONSULT, "asked": "要带哪些材料", "said": "带申请书"} | given
        rules = counter_rules(COUNTER)
        assert rules is not None
        with transaction(self.engine) as connection:
            return register_visit(connection, Given(**facts), rules=rules, units=UNITS, by=actor(user), at=at)


@pytest.fixture
def office(engine: Engine) -> Office:
    with transaction(engine) as connection:
        settings = orjson.dumps(COUNTER | ACCESS).decode()
        for slug in ("t", "t2"):
            connection.execute(
                insert(tables.organisations).values(slug=slug, name=f"{slug}局", settings=settings)
            )
        for user, (organisation, units, roles) in PEOPLE.items():
            connection.execute(insert(tables.people).values(user=user, organisation=organisation, name=user))
            rows = membership_rows(user, units=units, leads=(), roles=roles)
            connection.execute(insert(tables.memberships), rows)
    return Office(engine)
