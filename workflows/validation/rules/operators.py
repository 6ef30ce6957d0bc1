"""A service task names an existing operator, gives what it requires, and nothing it does not know.

A service task without an operator would stay open for ever; a missing or misspelt parameter would stop the
case as an incident. Where publication must know what is named, the value is a text in quotes.
"""

from __future__ import annotations

from collections.abc import Iterator

from workflows.diagrams import Element, OperatorCall
from workflows.operators.signature import OperatorSignature
from workflows.validation.finding import Problem
from workflows.validation.literals import literal
from workflows.validation.subject import Subject, shown
from workflows.validation.suggestion import did_you_mean


def check(subject: Subject) -> Iterator[Problem]:
    known = subject.surroundings.operators
    for element in subject.diagram.of_kind("serviceTask"):
        call = element.operator
        if call is None or not call.name:
            yield Problem(
                element.id,
                f"服务任务“{shown(element)}”没有选择操作：请选择一个，或改为用户任务。",
                f"The service task {shown(element)!r} has no operator: choose one or make it a user task.",
                "none",
            )
        elif call.name not in known:
            zh, en = did_you_mean(call.name, known)
            yield Problem(
                element.id,
                f"“{shown(element)}”的操作“{call.name}”不存在。{zh}",
                f"The operator {call.name!r} of {shown(element)!r} does not exist.{en}",
                "unknown",
            )
        else:
            yield from _check_parameters(element, call, known[call.name])
            yield from _check_result(element, call, known[call.name])


def _check_parameters(
    element: Element, call: OperatorCall, signature: OperatorSignature
) -> Iterator[Problem]:
    for name, parameter in signature.parameters.items():
        text = call.parameters.get(name, "")
        if parameter.required and not text:
            yield Problem(
                element.id,
                f"操作“{call.name}”需要参数“{name}”：请填写。",
                f"The operator {call.name!r} needs the parameter {name!r}.",
                "required",
            )
        elif text and parameter.literal and literal(text) is None:
            yield Problem(
                element.id,
                f'参数“{name}”必须是带引号的文字，例如 "名称"，不能计算得出。',
                f"The parameter {name!r} must be a text in quotes; it cannot be computed.",
                "literal",
            )
    if signature.open:
        return
    for name in call.parameters.keys() - signature.parameters.keys():
        zh, en = did_you_mean(name, signature.parameters)
        yield Problem(
            element.id,
            f"操作“{call.name}”没有参数“{name}”：请改名或删除。{zh}",
            f"The operator {call.name!r} has no parameter {name!r}: rename or remove it.{en}",
            "parameter",
        )


def _check_result(element: Element, call: OperatorCall, signature: OperatorSignature) -> Iterator[Problem]:
    if call.result and not signature.result:
        yield Problem(
            element.id,
            f"操作“{call.name}”没有结果，resultVariable“{call.result}”不会写入：请删除。",
            f"The operator {call.name!r} gives no result, so {call.result!r} would stay empty: remove it.",
            "result",
        )
