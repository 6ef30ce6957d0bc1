"""``close-case``: says how the case ended."""

from __future__ import annotations

from workflows.operators.context import OperatorContext
from workflows.operators.effect import Effect
from workflows.operators.signature import OperatorSignature, ParameterSignature


def close_case(context: OperatorContext, outcome: str, text: str = "") -> Effect:
    """Set the outcome of the case; it ends when its process does."""
    return Effect(result={"outcome": outcome, "text": text}, outcome=outcome)


OPERATORS = (
    (
        OperatorSignature(
            name="close-case",
            label_zh="写明结果",
            label_en="State the outcome",
            parameters={
                "outcome": ParameterSignature(
                    type="string", required=True, label_zh="结果", label_en="Outcome"
                ),
                "text": ParameterSignature(type="string", label_zh="说明", label_en="In full"),
            },
            result=True,
        ),
        close_case,
    ),
)
