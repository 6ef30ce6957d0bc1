"""Where to go after a detour: only ever to a page of this application."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import url_for


def way_back(wanted: str | None) -> str:
    """The path a person came from, or the inbox when it leads out of this application."""
    if wanted and wanted.startswith("/") and not wanted.startswith(("//", "/\\")):
        parts = urlsplit(wanted)
        if not parts.scheme and not parts.netloc and "\\" not in wanted:
            return wanted
    return url_for("inbox.show")
