"""Visits: taken down at the counter, looked up, struck out, taken over."""

from __future__ import annotations

from typing import Any

from marshmallow import fields, validate
from sqlalchemy import Connection

from app.api.describing import noun, operation
from app.api.repeating import KeyHeader, once
from app.api.shapes import Page, Shape, Text, flag, many, mark, moment, text, texts
from app.counter import counter, forget_menus, tidied
from app.installation import installation
from app.language import in_english
from app.signing_in import me
from app.visit_pages import strike_out, take_over
from workflows.cases import NotPermitted
from workflows.counter_rules import Decision, counter_rules
from workflows.database import transaction
from workflows.office import office_of
from workflows.visits.access import check_counter, reads_all
from workflows.visits.looking import (
    KnownCase,
    Wanted,
    counts_for,
    known_of,
    passed_to,
    visit_of,
    visits_for,
)
from workflows.visits.opening import take_down
from workflows.visits.personal import tidy_number, tidy_phone
from workflows.visits.visit import LENGTHS, Given, NoCounter, Visit, warnings_of

blueprint = noun("visits", "Whoever comes to the counter: what they ask, and what is done about it.")
Answer = tuple[dict[str, Any], int, dict[str, str]]
_DECISIONS = ["own", "unit", "body", "consult"]


def _words(name: str, description: str, **options: Any) -> Text:
    longest = validate.Length(max=LENGTHS.get(name, 60))
    return Text(load_default="", validate=longest, metadata={"description": description}, **options)


class PersonGiven(Shape):
    """Somebody who stands at the counter."""

    phone = _words("phone", "Telephone; what is written between its digits does not matter.")
    identity = _words("identity", "Number of a resident, or credit code of an organisation.")
    name = _words("name", "Name of a person or an organisation.")
    kind = fields.String(
        load_default="person",
        validate=validate.OneOf(["person", "company"]),
        metadata={"description": "`person` or `company`."},
    )


class VisitGiven(PersonGiven):
    """A visit to take down."""

    matter = _words("matter", "A matter of the catalogue: its number in the list, its name or its slug.")
    asked = _words("asked", "What is asked, in the visitor's words. Needed where no matter is named.")
    decision = fields.String(
        required=True,
        validate=validate.OneOf(_DECISIONS),
        metadata={
            "description": "`own`: handled here, which may open a case; `unit`: passed to another unit of "
            "this office; `body`: a matter of another body; `consult`: answered on the spot."
        },
    )
    said = _words("said", "What the visitor was told. Needed for `consult`.")
    unit = _words("unit", "Slug of the unit. Needed for `unit`.")
    body = _words("body", "Name of the other body. Needed for `body`.")
    receiver = _words("receiver", "Whom to ask for there.")
    place = _words("place", "Where it is. For `unit` this or `contact` is needed.")
    contact = _words("contact", "Its telephone.")


class DoubtShape(Shape):
    """Something of a visit that was taken down all the same."""

    field = text("Name of the field.", "phone")
    detail = text("What seems wrong with it.", "电话号码的位数或开头不对，请核对")


class VisitRegisteredShape(Shape):
    """A visit that was taken down."""

    number = text("Its number: the day and a count.", "20260921-007")
    case = text("The case it opened.", "office-2026-00001", allow_none=True)
    asks_more = flag("Whether a case is to be opened whose form asks for more than a visit says.")
    doubts = many(DoubtShape)


