"""One regulation's files as one thing with one hash."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import orjson
import zstandard

#: Where the diagram stands in a bundle.
DIAGRAM = "diagram.bpmn"
#: Where the organisation's parameters stand in it; a bundle without any has no such file.
PARAMETERS = "parameters.json"
#: Name among the parameters for who fills the role slots of shared diagrams: candidate keys by slot.
SLOTS = "slots"
#: Name among them for the catalogue of the matters the organisation handles: a list of contexts.
MATTERS = "matters"


@dataclass(frozen=True, kw_only=True)
class Bundle:
    """The files of a version, by path: ``diagram.bpmn``, ``decisions/<id>.dmn``, ``forms/<name>.json``,
    ``notices/<name>.html``, ``registers.json`` and ``parameters.json``."""

    files: Mapping[str, str]

    @property
    def diagram(self) -> bytes:
        return self.files[DIAGRAM].encode()

    @cached_property
    def parameters(self) -> Mapping[str, Any]:
        """What the organisation has configured because no text says it: JSON values by name."""
        found: Mapping[str, Any] = orjson.loads(self.files.get(PARAMETERS, "{}"))
        return found

    def named(self, folder: str) -> dict[str, str]:
        """Texts of the files in a folder, by name without ending."""
        start = folder + "/"
        return {
            path[len(start) :].rsplit(".", 1)[0]: text
            for path, text in self.files.items()
            if path.startswith(start)
        }

    def canonical(self) -> bytes:
        """The bytes the hash is made of: JSON with sorted paths."""
        return orjson.dumps(dict(self.files), option=orjson.OPT_SORT_KEYS)

    def with_parameters(self, parameters: Mapping[str, Any]) -> Bundle:
        """The same files with these parameters in place of its own."""
        files = {path: text for path, text in self.files.items() if path != PARAMETERS}
        if parameters:
            options = orjson.OPT_SORT_KEYS | orjson.OPT_INDENT_2
            files[PARAMETERS] = orjson.dumps(dict(parameters), option=options).decode()
        return Bundle(files=files)

    @property
    def content_hash(self) -> str:
        """SHA-256 over all files, in hex."""
        return hashlib.sha256(self.canonical()).hexdigest()

    def packed(self) -> bytes:
        """What is stored."""
        return zstandard.ZstdCompressor(level=9).compress(self.canonical())

    @classmethod
    def unpack(cls, stored: bytes) -> Bundle:
        """Read back what ``packed`` gave."""
        return cls(files=orjson.loads(zstandard.ZstdDecompressor().decompress(stored)))
