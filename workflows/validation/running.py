"""Runs all rules over a diagram; a rule that crashes is itself a finding."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from itertools import islice

from lxml import etree

from workflows.diagrams import DiagramRefused, read_diagram
from workflows.validation.finding import Finding, Problem, Severity
from workflows.validation.rules import RULES, Check
from workflows.validation.subject import Subject
from workflows.validation.surroundings import Surroundings

log = logging.getLogger(__name__)

#: Findings of one rule that are listed one by one; nobody reads more, and the time stays bounded.
MAX_PER_RULE = 100
READABLE = "readable"
CRASHED = "rule-crashed"
_ORDER = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.NOTICE: 2}


def validate(raw: bytes, surroundings: Surroundings, *, process_id: str | None = None) -> list[Finding]:
    """Everything there is to say about a BPMN file, worst first, then in the order of the document.

    ``surroundings`` is what the diagram may refer to; ``process_id`` is the id it will be published under,
    ``None`` to leave that open. Never raises: a file that cannot be read gives one finding, a rule that
    crashes gives a finding of its own.
    """
    try:
        subject = Subject(read_diagram(raw), surroundings, process_id)
    except DiagramRefused as refusal:
        return [_refused(refusal)]
    except Exception:
        log.exception("a diagram could not be indexed")
        return [_crashed(READABLE)]
    findings = [
        finding
        for rule, (check, severity) in RULES.items()
        for finding in _run(rule, check, severity, subject)
    ]
    return _sorted(findings, subject.diagram.root)


def _run(rule: str, check: Check, severity: Severity, subject: Subject) -> Iterator[Finding]:
    try:
        problems = list(islice(_distinct(check(subject)), MAX_PER_RULE + 1))
    except Exception:
        log.exception("rule %s crashed", rule)
        yield _crashed(rule)
        return
    for problem in problems[:MAX_PER_RULE]:
        yield _finding(rule, severity, problem)
    if len(problems) > MAX_PER_RULE:
        yield _finding(
            rule, severity, Problem(None, "还有更多同类问题，未逐一列出。", "There are more of these.")
        )


def _distinct(problems: Iterator[Problem]) -> Iterator[Problem]:
    seen: set[Problem] = set()
    for problem in problems:
        if problem not in seen:
            seen.add(problem)
            yield problem


def _finding(rule: str, severity: Severity, problem: Problem) -> Finding:
    return Finding(
        rule=rule,
        severity=severity,
        element_id=problem.element_id,
        message_zh=problem.message_zh,
        message_en=problem.message_en,
        code=f"{rule}/{problem.case}" if problem.case else rule,
    )


def _refused(refusal: DiagramRefused) -> Finding:
    return Finding(
        rule=READABLE,
        severity=Severity.ERROR,
        element_id=None,
        message_zh=refusal.in_chinese(),
        message_en=f"The file cannot be read as a diagram: {refusal.facts.get('reason', refusal.message)}",
        code=refusal.code,
    )


def _crashed(rule: str) -> Finding:
    return Finding(
        rule=CRASHED,
        severity=Severity.ERROR,
        element_id=None,
        message_zh=f"规则“{rule}”检查这个文件时出错：请把文件交给系统维护人员。",
        message_en=f"The rule {rule!r} failed on this file: hand the file to those who maintain the system.",
        code=f"{CRASHED}/{rule}",
    )


def _sorted(findings: list[Finding], root: etree._Element) -> list[Finding]:
    position: dict[str | None, int] = {None: -1}
    for number, node in enumerate(root.iter()):
        position.setdefault(node.get("id"), number)
    rules = {rule: number for number, rule in enumerate(RULES)}

    def key(finding: Finding) -> tuple[int, int, int, str, str]:
        return (
            _ORDER[finding.severity],
            position.get(finding.element_id, -1),
            rules.get(finding.rule, -1),
            finding.element_id or "",
            finding.message_en,
        )

    return sorted(findings, key=key)