class VisitShape(Shape):
    """A visit. Who it was is masked in lists, and to those who may not know it."""

    number = text("Its number.", "20260921-007")
    at = moment("When it was taken down.")
    by = text("User name of who is responsible for it 首问责任人.", "zhang.san")
    kind = text("`person` or `company`.", "person")
    name = text("The visitor's name.", "张*")
    phone = text("Telephone.", "000****0018")
    identity = text("Number of a resident, or credit code.", "")
    matter = text("A matter of the catalogue.", "许可（新办）")
    asked = text("What was asked.", "要带哪些材料")
    decision = text("`own`, `unit`, `body` or `consult`.", "consult")
    said = text("What the visitor was told.", "带申请书和身份证明")
    unit = text("Slug of the unit it was passed to.", "window", allow_none=True)
    body = text("The other body.", "")
    receiver = text("Whom to ask for.", "")
    place = text("Where.", "")
    contact = text("Telephone there.", "")
    case = text("The case it led to.", "office-2026-00001", allow_none=True)
    received_at = moment("When somebody of the unit took it over.", allow_none=True)
    received_by = text("User name of who took it over.", "li.si", allow_none=True)
    void_at = moment("When it was struck out.", allow_none=True)
    void_by = text("User name of who struck it out.", "zhang.san", allow_none=True)
    void_reason = text("Why it was struck out.", "重复登记", allow_none=True)
    hidden = flag("Whether you have an interest in the case it led to, and may know its number alone.")


class VisitsAsked(Page):
    """Which visits."""

    day = fields.Date(load_default=None, metadata={"description": "A day in Asia/Shanghai; all without it."})
    decision = fields.String(load_default=None, validate=validate.OneOf(_DECISIONS))
    passed = fields.Boolean(
        load_default=False,
        metadata={"description": "True: those passed to your units that nobody has taken over."},
    )


class VisitsShape(Shape):
    """A page of visits, the newest first."""

    items = many(VisitShape)
    next = mark()
    counts = fields.Dict(
        keys=fields.String(),
        values=fields.Integer(),
        required=True,
        metadata={"description": "Decision → how many visits of that day; those struck out under `void`."},
    )


class KnownCaseShape(Shape):
    """A case of a visitor."""

    number = text("Number of the case.", "office-2026-00001")
    title = text("Its title.", "许可（新办）")
    regulation = text("Name of the regulation.", "许可")
    status = text("`open`, `closed` or `cancelled`.", "open")
    opened_at = moment("When it was opened.")
    steps = texts("Names of the steps it waits for.", ["审查"])


class KnownShape(Shape):
    """What is known of somebody who stands at the counter, as far as you may see it."""

    visits = many(VisitShape)
    cases = many(KnownCaseShape)
    doubts = many(DoubtShape)


class VoidGiven(Shape):
    """Why a visit is struck out."""

    reason = text("Stays with the visit.", "重复登记")


@operation(blueprint, "POST", "/visits", name="registerVisit", refuses=(403, 404, 422))
@blueprint.arguments(VisitGiven)
@blueprint.arguments(KeyHeader, location="headers")
@blueprint.response(201, VisitRegisteredShape)
def registered(given: dict[str, Any], header: dict[str, Any]) -> Answer:
    """Take a visit down; `own` opens the case the office has laid down, if its form asks for nothing more.

    Doubtful numbers are no reason to refuse it unless the office says so. May be sent again under an
    `Idempotency-Key`.
    """
    at = installation().clock.now()
    with transaction(installation().engine) as connection:
        here = counter(connection, at=at)
        visit = tidied({name: value for name, value in given.items() if value}, here.matters)

        def act() -> dict[str, Any]:
            units = [one.slug for one in here.units]
            made = take_down(connection, visit, rules=here.rules, units=units, by=me(), at=at)
            doubts = _doubts(warnings_of(visit, here.rules))
            return {"number": made.number, "case": made.case, "asks_more": made.asks_more, "doubts": doubts}

        answer = once(connection, header["key"], given, act, status=201)
    forget_menus()
    return answer


