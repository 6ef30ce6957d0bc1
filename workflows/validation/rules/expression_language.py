"""Expressions are FEEL; no condition or timer names another language.

The engine reads every expression as FEEL, so text in another language would mean something else.
"""

from __future__ import annotations

from collections.abc import Iterator

from workflows.diagrams.xml import BPMN
from workflows.validation.finding import Problem
from workflows.validation.subject import Subject


def check(subject: Subject) -> Iterator[Problem]:
    for node in subject.diagram.root.iter(f"{{{BPMN}}}*"):
        language = node.get("language")
        if language and "feel" not in language.lower() and "dmn" not in language.lower():
            owner = next((one.get("id") for one in node.iterancestors() if one.get("id")), None)
            yield Problem(
                owner,
                f"表达式注明的语言是“{language}”：请改写为 FEEL，并删除语言设置。",
                f"An expression is marked as {language!r}: write it in FEEL and remove the language.",
            )
