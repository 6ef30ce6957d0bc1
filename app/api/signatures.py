"""Signatures of colleagues on a task (会签, 或签, 加签): asked, given, called off, and listed."""

from __future__ import annotations

from typing import Any, Final

from marshmallow import fields, validate
from sqlalchemy import Connection

from app.api.describing import noun, operation
from app.api.looking import task_and_case
from app.api.repeating import KeyHeader, once
from app.api.shapes import Page, Shape, Text, many, mark, moment, text, texts, whole
from app.installation import installation
from app.signing_in import me
from app.verbs import Said, Verb, do
from workflows import cases
from workflows.cases import Mode, Round
from workflows.cases.incidents import described
from workflows.cases.numbers import numbered
from workflows.cases.signatures import rounds_of
from workflows.database import reading
from workflows.reading.asked_signatures import AskedSignature, signatures_asked, signatures_given

blueprint = noun("signatures", "Signatures of colleagues on a task.")
_ONE: Final = "/cases/<case_number>/tasks/<int:number>"
_MODE: Final = "`all`: everybody has to sign (会签). `any`: one is enough (或签)."
Answer = tuple[dict[str, Any], int, dict[str, str]]


class SignatureShape(Shape):
    """What one colleague was asked, and has answered."""

    signer = text("User name.", "wang.wu")
    asked_by = text("Who asked.", "zhang.san")
    reason = text("What to look at, and why.", "数额较大，请核")
    asked_at = moment("When.")
    waits = fields.Boolean(
        required=True, metadata={"description": "Whether an answer is still wanted: the round is open."}
    )
    answered_at = moment("When it was answered.", allow_none=True)
    answered_by = text("The signer, or who stood in.", "wang.wu", allow_none=True)
    agrees = fields.Boolean(
        required=True, allow_none=True, metadata={"description": "The answer; null while there is none."}
    )
    opinion = text("What was said with it.", "")


class RoundShape(Shape):
    """A round of signatures on a task; while it is open, the task cannot be completed."""

    number = whole("Number of the event of the case that asked.", 4)
    mode = text(_MODE, "all")
    asked_by = text("User name.", "zhang.san")
    reason = text("What to look at, and why.", "数额较大，请核")
    asked_at = moment("When.")
    closed_at = moment("When it was closed; null while it is open.", allow_none=True)
    how = text("`answered`, `called-off`, or `gone` with its task.", "answered", allow_none=True)
    waiting = texts("Those whose answer is still wanted.", ["wang.wu"])
    signatures = many(SignatureShape)


class RoundsShape(Shape):
    """The rounds of a task, the oldest first."""

    case = text("Number of the case.", "office-2026-00001")
    number = whole("Number of the task.", 3)
    rounds = many(RoundShape)


class SigningStateShape(Shape):
    """How the latest round of a task stands."""

    case = text("Number of the case.", "office-2026-00001")
    number = whole("Number of the task.", 3)
    round = whole("Number of the round.", 4)
    mode = text(_MODE, "all")
    how = text("`answered` or `called-off`; null while it is open.", "answered", allow_none=True)
    waiting = texts("Those whose answer is still wanted.", ["wang.wu"])


class SignatureLineShape(SignatureShape):
    """A signature with the task it is about."""

    case = text("Number of the case.", "office-2026-00001")
    number = whole("Number of the task.", 3)
    name = text("Name of the task.", "审查")
    title = text("Title of the case.", "许可（新办）")
    regulation = text("Name of the regulation.", "许可")
    mode = text(_MODE, "all")
    due_at = moment("When the task is due.", allow_none=True)


class SignaturesShape(Shape):
    """Signatures in order."""

    items = many(SignatureLineShape)
    next = mark()


class SignaturesAsked(Page):
    """Which signatures."""

    box = fields.String(
        load_default="waiting",
        validate=validate.OneOf(["waiting", "given"]),
        metadata={"description": "Those that wait for you, at most 200 and all at once, or those you gave."},
    )


class ToSign(Shape):
    """Who is asked to sign, and on what."""

    to = fields.List(
        Text(validate=validate.Length(1, 200)),
        required=True,
        validate=validate.Length(1, 50),
        metadata={"description": "User names of the colleagues.", "examples": [["wang.wu", "li.si"]]},
    )
    mode = fields.String(
        load_default="all", validate=validate.OneOf([*Mode]), metadata={"description": _MODE}
    )
    reason = text("What to look at, and why.", "数额较大，请核", validate=validate.Length(max=500))


class OneMore(Shape):
    """One more colleague, and why."""

    to = text("User name of the colleague.", "wang.wu", validate=validate.Length(1, 200))
    reason = text("What to look at, and why.", "涉及经费", validate=validate.Length(max=500))


class AnswerToGive(Shape):
    """Yes or no."""

    agrees = fields.Boolean(required=True, metadata={"description": "同意 or 不同意."})
    opinion = Text(
        load_default="",
        validate=validate.Length(max=500),
        metadata={"description": "Needed where you do not agree.", "examples": ["缺批文"]},
    )


class ReasonToCallOff(Shape):
    """Why."""

    reason = text("It stays in the history.", "改为口头征求意见", validate=validate.Length(max=500))


