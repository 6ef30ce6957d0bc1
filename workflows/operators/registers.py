"""``enter-register``: an entry in one of the office's registers, numbered without gaps."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson

from workflows.counters import next_number
from workflows.errors import WorkflowError
from workflows.operators.context import OperatorContext
from workflows.operators.effect import Effect
from workflows.operators.parameters import optional_context, required_text
from workflows.operators.signature import OperatorSignature, ParameterSignature
from workflows.operators.traces import leave
from workflows.tables import register_entries


class NoSuchRegister(WorkflowError):
    """The regulation has no register of this name."""

    code = "no-such-register"
    message_zh = "该制度没有名为“{register}”的登记簿。"


class NoSuchColumn(WorkflowError):
    """The register has no such column."""

    code = "no-such-column"
    message_zh = "登记簿“{register}”没有“{column}”这一栏。"


def enter_register(context: OperatorContext, register: Any, entry: Any = None) -> Effect:
    """Enter the case in a register.

    The columns hold what their expressions give in the caller's scope, or what ``entry`` says instead.
    Numbers run within organisation and register. Raises ``NoSuchRegister``, ``NoSuchColumn``,
    ``UnusableNumberFormat``.
    """
    name = required_text("register", register)
    found = context.registers.get(name)
    if found is None:
        raise NoSuchRegister(register=name)
    if entry is None:
        values = {
            column["name"]: context.evaluate(column["value"]) if column.get("value") else None
            for column in found["columns"]
        }
    else:
        values = _given(name, found, optional_context("entry", entry))
    number = next_number(
        context.connection,
        f"register:{context.organisation}:{name}",
        format=found["number"],
        at=context.at,
    )
    identifier, trace = leave(
        context.connection,
        register_entries,
        organisation=context.organisation,
        register=name,
        number=number,
        entered_at=context.at,
        entry=orjson.dumps(values).decode(),
        case_id=context.case_id,
        seq=context.seq,
    )
    return Effect(result={"id": identifier, "number": number}, trace=trace)


def _given(name: str, register: Mapping[str, Any], entry: dict[str, Any]) -> dict[str, Any]:
    columns = [column["name"] for column in register["columns"]]
    for column in entry:
        # A misspelt column would be lost from the register without a trace.
        if column not in columns:
            raise NoSuchColumn(register=name, column=column)
    return {column: entry.get(column) for column in columns}


OPERATORS = (
    (
        OperatorSignature(
            name="enter-register",
            label_zh="登记入册",
            label_en="Enter in a register",
            parameters={
                "register": ParameterSignature(
                    type="string", required=True, literal=True, label_zh="登记簿", label_en="Register"
                ),
                "entry": ParameterSignature(type="context", label_zh="各栏内容", label_en="Values by column"),
            },
            result=True,
        ),
        enter_register,
    ),
)
