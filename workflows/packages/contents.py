"""Whether the decision tables and forms of a bundle can be used, each by itself."""

from __future__ import annotations

from collections.abc import Iterator

import orjson

from workflows.decisions import DecisionProblem, check_decisions
from workflows.definitions import Bundle
from workflows.forms import FormProblem, check_form
from workflows.host_functions import HOST_FUNCTIONS
from workflows.validation import Finding, Severity


def check_contents(bundle: Bundle) -> Iterator[Finding]:
    """Every problem of a decision table or form of the bundle, as findings that prevent publication."""
    for name, text in bundle.named("decisions").items():
        for problem in check_decisions(text.encode(), functions=HOST_FUNCTIONS):
            yield _finding(f"decisions/{name}", problem.element_id, problem)
    for name, text in bundle.named("forms").items():
        for fault in check_form(orjson.loads(text)):
            yield _finding(f"forms/{name}", fault.component_id, fault)


def _finding(place: str, part: str, problem: DecisionProblem | FormProblem) -> Finding:
    where = f"{place}#{part}" if part else place
    return Finding(
        rule="contents",
        severity=Severity.ERROR,
        element_id=None,
        message_zh=f"{where}:{problem.message_zh}",
        message_en=f"{where}: {problem.message_en}",
        code=f"contents/{problem.code}",
    )
