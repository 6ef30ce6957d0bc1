"""What pages and programs do at the counter alike: take a visit down, open its case, look somebody up."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection

from app.installation import installation
from app.signing_in import me
from workflows.counter_rules import CounterRules, Decision, counter_rules
from workflows.database import place_of, reading
from workflows.office import Office, office_of
from workflows.reading.matters import Matter, matters_of
from workflows.visits.access import check_counter, works_at_counter
from workflows.visits.looking import waiting_for
from workflows.visits.personal import PERSON, tidy_number, tidy_phone
from workflows.visits.places import UnitPlace, units_of
from workflows.visits.visit import Given, VisitInvalid

#: How long the menu may show what somebody could do a moment ago; the pages themselves always ask anew.
_MENU_SECONDS: Final = 60
_MENU_MOST: Final = 5000
_menus: dict[tuple[str, str], tuple[float, Menu]] = {}


@dataclass(frozen=True, kw_only=True)
class Menu:
    """Which of the counter's pages a person finds in the menu."""

    counter: bool
    #: How many visits passed to the person's units nobody has taken over.
    waiting: int


@dataclass(frozen=True, kw_only=True)
class Counter:
    """The counter as one page needs it."""

    office: Office
    rules: CounterRules
    matters: list[Matter]
    units: list[UnitPlace]


def counter(connection: Connection, *, at: datetime) -> Counter:
    """The counter of the person who is signed in. Raises ``NoCounter``, ``NotPermitted``."""
    rules = check_counter(connection, me(), at=at)
    office = office_of(connection, me().organisation)
    return Counter(
        office=office,
        rules=rules,
        matters=matters_of(connection, office.slug),
        units=units_of(connection, office, rules, at=at),
    )


def menu() -> Menu:
    """What of the counter is in the menu of the person who is signed in."""
    place = (place_of(installation().engine), me().user)
    known = _menus.get(place)
    # How long ago it was looked up is real time, whatever the office's clock is set to.
    now = time.monotonic()
    if known is None or known[0] < now:
        if len(_menus) >= _MENU_MOST:
            _menus.clear()
        known = _menus[place] = (now + _MENU_SECONDS, _menu())
    return known[1]


def forget_menus() -> None:
    """Look menus up anew, after something of the counter has changed here."""
    _menus.clear()


def _menu() -> Menu:
    with reading(installation().engine) as connection:
        settings = office_of(connection, me().organisation).settings
        if counter_rules(settings) is None:
            return Menu(counter=False, waiting=0)
        at = installation().clock.now()
        return Menu(
            counter=works_at_counter(connection, me(), settings, at=at),
            waiting=waiting_for(connection, me()),
        )


def tidied(given: Mapping[str, str], matters: list[Matter]) -> Given:
    """What somebody wrote down, in the form it is kept in; ``matter`` by its number in the list, its name, or
    a part of its name that no other has. Raises ``VisitInvalid`` for a matter or decision there is not."""
    texts = {name: given.get(name, "").strip() for name in Given.__dataclass_fields__ if given.get(name)}
    faults: dict[str, tuple[str, str]] = {}
    try:
        decision = Decision(texts.get("decision", ""))
    except ValueError:
        decision = Decision.CONSULT
        faults["decision"] = ("请选择怎么办", "Choose what is done about it")
    named = texts.get("matter", "")
    found = meant(named, matters) if named else None
    if named and found is None:
        faults["matter"] = ("办事目录里没有这个事项，请改选", "The catalogue has no such matter")
    if faults:
        zh, en = ({name: said[n] for name, said in faults.items()} for n in (0, 1))
        raise VisitInvalid(zh, en)
    facts: dict[str, Any] = {
        **texts,
        "kind": texts.get("kind", PERSON),
        "phone": tidy_phone(texts.get("phone", "")),
        "identity": tidy_number(texts.get("identity", "")),
        "matter": found.name if found is not None else "",
        "unit": texts.get("unit") or None,
        "decision": decision,
    }
    return _relevant(Given(**facts))


def meant(text: str, matters: list[Matter]) -> Matter | None:
    """The matter somebody means by its number in the list, its name, or a part that only one name has."""
    if text.isascii() and text.isdigit():
        return matters[int(text) - 1] if 0 < int(text) <= len(matters) else None
    exact = [one for one in matters if text in (one.name, one.slug)]
    partly = exact or [one for one in matters if text in one.name]
    return partly[0] if len(partly) == 1 else None


def _relevant(given: Given) -> Given:
    """Without what belongs to another decision than the one that was taken."""
    away: dict[str, Any] = {}
    if given.decision is not Decision.UNIT:
        away["unit"] = None
    if given.decision is not Decision.BODY:
        away["body"] = ""
    if given.decision in (Decision.OWN, Decision.CONSULT):
        away |= {"receiver": "", "place": "", "contact": ""}
    return replace(given, **away)