@operation(blueprint, "GET", "/signatures", name="listSignatures", refuses=(422,))
@blueprint.arguments(SignaturesAsked, location="query")
@blueprint.response(200, SignaturesShape)
def listed(asked: dict[str, Any]) -> dict[str, Any]:
    """List what waits for your signature, the most urgent first, or what you signed, the latest first."""
    with reading(installation().engine) as connection:
        if asked["box"] == "waiting":
            return {"items": [_line(one) for one in signatures_asked(connection, me())], "next": None}
        page = signatures_given(connection, me(), after=asked["after"], size=asked["size"])
    return {"items": [_line(one) for one in page.rows], "next": page.next}


@operation(blueprint, "GET", f"{_ONE}/signatures", name="getSignatures", refuses=(403, 404))
@blueprint.response(200, RoundsShape)
def shown(case_number: str, number: int) -> dict[str, Any]:
    """Read who was asked to sign on a task and what they answered."""
    with reading(installation().engine) as connection:
        case, _ = task_and_case(connection, case_number, number)
        found = rounds_of(connection, case.id, task=number)
    return {"case": case.number, "number": number, "rounds": [_round(one) for one in found]}


@operation(blueprint, "POST", f"{_ONE}/countersign", name="askSignatures", refuses=(403, 404, 409, 422))
@blueprint.arguments(ToSign())
@blueprint.arguments(KeyHeader(), location="headers")
@blueprint.response(200, SigningStateShape)
def asked(given: dict[str, Any], header: dict[str, Any], case_number: str, number: int) -> Answer:
    """Ask colleagues to sign on a task you have or may take; you decide on it when they have."""
    said = Said(signers=tuple(given["to"]), mode=Mode(given["mode"]), reason=given["reason"])
    return _do(Verb.COUNTERSIGN, case_number, number, given, said, header["key"])


@operation(blueprint, "POST", f"{_ONE}/add-signer", name="addSigner", refuses=(403, 404, 409, 422))
@blueprint.arguments(OneMore())
@blueprint.arguments(KeyHeader(), location="headers")
@blueprint.response(200, SigningStateShape)
def added(given: dict[str, Any], header: dict[str, Any], case_number: str, number: int) -> Answer:
    """Ask one more colleague, in a round you began or have yet to sign in, or on a task you have."""
    said = Said(to=given["to"], reason=given["reason"])
    return _do(Verb.ADD_SIGNER, case_number, number, given, said, header["key"])


@operation(blueprint, "POST", f"{_ONE}/sign", name="sign", refuses=(403, 404, 409, 422))
@blueprint.arguments(AnswerToGive())
@blueprint.arguments(KeyHeader(), location="headers")
@blueprint.response(200, SigningStateShape)
def signed(given: dict[str, Any], header: dict[str, Any], case_number: str, number: int) -> Answer:
    """Say whether you agree, for yourself or for somebody you stand in for."""
    said = Said(agrees=given["agrees"], reason=given["opinion"])
    return _do(Verb.SIGN, case_number, number, given, said, header["key"])


@operation(blueprint, "POST", f"{_ONE}/call-off", name="callOffSignatures", refuses=(403, 404, 409, 422))
@blueprint.arguments(ReasonToCallOff())
@blueprint.arguments(KeyHeader(), location="headers")
@blueprint.response(200, SigningStateShape)
def called_off(given: dict[str, Any], header: dict[str, Any], case_number: str, number: int) -> Answer:
    """Do without the answers that are missing, on a task you have or where you asked."""
    said = Said(reason=given["reason"])
    return _do(Verb.CALL_OFF, case_number, number, given, said, header["key"])


def _do(
    verb: Verb, case_number: str, number: int, given: dict[str, Any], said: Said, key: str | None
) -> Answer:
    at = installation().clock.now()
    case_id, organisation = numbered(installation().engine, case_number)

    def act(connection: Connection) -> dict[str, Any]:
        case, _ = task_and_case(connection, case_number, number)
        do(connection, verb, case, number, said, at)
        on = rounds_of(connection, case.id, task=number)[-1]
        state = {"mode": on.mode, "how": on.how, "waiting": list(on.waiting)}
        return {"case": case.number, "number": number, "round": on.number, **state}

    asked_for = {"verb": verb, "case": case_number, "number": number, **given}
    # Looked up first: who has signed sees the answer again, and perhaps not the task.
    return cases.perform(
        installation().engine,
        lambda connection: once(connection, key, asked_for, lambda: act(connection), status=200),
        case_id=case_id,
        command=described("fire", None, organisation),
        at=at,
    )


_OF_ROUND: Final = ("number", "mode", "asked_by", "reason", "asked_at", "closed_at", "how", "waiting")
_OF_SIGNATURE: Final = (
    "signer", "asked_by", "reason", "asked_at", "waits", "answered_at", "answered_by", "agrees", "opinion",
)  # fmt: skip


def _round(one: Round) -> dict[str, Any]:
    given = [{name: getattr(each, name) for name in _OF_SIGNATURE} for each in one.signatures]
    return {**{name: getattr(one, name) for name in _OF_ROUND}, "signatures": given}


def _line(one: AskedSignature) -> dict[str, Any]:
    names = ("number", "name", "title", "regulation", "mode", "due_at", *_OF_SIGNATURE)
    return {"case": one.case_number, **{name: getattr(one, name) for name in names}}
