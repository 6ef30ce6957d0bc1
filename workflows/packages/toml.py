"""TOML files of a package, read strictly: a key nobody reads is a key somebody misspelt."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from workflows.packages.faults import PackageFault


def read_toml(path: Path, shown: str) -> dict[str, Any]:
    """The content of a file, empty when there is none; ``shown`` is how a fault names it."""
    if not path.exists():
        return {}
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except UnicodeDecodeError:
        raise PackageFault(
            shown, zh="不是UTF-8编码,请转换后保存。", en="not UTF-8: save it as UTF-8."
        ) from None
    except tomllib.TOMLDecodeError as error:
        raise PackageFault(shown, zh=f"TOML写法有误({error})。", en=f"not valid TOML: {error}.") from None


class TomlTable:
    """One table of a TOML file, with where it stands for the messages."""

    def __init__(self, file: str, place: str, content: Any) -> None:
        self.file, self.place = file, place
        if not isinstance(content, dict):
            raise self.fault("", "应为表", "must be a table")
        self.content: dict[str, Any] = content

    def fault(self, key: str, zh: str, en: str) -> PackageFault:
        """A fault at a key of this table, or at the table itself."""
        where = ".".join(part for part in (self.place, key) if part)
        return PackageFault(self.file, zh=f"“{where}”{zh}。", en=f"{where!r} {en}.")

    def text(self, key: str, default: str | None = None) -> str:
        """A text that must not be empty; the default, if any, when the key is missing."""
        value = self.content.get(key, default)
        if value is None:
            raise self.fault(key, "没有填写", "is missing")
        if not isinstance(value, str) or (not value.strip() and default is None):
            raise self.fault(key, "应为文字", "must be a text")
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts; empty when the key is missing."""
        value = self.content.get(key, [])
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise self.fault(key, "应为文字的列表", "must be a list of texts")
        return tuple(value)

    def table(self, key: str) -> Mapping[str, Any]:
        """A sub-table; empty when the key is missing."""
        return TomlTable(
            self.file, ".".join(p for p in (self.place, key) if p), self.content.get(key, {})
        ).content

    def tables(self, key: str) -> list[TomlTable]:
        """An array of tables; empty when the key is missing."""
        value = self.content.get(key, [])
        if not isinstance(value, list):
            raise self.fault(key, "应写成 [[…]]", "must be written as [[…]]")
        return [TomlTable(self.file, f"{key}[{number}]", item) for number, item in enumerate(value, 1)]

    def only(self, known: Iterable[str]) -> None:
        """Refuse keys that nothing reads."""
        for key in self.content:
            if key not in known:
                raise self.fault(key, "不是可用的键,请改名或删除", "is not a known key: rename or remove it")
