"""Whether the decision tables, forms, notices and registers of a bundle can be used, each by itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import orjson
from jinja2 import Environment, TemplateSyntaxError, nodes

from workflows.decisions import DecisionProblem, check_decisions
from workflows.definitions import Bundle
from workflows.feel import FeelSyntaxError, compile_expression
from workflows.forms import FormProblem, check_form
from workflows.host_functions import HOST_FUNCTIONS
from workflows.validation import Finding, Severity
from workflows.validation.suggestion import did_you_mean


def check_contents(bundle: Bundle) -> Iterator[Finding]:
    """Every problem of a file of the bundle, as findings that prevent publication.

    Of notices and registers it is whether the parameters they name exist.
    """
    for name, text in bundle.named("decisions").items():
        for problem in check_decisions(text.encode(), functions=HOST_FUNCTIONS):
            yield _finding(f"decisions/{name}", problem.element_id, problem)
    for name, text in bundle.named("forms").items():
        for fault in check_form(orjson.loads(text)):
            yield _finding(f"forms/{name}", fault.component_id, fault)
    for name, text in bundle.named("notices").items():
        yield from _strange_parameters(f"notices/{name}", _named_in(text), bundle.parameters)
    for name, register in orjson.loads(bundle.files.get("registers.json", "{}")).items():
        yield from _strange_parameters(f"registers/{name}", _read_by(register), bundle.parameters)


def _named_in(template: str) -> set[str]:
    """Parameters a notice names, as ``parameters.name`` or ``parameters["name"]``."""
    try:
        tree = Environment(autoescape=True).parse(template)
    except TemplateSyntaxError:
        return set()  # printing says what is wrong with it
    found = {node.attr for node in tree.find_all(nodes.Getattr) if _is_parameters(node.node)}
    for item in tree.find_all(nodes.Getitem):
        if _is_parameters(item.node) and isinstance(item.arg, nodes.Const):
            found.add(str(item.arg.value))
    return found


def _is_parameters(node: nodes.Node) -> bool:
    return isinstance(node, nodes.Name) and node.name == "parameters"


def _read_by(register: Mapping[str, Any]) -> set[str]:
    """Parameters the columns of a register read."""
    found: set[str] = set()
    for column in register.get("columns") or ():
        try:
            paths = compile_expression(str(column.get("value") or "null")).paths
        except FeelSyntaxError:
            continue
        found |= {path[1] for path in paths if path[0] == "parameters" and len(path) > 1}
    return found


def _strange_parameters(place: str, named: set[str], known: Mapping[str, Any]) -> Iterator[Finding]:
    for name in sorted(named - known.keys()):
        zh, en = did_you_mean(name, known)
        yield Finding(
            rule="parameters",
            severity=Severity.ERROR,
            element_id=None,
            message_zh=f"{place}:没有名为“{name}”的参数。{zh}",
            message_en=f"{place}: there is no parameter {name!r}.{en}",
            code="parameters",
        )


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
