"""A parameter that is read, ``parameters.<name>``, is one the organisation has configured.

A misspelt one would always be null: a limit would stop the case, and a rule in a form would never hold.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from workflows.decisions import DecisionFileError, load_decisions
from workflows.forms import outside_paths
from workflows.host_functions import HOST_FUNCTIONS
from workflows.validation.finding import Problem
from workflows.validation.scopes import FORM_BEARERS
from workflows.validation.subject import Subject
from workflows.validation.suggestion import did_you_mean

Paths = Iterable[tuple[str, ...]]


def check(subject: Subject) -> Iterator[Problem]:
    for place, where_zh, where_en, paths in _reads(subject):
        members = {path[1] for path in paths if path[0] == "parameters" and len(path) > 1}
        for name in sorted(members - subject.surroundings.parameters):
            zh, en = did_you_mean(name, subject.surroundings.parameters)
            yield Problem(
                place,
                f"{where_zh}读取的参数“{name}”不存在：请在单位的参数中写明，或改名。{zh}",
                f"The {where_en} reads the parameter {name!r}, which the organisation does not have.{en}",
            )


def _reads(subject: Subject) -> Iterator[tuple[str, str, str, Paths]]:
    """Element, place in both languages, and what is read there."""
    for compiled in subject.expressions:
        site = compiled.site
        if compiled.expression is not None:
            yield site.element_id, f"{site.where_zh}", f"{site.where_en}", compiled.expression.paths
    for element in subject.diagram.of_kind(*FORM_BEARERS):
        form = element.properties.get("form")
        if form is not None and form in subject.surroundings.forms:
            paths = outside_paths(subject.surroundings.forms[form])
            yield element.id, f"表单“{form}”", f"form {form!r}", paths
    for element in subject.diagram.of_kind("businessRuleTask"):
        decision = element.decision
        if decision is not None and decision in subject.surroundings.decisions:
            yield element.id, f"决策“{decision}”", f"decision {decision!r}", _read_by(subject, decision)


def _read_by(subject: Subject, decision: str) -> Paths:
    file = subject.surroundings.decisions[decision]
    try:
        model = load_decisions(file, functions=HOST_FUNCTIONS, lenient=True)
    except (DecisionFileError, RecursionError):
        return ()  # the rule about decisions says what is wrong with the file
    return model.decisions[decision].paths if decision in model.decisions else ()
