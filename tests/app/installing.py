"""One application for all tests of a process: making it costs more than most tests do."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from flask import Flask

from app import create_app
from app.installation import EXTENSION, Installation
from app.limits import limiter
from app.settings import Settings
from workflows.database import sqlite_url

#: Kept until the process ends: the words of the pages are compiled into it.
_HOME = tempfile.TemporaryDirectory(prefix="guicheng-app-", ignore_cleanup_errors=True)


@cache
def _application() -> Flask:
    home = Path(_HOME.name)
    app = create_app(Settings(data=home, database=sqlite_url(home), secret="s" * 40))
    app.extensions[EXTENSION].engine.dispose()
    return app


@contextmanager
def installed(settings: Settings, **configured: Any) -> Iterator[Flask]:
    """The application, working on another installation until the test is over; one at a time."""
    app = _application()
    config, static = dict(app.config), app.static_folder
    found = Installation.of(settings)
    app.extensions[EXTENSION] = found
    app.config.update(SECRET_KEY=settings.secret, SESSION_COOKIE_SECURE=settings.production, **configured)
    limiter.reset()
    yield app
    app.config.clear()
    app.config.update(config)
    app.static_folder = static
    found.engine.dispose()