@operation(blueprint, "GET", "/visits", name="listVisits", refuses=(403, 404, 422))
@blueprint.arguments(VisitsAsked, location="query")
@blueprint.response(200, VisitsShape)
def listed(asked: dict[str, Any]) -> dict[str, Any]:
    """List visits, masked: for the counter and for those who watch over the office; or those `passed` to you.

    Names, telephones and numbers are looked for by `POST /visits/lookup`, so that they stay out of addresses.
    A page may be shorter than asked for although more follow: go on until `next` is null.
    """
    after = asked["after"] or ""
    position = int(after) if after.isascii() and after.isdigit() and len(after) < 19 else None
    decision = Decision(asked["decision"]) if asked["decision"] else None
    with transaction(installation().engine) as connection:
        _check_office(connection)
        if asked["passed"]:
            page = passed_to(connection, me(), waiting=True, after=position, size=asked["size"])
            counts: dict[str, int] = {}
        else:
            if not reads_all(connection, me(), at=installation().clock.now()):
                raise NotPermitted(user=me().user)
            wanted = Wanted(day=asked["day"], decision=decision)
            page = visits_for(connection, me(), wanted, after=position, size=asked["size"])
            # All days together are nobody's statistics, and counting them would cost more each day.
            counts = counts_for(connection, me(), Wanted(day=asked["day"])) if asked["day"] else {}
    following = None if page.next is None else str(page.next)
    return {"items": [_visit(one) for one in page.rows], "next": following, "counts": counts}


@operation(blueprint, "POST", "/visits/lookup", name="lookUpVisitor", refuses=(403, 404, 422))
@blueprint.arguments(PersonGiven)
@blueprint.response(200, KnownShape)
def looked_up(given: dict[str, Any]) -> dict[str, Any]:
    """Look up earlier visits and cases by telephone, number, or name; a `POST`, for addresses are logged."""
    at = installation().clock.now()
    asked = Given(
        decision=Decision.CONSULT,
        kind=given["kind"],
        name=given["name"].strip(),
        phone=tidy_phone(given["phone"]),
        identity=tidy_number(given["identity"]),
    )
    with transaction(installation().engine) as connection:
        rules = check_counter(connection, me(), at=at)
        known = known_of(connection, me(), asked)
    return {
        "visits": [_visit(one) for one in known.visits],
        "cases": [_case(one) for one in known.cases],
        "doubts": _doubts(warnings_of(asked, rules)),
    }


@operation(blueprint, "GET", "/visits/<number>", name="getVisit", refuses=(403, 404))
@blueprint.response(200, VisitShape)
def shown(number: str) -> dict[str, Any]:
    """Read a visit; who it was is shown to whoever took it down, to their unit, and to whom it was passed."""
    return _read(number)


@operation(blueprint, "POST", "/visits/<number>/void", name="voidVisit", refuses=(403, 404, 409, 422))
@blueprint.arguments(VoidGiven)
@blueprint.response(200, VisitShape)
def voided(given: dict[str, Any], number: str) -> dict[str, Any]:
    """Strike out a visit of today that was taken down by mistake; it stays on record."""
    strike_out(number, given["reason"], installation().clock.now())
    forget_menus()
    return _read(number)


@operation(blueprint, "POST", "/visits/<number>/receive", name="receiveVisit", refuses=(403, 404, 409))
@blueprint.response(200, VisitShape)
def received(number: str) -> dict[str, Any]:
    """Take over a visit that was passed to one of your units."""
    take_over(number, installation().clock.now())
    forget_menus()
    return _read(number)


def _read(number: str) -> dict[str, Any]:
    with transaction(installation().engine) as connection:
        everything = reads_all(connection, me(), at=installation().clock.now())
        return _visit(visit_of(connection, number, person=me(), everything=everything))


def _check_office(connection: Connection) -> None:
    if counter_rules(office_of(connection, me().organisation).settings) is None:
        raise NoCounter(organisation=me().organisation)


def _visit(one: Visit) -> dict[str, Any]:
    return {name: getattr(one, name) for name in VisitShape().fields}


def _case(one: KnownCase) -> dict[str, Any]:
    return {name: getattr(one, name) for name in KnownCaseShape().fields}


def _doubts(found: dict[str, tuple[str, str]]) -> list[dict[str, str]]:
    spoken = 1 if in_english() else 0
    return [{"field": name, "detail": both[spoken]} for name, both in found.items()]
