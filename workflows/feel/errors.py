"""What can go wrong with an expression; inside an evaluation FEEL itself answers null instead."""

from __future__ import annotations

from workflows.errors import WorkflowError


class FeelSyntaxError(WorkflowError):
    """The text is not a FEEL expression."""

    code = "feel-syntax"
    message_zh = "表达式有误（第 {line} 行第 {column} 列）：{problem_zh}"

    def __init__(
        self, message: str, *, problem_zh: str, text: str, line: int, column: int, expected: str
    ) -> None:
        super().__init__(
            message, problem_zh=problem_zh, text=text[:200], line=line, column=column, expected=expected
        )


class FeelLimitExceeded(WorkflowError):
    """The expression asks for more work or memory than one evaluation may use."""

    code = "feel-limit"
    message_zh = "表达式的计算量超过上限，已停止。"
