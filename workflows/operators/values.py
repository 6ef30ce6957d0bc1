"""``set``: stores values under their parameters' names."""

from __future__ import annotations

from typing import Any

from workflows.feel import to_json
from workflows.operators.context import OperatorContext
from workflows.operators.effect import Effect
from workflows.operators.signature import OperatorSignature


def set_values(context: OperatorContext, **values: Any) -> Effect:
    """Write each parameter's value into the scope under the parameter's name."""
    return Effect(values={name: to_json(value) for name, value in values.items()})


OPERATORS = (
    (
        OperatorSignature(name="set", label_zh="写入数据", label_en="Set data", open=True, repeatable=True),
        set_values,
    ),
)
