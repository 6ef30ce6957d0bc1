"""``start-case``: opens a case of another regulation once this command is committed."""

from __future__ import annotations

from typing import Any

from workflows.operators.context import OperatorContext
from workflows.operators.effect import Effect
from workflows.operators.parameters import optional_context, optional_text, required_text
from workflows.operators.signature import OperatorSignature, ParameterSignature


def start_case(context: OperatorContext, process: Any, data: Any = None, title: Any = None) -> Effect:
    """Ask for a case of ``process`` with ``data``; the result names the request, not the case."""
    body = {
        "process": required_text("process", process),
        "data": optional_context("data", data),
        "title": optional_text("title", title),
        "organisation": context.organisation,
        "origin": context.case_number,
    }
    return Effect(result={"id": context.send("start-case", body)})


OPERATORS = (
    (
        OperatorSignature(
            name="start-case",
            label_zh="另立案件",
            label_en="Start a case",
            parameters={
                "process": ParameterSignature(
                    type="string", required=True, literal=True, label_zh="制度", label_en="Regulation"
                ),
                "data": ParameterSignature(
                    type="context", label_zh="起始数据", label_en="Data to start with"
                ),
                "title": ParameterSignature(type="string", label_zh="标题", label_en="Title"),
            },
            result=True,
        ),
        start_case,
    ),
)
