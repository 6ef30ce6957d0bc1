"""The language of the pages: Chinese as written in them, English from the catalogue."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import Final

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from flask import Blueprint, Flask, g, redirect, request, session
from flask.typing import ResponseReturnValue
from flask_babel import Babel, get_locale  # type: ignore[import-untyped]

from app.messages import in_page, in_page_of
from app.way_back import way_back
from workflows.errors import WorkflowError

blueprint = Blueprint("language", __name__)

CATALOGUES: Final = Path(__file__).parent / "translations"
LANGUAGES: Final = {"zh": "zh_Hans_CN", "en": "en"}


def attach(app: Flask) -> None:
    """Compile the catalogues into the data directory and choose the language of each request."""
    found = app.extensions["guicheng"]
    compiled = found.settings.data / "translations"
    compile_catalogues(CATALOGUES, compiled)
    app.config.update(
        BABEL_DEFAULT_LOCALE=LANGUAGES["zh"],
        BABEL_DEFAULT_TIMEZONE="Asia/Shanghai",
        BABEL_TRANSLATION_DIRECTORIES=str(compiled),
    )
    Babel(app, locale_selector=_chosen)
    # Plain functions: those of the extension make a context of their own for each of a hundred messages.
    app.jinja_env.globals.update(_=in_page, gettext=in_page, ngettext=in_page_of, language=chosen_language)


def compile_catalogues(source: Path, target: Path) -> None:
    """Write each catalogue in the form the libraries read, whole or not at all: two nodes may start."""
    for path in source.glob("*/LC_MESSAGES/*.po"):
        compiled = target / path.relative_to(source).with_suffix(".mo")
        compiled.parent.mkdir(parents=True, exist_ok=True)
        draft = compiled.with_name(f"{compiled.name}.{secrets.token_hex(4)}")
        with path.open("rb") as written, draft.open("wb") as made:
            write_mo(made, read_po(written, locale=path.parent.parent.name))
        os.replace(draft, compiled)


def chosen_language() -> str:
    """``zh`` or ``en``; it is asked a hundred times for one page and told once."""
    try:
        found: str | None = g.get("language")
    except RuntimeError:
        # Outside of every request.
        return _language()
    if found is None:
        found = g.language = _language()
    return found


def _language() -> str:
    locale = get_locale()
    return "en" if locale is not None and locale.language == "en" else "zh"


def in_english() -> bool:
    """Whether this request is answered in English."""
    return chosen_language() == "en"


def said(error: WorkflowError) -> str:
    """What an error of the engine says, in the language of the request."""
    return error.message if in_english() else error.in_chinese()


def _chosen() -> str:
    chosen = session.get("language")
    if chosen is None and request.path.startswith("/api/"):
        # Programs have no page on which to choose.
        chosen = request.accept_languages.best_match(LANGUAGES)
    return LANGUAGES.get(chosen or "zh", LANGUAGES["zh"])


@blueprint.get("/language/<code>")
def choose(code: str) -> ResponseReturnValue:
    """Change the language of this session and go back to where one was."""
    if code in LANGUAGES:
        session["language"] = code
    return redirect(way_back(request.args.get("next")))
