"""What can go wrong with a decision."""

from __future__ import annotations

from workflows.errors import WorkflowError


class DecisionError(WorkflowError):
    """Rules of a decision table contradict each other."""

    code = "decision-conflict"
    message_zh = "决策表“{decision}”中有相互冲突的规则。"


class DecisionFileError(WorkflowError):
    """The file is not a usable decision model."""

    code = "decision-file"
    message_zh = "决策文件无法使用。"


class UnknownDecision(WorkflowError):
    """There is no decision of this id in the model."""

    code = "decision-unknown"
    message_zh = "模型中没有编号为“{decision}”的决策。"
