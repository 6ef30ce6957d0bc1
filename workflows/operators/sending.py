"""``send-message``: tells another case something it waits for."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from sqlalchemy import bindparam, select

from workflows.errors import WorkflowError
from workflows.feel import to_json
from workflows.operators.context import OperatorContext
from workflows.operators.effect import Effect
from workflows.operators.parameters import (
    UnusableParameter,
    optional_context,
    optional_text,
    required_text,
)
from workflows.operators.signature import OperatorSignature, ParameterSignature
from workflows.tables import cases


class NoSuchReceiver(WorkflowError):
    """The organisation has no case of this number to send a message to."""

    code = "no-such-receiver"
    message_zh = "没有可以接收消息的案件“{case}”。"


_OF_ORGANISATION = select(cases.c.id).where(cases.c.organisation == bindparam("organisation"))
_BY_NUMBER = _OF_ORGANISATION.where(cases.c.number == bindparam("case"))
_BY_ID = _OF_ORGANISATION.where(cases.c.id == bindparam("case"))


def send_message(
    context: OperatorContext, case: Any, message: Any, data: Any = None, key: Any = None
) -> Effect:
    """Put a message for another case of the organisation into the outbox.

    ``case`` is the case's number (text) or its id; ``key`` is what its ``correlation`` must match. Raises
    ``NoSuchReceiver``.
    """
    body = {
        "case": _receiver(context, case),
        "message": required_text("message", message),
        "data": optional_context("data", data),
        "key": optional_text("key", key) or None,
        "organisation": context.organisation,
        "origin": context.case_number,
    }
    return Effect(result={"id": context.send("send-message", body)})


def _receiver(context: OperatorContext, case: Any) -> int:
    wanted = to_json(case) if isinstance(case, Decimal) else case
    if isinstance(wanted, bool) or not isinstance(wanted, str | int):
        raise UnusableParameter(parameter="case", value=repr(to_json(case)))
    found = context.connection.execute(
        _BY_NUMBER if isinstance(wanted, str) else _BY_ID,
        {"organisation": context.organisation, "case": wanted},
    ).scalar_one_or_none()
    if found is None:
        raise NoSuchReceiver(case=wanted)
    return int(found)


OPERATORS = (
    (
        OperatorSignature(
            name="send-message",
            label_zh="给另一案件发消息",
            label_en="Send a message",
            parameters={
                "case": ParameterSignature(type="any", required=True, label_zh="案件", label_en="Case"),
                "message": ParameterSignature(
                    type="string", required=True, label_zh="消息", label_en="Message"
                ),
                "data": ParameterSignature(type="context", label_zh="内容", label_en="Content"),
                "key": ParameterSignature(type="string", label_zh="匹配值", label_en="Key"),
            },
            result=True,
        ),
        send_message,
    ),
)
