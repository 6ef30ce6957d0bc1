"""Messages in the language of the request: the Chinese text is the key of the catalogue."""

from __future__ import annotations

from typing import Any

import flask_babel  # type: ignore[import-untyped]
from flask import g
from flask_babel.speaklater import LazyString  # type: ignore[import-untyped]
from markupsafe import Markup


def gettext(message: str, **facts: Any) -> str:
    """The message, with ``%(name)s`` filled in from the facts."""
    found = str(catalogue().ugettext(message))
    return found % facts if facts else found


def ngettext(one: str, many: str, num: int, **facts: Any) -> str:
    """The message for a number; Chinese says both alike."""
    return str(catalogue().ungettext(one, many, num)) % {"num": num, **facts}


def in_page(message: str, **facts: Any) -> Markup:
    """The message as pages hold it: the facts are escaped, ``%%`` is a per cent sign."""
    # The catalogue is the project's own; what comes from elsewhere is among the facts.
    return Markup(catalogue().ugettext(message)) % facts  # noqa: S704


def in_page_of(one: str, many: str, num: int, **facts: Any) -> Markup:
    """The message for a number as pages hold it."""
    return Markup(catalogue().ungettext(one, many, num)) % {"num": num, **facts}  # noqa: S704


def catalogue() -> Any:
    """The catalogue of the request's language: looked up once, for a page says a hundred things."""
    try:
        found = g.get("catalogue")
    except RuntimeError:
        # Outside of every request.
        return flask_babel.get_translations()
    if found is None:
        found = g.catalogue = flask_babel.get_translations()
    return found


def lazy_gettext(message: str) -> Any:
    """A message that is looked up when it is shown."""
    return LazyString(gettext, message)
