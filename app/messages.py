"""Messages in the language of the request: the Chinese text is the key of the catalogue."""

from __future__ import annotations

from typing import Any

import flask_babel  # type: ignore[import-untyped]


def gettext(message: str, **facts: Any) -> str:
    """The message, with ``%(name)s`` filled in from the facts."""
    return str(flask_babel.gettext(message, **facts))


def ngettext(one: str, many: str, num: int, **facts: Any) -> str:
    """The message for a number; Chinese says both alike."""
    return str(flask_babel.ngettext(one, many, num, **facts))


def lazy_gettext(message: str) -> Any:
    """A message that is looked up when it is shown."""
    return flask_babel.lazy_gettext(message)
