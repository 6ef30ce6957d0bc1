"""``compose-list``: everything an applicant has still to hand in, said once for a stage of a case."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

import orjson
from sqlalchemy import bindparam, func, insert, select

from workflows.errors import Refusal
from workflows.feel import to_json
from workflows.operators.context import OperatorContext
from workflows.operators.effect import Effect
from workflows.operators.parameters import UnusableParameter, optional_text, required_text
from workflows.operators.signature import OperatorSignature, ParameterSignature
from workflows.operators.traces import leave
from workflows.tables import grounds, supplement_lists

#: What becomes of a further list for the same stage.
REFUSED: Final = "refused"
RECORDED: Final = "recorded"
#: How the checklist of a form marks what has still to come (``workflows.forms.materials``).
_MISSING: Final = "missing"

_SO_FAR = select(func.count()).where(
    supplement_lists.c.case_id == bindparam("case"), supplement_lists.c.stage == bindparam("stage")
)


#: As the clock of a ground that no clock proposed.
NO_CLOCK: Final = 0
_PROPOSED = select(grounds.c.id).where(
    grounds.c.case_id == bindparam("case"),
    grounds.c.clock == NO_CLOCK,
    grounds.c.ground == bindparam("ground"),
)


class ListComposedAlready(Refusal):
    """The applicant was told what is missing at this stage, and may be told once only."""

    code = "list-composed-already"
    message_zh = "这个阶段已经一次性告知过,不能再次要求补正。"


class NothingMissing(Refusal):
    """Nothing is missing, so there is nothing to tell."""

    code = "nothing-missing"
    message_zh = "没有缺少的材料,不需要告知补正。"


def compose_list(
    context: OperatorContext,
    stage: Any,
    materials: Any,
    provision: Any,
    again: Any = None,
    ground: Any = None,
) -> Effect:
    """Compose the list of what is missing and keep it; nobody can leave anything out of it.

    ``materials`` is a checklist, of which all that is missing is listed, or a list of names. A further list
    for the same stage raises ``ListComposedAlready``, or is kept as a breach of ``provision`` where ``again``
    is ``RECORDED``: then ``ground``, a clause, is proposed as a ground of accountability of whoever told it.
    Raises ``NothingMissing``, ``UnusableParameter``.
    """
    name, clause = required_text("stage", stage), required_text("provision", provision)
    items = list(_missing(to_json(materials)))
    number = _next_number(context, name, optional_text("again", again) or REFUSED, clause)
    if not items:
        raise NothingMissing(stage=name)
    identifier, trace = leave(
        context.connection,
        supplement_lists,
        case_id=context.case_id,
        seq=context.seq,
        stage=name,
        number=number,
        items=orjson.dumps(items).decode(),
        composed_at=context.at,
        composed_by="" if context.by_timer else context.actor,
        breach=clause if number > 1 else None,
    )
    proposed = optional_text("ground", ground) if number > 1 else ""
    if proposed:
        _propose(context, proposed)
    result = {
        "id": identifier,
        "items": items,
        "text": "、".join(item["name"] for item in items),
        "number": number,
        "breach": number > 1,
        "ground": proposed or None,
    }
    return Effect(result=result, trace=trace)


def _next_number(context: OperatorContext, stage: str, again: str, clause: str) -> int:
    """Which list of the stage this will be."""
    if again not in (REFUSED, RECORDED):
        raise UnusableParameter(parameter="again", value=repr(again))
    so_far = context.connection.execute(_SO_FAR, {"case": context.case_id, "stage": stage}).scalar_one()
    if so_far and again == REFUSED:
        raise ListComposedAlready(stage=stage, provision=clause)
    return int(so_far) + 1


def _propose(context: OperatorContext, clause: str) -> None:
    """Propose a ground of accountability, once in a case."""
    place = {"case": context.case_id, "ground": clause}
    if context.connection.execute(_PROPOSED, place).first() is not None:
        return
    responsible = [] if context.by_timer else [f"person:{context.actor}"]
    context.connection.execute(
        insert(grounds).values(
            organisation=context.organisation,
            case_id=context.case_id,
            clock=NO_CLOCK,
            ground=clause,
            proposed_at=context.at,
            status="proposed",
            responsible=orjson.dumps(responsible).decode(),
        )
    )


def _missing(listed: Any) -> Iterator[dict[str, Any]]:
    if not isinstance(listed, list):
        raise UnusableParameter(parameter="materials", value=repr(listed))
    for item in listed:
        facts = item if isinstance(item, Mapping) else {"name": item}
        if facts.get("state", _MISSING) != _MISSING:
            continue
        name = required_text("materials", facts.get("name"))
        reason = optional_text("materials", facts.get("reason"))
        yield {"name": name, "main": facts.get("main") is True} | ({"reason": reason} if reason else {})


OPERATORS = (
    (
        OperatorSignature(
            name="compose-list",
            label_zh="列出一次性告知清单",
            label_en="Compose the one-time list",
            parameters={
                "stage": ParameterSignature(
                    type="string", required=True, literal=True, label_zh="阶段", label_en="Stage"
                ),
                "materials": ParameterSignature(
                    type="list", required=True, label_zh="材料清单", label_en="Checklist of materials"
                ),
                "provision": ParameterSignature(
                    type="string", required=True, label_zh="依据条款", label_en="Clause"
                ),
                "again": ParameterSignature(type="string", label_zh="再次告知时", label_en="A second time"),
                "ground": ParameterSignature(
                    type="string", label_zh="问责条款", label_en="Ground of accountability"
                ),
            },
            result=True,
        ),
        compose_list,
    ),
)
