"""What is wrong with a package's files, said to whoever wrote them."""

from __future__ import annotations

from workflows.errors import WorkflowError


class PackageFault(WorkflowError):
    """A file of the package cannot be used."""

    code = "package-fault"
    message_zh = "制度包文件 {file} 有问题:{zh}"

    def __init__(self, file: str, *, zh: str, en: str) -> None:
        super().__init__(f"{file}: {en}", file=file, zh=zh, en=en)

    def __str__(self) -> str:
        return self.message
