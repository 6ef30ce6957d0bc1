"""A file holds exactly one process, it is executable, and its id is the name it is published under.

A second process in the file would never be started, and another id would not be found by those who call it.
"""

from __future__ import annotations

from collections.abc import Iterator

from workflows.diagrams.xml import BPMN
from workflows.validation.finding import Problem
from workflows.validation.subject import Subject


def check(subject: Subject) -> Iterator[Problem]:
    nodes = subject.diagram.root.findall(f"{{{BPMN}}}process")
    if len(nodes) != 1:
        yield Problem(
            None,
            f"文件中有 {len(nodes)} 个流程，应当只有一个：请把其他流程另存为文件。",
            f"The file holds {len(nodes)} processes instead of one: move the others to files of their own.",
            "count",
        )
        return
    process = nodes[0]
    identifier = process.get("id") or None
    if process.get("isExecutable") not in ("true", "1"):
        yield Problem(
            identifier,
            "流程没有标为可执行：请在流程属性中勾选“可执行”（isExecutable）。",
            "The process is not executable: set isExecutable to true in its properties.",
            "executable",
        )
    if subject.process_id is not None and identifier != subject.process_id:
        yield Problem(
            identifier,
            f"流程的编号是“{identifier}”，应为“{subject.process_id}”：请修改流程的 id。",
            f"The process has the id {identifier!r} but is published as {subject.process_id!r}: "
            "change its id.",
            "id",
        )
