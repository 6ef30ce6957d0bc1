"""The file is valid against the XML schema of BPMN 2.0.

What the schema refuses, other tools cannot open and the engine reads differently from what is drawn.
"""

from __future__ import annotations

from collections.abc import Iterator
from threading import Lock

from lxml import etree
from SpiffWorkflow.spiff.parser.process import VALIDATOR

from workflows.validation.finding import Problem
from workflows.validation.subject import Subject

MAX_MESSAGES = 20
#: The schema object keeps the messages of its last run, so one run at a time.
_one_at_a_time = Lock()


def check(subject: Subject) -> Iterator[Problem]:
    root = subject.diagram.root
    with _one_at_a_time:
        if VALIDATOR.validator.validate(root):
            return
        entries = [(entry.line, entry.path, entry.message) for entry in VALIDATOR.validator.error_log]
    for line, path, message in entries[:MAX_MESSAGES]:
        said = _without_namespaces(message)
        yield Problem(
            _nearest_id(root, path),
            f"第 {line} 行不符合 BPMN 2.0 的格式：{said}。请在流程图编辑器中重新保存，或改正这一行。",
            f"Line {line} is not valid BPMN 2.0: {said}. Save it again from a diagram editor or correct it.",
        )


def _without_namespaces(message: str) -> str:
    parts = message.split("{")
    return (
        parts[0] + "".join(part.split("}", 1)[-1] if "://" in part else "{" + part for part in parts[1:])
    ).rstrip(". ")


def _nearest_id(root: etree._Element, path: str | None) -> str | None:
    prefixes = {prefix: namespace for prefix, namespace in root.nsmap.items() if prefix}
    try:
        found = root.xpath(path, namespaces=prefixes) if path else []
    except etree.XPathError:
        return None  # a prefix that is declared further in
    node = found[0] if isinstance(found, list) and found else None
    while isinstance(node, etree._Element):
        if identifier := node.get("id"):
            return identifier
        node = node.getparent()
    return None
