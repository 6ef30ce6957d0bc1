"""Units, roles, people and steps named in ``candidates``, in the offers of forms and elsewhere exist.

A task for a unit that does not exist would lie in nobody's inbox, and a form would offer nobody of it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from workflows.feel import Expression
from workflows.forms import check_form
from workflows.forms.offering import offers_of
from workflows.validation.finding import Problem
from workflows.validation.scopes import FORM_BEARERS
from workflows.validation.subject import Subject
from workflows.validation.suggestion import did_you_mean

DONE_BY_PEOPLE = ("userTask", "manualTask", "startEvent")
NOUNS = {
    "unit": ("机构", "unit"),
    "leader": ("机构", "unit"),
    "role": ("角色", "role"),
    "person": ("人员", "person"),
    "performer": ("由人完成的步骤", "step done by a person"),
    "slot": ("岗位", "role slot"),
}


def check(subject: Subject) -> Iterator[Problem]:
    surroundings = subject.surroundings
    known: dict[str, Collection[str] | None] = {
        "unit": surroundings.units,
        "leader": surroundings.units,
        "role": surroundings.roles,
        "person": surroundings.persons,
        "slot": surroundings.slots,
        "performer": {element.id for element in subject.diagram.of_kind(*DONE_BY_PEOPLE)},
    }
    for element_id, where_zh, where_en, expression in _sites(subject):
        for name, arguments in expression.calls:
            choices = known.get(name)
            if choices is None or not arguments or arguments[0] in choices:
                continue
            word = arguments[0]
            (noun_zh, noun_en), (zh, en) = NOUNS[name], did_you_mean(word, choices)
            yield Problem(
                element_id,
                f"{where_zh}：没有叫“{word}”的{noun_zh}。{zh}",
                f"In the {where_en}: there is no {noun_en} {word!r}.{en}",
                name,
            )


def _sites(subject: Subject) -> Iterator[tuple[str, str, str, Expression]]:
    """Element, place in both languages, expression: of the diagram, and of what its forms offer."""
    for compiled in subject.expressions:
        if compiled.expression is not None:
            site = compiled.site
            yield site.element_id, site.where_zh, site.where_en, compiled.expression
    for element in subject.diagram.of_kind(*FORM_BEARERS):
        form = element.properties.get("form", "")
        schema = subject.surroundings.forms.get(form)
        # What is wrong with the form itself the rule about forms says.
        if schema is not None and not check_form(schema):
            for part, expression in offers_of(schema):
                yield element.id, f"表单“{form}”的“{part}”", f"form {form!r}, {part!r}", expression
