"""A form that is named exists, can be judged by the server, and reads only what the case can know.

A step without its form would show an empty page; a rule in a form over a name that comes from nowhere would
never hold.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from workflows.diagrams import Element
from workflows.forms import FormProblem, check_form, outside_names
from workflows.validation.expressions import GIVEN
from workflows.validation.finding import Problem
from workflows.validation.scopes import FORM_BEARERS
from workflows.validation.subject import Subject, shown
from workflows.validation.suggestion import did_you_mean


def check(subject: Subject) -> Iterator[Problem]:
    known = subject.surroundings.forms
    checked: dict[str, list[FormProblem]] = {}
    for element in subject.diagram.of_kind(*FORM_BEARERS):
        form = element.properties.get("form")
        if not form:
            continue
        if form not in known:
            zh, en = did_you_mean(form, known)
            yield Problem(
                element.id,
                f"“{shown(element)}”的表单“{form}”不存在。{zh}",
                f"The form {form!r} of {shown(element)!r} does not exist.{en}",
                "missing",
            )
            continue
        if form not in checked:
            checked[form] = check_form(known[form])
            yield from _of_form(element, form, checked[form])
        if not checked[form]:
            yield from _names(subject, element, form, known)


def _of_form(element: Element, form: str, problems: list[FormProblem]) -> Iterator[Problem]:
    for problem in problems:
        yield Problem(
            element.id,
            f"表单“{form}”的“{problem.component_id or form}”：{problem.message_zh}",
            f"Form {form!r}, {problem.component_id or form!r}: {problem.message_en}",
            problem.code,
        )


def _names(subject: Subject, element: Element, form: str, forms: Mapping[str, Any]) -> Iterator[Problem]:
    scope = subject.scopes.inner[element.id]
    for name in sorted(outside_names(forms[form])):
        if name not in GIVEN and not subject.scopes.knows(scope, name):
            zh, en = did_you_mean(name, subject.scopes.names(scope))
            yield Problem(
                element.id,
                f"表单“{form}”的规则读取“{name}”，但案件中没有这个数据。{zh}",
                f"A rule of the form {form!r} reads {name!r}, which comes from nowhere.{en}",
                "name",
            )
