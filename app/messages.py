"""Messages in the language of the request: the Chinese text is the key of the catalogue."""

from __future__ import annotations

from typing import Any

import flask_babel  # type: ignore[import-untyped]
from flask import g


def gettext(message: str, **facts: Any) -> str:
    """The message, with ``%(name)s`` filled in from the facts."""
    found = str(catalogue().ugettext(message))
    return found % facts if facts else found


def ngettext(one: str, many: str, num: int, **facts: Any) -> str:
    """The message for a number; Chinese says both alike."""
    return str(catalogue().ungettext(one, many, num)) % {"num": num, **facts}


def catalogue() -> Any:
    """The catalogue of the request's language: looked up once, for a page says a hundred things."""
    if not g:
        return flask_babel.get_translations()
    if "catalogue" not in g:
        g.catalogue = flask_babel.get_translations()
    return g.catalogue


def lazy_gettext(message: str) -> Any:
    """A message that is looked up when it is shown."""
    return flask_babel.lazy_gettext(message)
