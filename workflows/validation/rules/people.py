"""Units, roles, people and steps named in ``candidates`` and elsewhere exist.

A task for a unit that does not exist would lie in nobody's inbox.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from workflows.validation.finding import Problem
from workflows.validation.subject import Subject
from workflows.validation.suggestion import did_you_mean

DONE_BY_PEOPLE = ("userTask", "manualTask", "startEvent")
NOUNS = {
    "unit": ("机构", "unit"),
    "leader": ("机构", "unit"),
    "role": ("角色", "role"),
    "person": ("人员", "person"),
    "performer": ("由人完成的步骤", "step done by a person"),
}


def check(subject: Subject) -> Iterator[Problem]:
    surroundings = subject.surroundings
    known: dict[str, Collection[str] | None] = {
        "unit": surroundings.units,
        "leader": surroundings.units,
        "role": surroundings.roles,
        "person": surroundings.persons,
        "performer": {element.id for element in subject.diagram.of_kind(*DONE_BY_PEOPLE)},
    }
    for compiled in subject.expressions:
        calls = compiled.expression.calls if compiled.expression is not None else ()
        for name, arguments in calls:
            choices = known.get(name)
            if choices is None or not arguments or arguments[0] in choices:
                continue
            word = arguments[0]
            (noun_zh, noun_en), (zh, en) = NOUNS[name], did_you_mean(word, choices)
            site = compiled.site
            yield Problem(
                site.element_id,
                f"{site.where_zh}：没有叫“{word}”的{noun_zh}。{zh}",
                f"In the {site.where_en}: there is no {noun_en} {word!r}.{en}",
                name,
            )
