"""The family of errors of the engine: the docstring is the default message, facts travel as attributes."""

from __future__ import annotations

from typing import Any, ClassVar


class WorkflowError(Exception):
    """The command could not be carried out."""

    #: Stable identifier that clients and tests may rely on; never reworded.
    code: ClassVar[str] = "workflow-error"
    #: What the person at the screen reads, in Chinese; ``{name}`` is filled from the facts.
    message_zh: ClassVar[str] = "操作未能完成。"

    def __init__(self, message: str | None = None, **facts: Any) -> None:
        self.facts = facts
        self.message = message or (type(self).__doc__ or "").strip()
        super().__init__(self.message)

    def __str__(self) -> str:
        details = ", ".join(f"{key}={value!r}" for key, value in self.facts.items())
        return f"{self.message} ({details})" if details else self.message

    def in_chinese(self) -> str:
        """The message for people, with the facts filled in where the sentence names them."""
        try:
            return self.message_zh.format(**self.facts)
        except (KeyError, IndexError):
            return self.message_zh


class Refusal(WorkflowError):
    """What a person decided is not allowed; the case is in order and they can decide otherwise."""

    #: Raised by an operator in a person's step, it refuses the step instead of stopping the case.
    code = "refused"
    message_zh = "这样办理不符合规定,请改正后再办。"


class CaseStops(WorkflowError):
    """The case cannot go on by itself; an administrator must look at it."""

    #: Every subclass leaves an incident: the command is rolled back, kept, and can be tried again.
    code = "case-stops"
    message_zh = "案件无法继续办理,请联系流程管理员处理(环节:{element})。"

    @property
    def element(self) -> str | None:
        """Id of the element at which the case stops, when one is to blame."""
        found = self.facts.get("element")
        return str(found) if found is not None else None
