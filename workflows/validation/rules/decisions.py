"""A business rule task names an existing decision that can be evaluated from what the case can know.

Without a decision the task would stop the case; an input that comes from nowhere would always be null.
"""

from __future__ import annotations

from collections.abc import Iterator

from workflows.decisions import DecisionFileError, DecisionModel, check_decisions, load_decisions
from workflows.diagrams import Element
from workflows.host_functions import HOST_FUNCTIONS
from workflows.validation.expressions import GIVEN
from workflows.validation.finding import Problem
from workflows.validation.subject import Subject, shown
from workflows.validation.suggestion import did_you_mean


def check(subject: Subject) -> Iterator[Problem]:
    models: dict[str, DecisionModel | None] = {}
    for element in subject.diagram.of_kind("businessRuleTask"):
        decision = element.decision
        if decision is None:
            yield Problem(
                element.id,
                f"业务规则任务“{shown(element)}”没有指明决策（calledDecisionId）：请选择一个。",
                f"The business rule task {shown(element)!r} names no decision (calledDecisionId).",
                "none",
            )
        elif decision not in subject.surroundings.decisions:
            zh, en = did_you_mean(decision, subject.surroundings.decisions)
            yield Problem(
                element.id,
                f"“{shown(element)}”的决策“{decision}”不存在。{zh}",
                f"The decision {decision!r} of {shown(element)!r} does not exist.{en}",
                "missing",
            )
        else:
            if decision not in models:
                models[decision] = _model(subject, decision)
                yield from _of_file(subject, element, decision)
            yield from _inputs(subject, element, decision, models[decision])


def _model(subject: Subject, decision: str) -> DecisionModel | None:
    try:
        return load_decisions(
            subject.surroundings.decisions[decision], functions=HOST_FUNCTIONS, lenient=True
        )
    except (DecisionFileError, RecursionError):
        return None  # what is wrong with the file is said once, for the file


def _of_file(subject: Subject, element: Element, decision: str) -> Iterator[Problem]:
    file = subject.surroundings.decisions[decision]
    for problem in check_decisions(file, functions=HOST_FUNCTIONS):
        yield Problem(
            element.id,
            f"决策“{decision}”的“{problem.element_id or decision}”：{problem.message_zh}",
            f"Decision {decision!r}, {problem.element_id or decision!r}: {problem.message_en}",
            problem.code,
        )


def _inputs(
    subject: Subject, element: Element, decision: str, model: DecisionModel | None
) -> Iterator[Problem]:
    if model is None:
        return
    if decision not in model.decisions:
        yield Problem(
            element.id,
            f"决策文件中没有编号为“{decision}”的决策：编号应当与文件名相同。",
            f"The file holds no decision with the id {decision!r}: its id must be the name of the file.",
            "id",
        )
        return
    scope = subject.scopes.inner[element.id]
    for name in model.decisions[decision].inputs:
        if name not in GIVEN and not subject.scopes.knows(scope, name):
            zh, en = did_you_mean(name, subject.scopes.names(scope))
            yield Problem(
                element.id,
                f"决策“{decision}”需要“{name}”，但案件中没有这个数据。{zh}",
                f"The decision {decision!r} needs {name!r}, which comes from nowhere.{en}",
                "input",
            )
