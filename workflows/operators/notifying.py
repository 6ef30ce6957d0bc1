"""``notify``: tells people or the applicant something, outside the office's own inbox."""

from __future__ import annotations

from typing import Any

from workflows.operators.context import OperatorContext
from workflows.operators.effect import Effect
from workflows.operators.parameters import UnusableParameter, optional_text, required_text
from workflows.operators.signature import OperatorSignature, ParameterSignature


def notify(context: OperatorContext, to: Any, subject: Any, text: Any = None) -> Effect:
    """Put a notification into the outbox; ``to`` is one or several candidate keys or ``"applicant"``.

    Nulls in a list name nobody. Raises ``UnusableParameter`` when nobody is left.
    """
    given = to if isinstance(to, list) else [to]
    receivers = list(dict.fromkeys(required_text("to", one) for one in given if one is not None))
    if not receivers:
        raise UnusableParameter(parameter="to", value=repr(to))
    body = {
        "to": receivers,
        "subject": required_text("subject", subject),
        "text": optional_text("text", text),
        "organisation": context.organisation,
        "case": context.case_number,
    }
    return Effect(result={"id": context.send("notify", body)})


OPERATORS = (
    (
        OperatorSignature(
            name="notify",
            label_zh="发通知",
            label_en="Notify",
            parameters={
                "to": ParameterSignature(type="any", required=True, label_zh="发给谁", label_en="To whom"),
                "subject": ParameterSignature(
                    type="string", required=True, label_zh="标题", label_en="Subject"
                ),
                "text": ParameterSignature(type="string", label_zh="正文", label_en="Text"),
            },
            result=True,
        ),
        notify,
    ),
)
