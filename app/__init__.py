"""The web: pages and the REST interface over the engine. It decides nothing a regulation decides."""

from __future__ import annotations

from flask import Flask

from app import api, commands, health, pages
from app.installation import EXTENSION, Installation
from app.settings import Settings, settings_from_environment

#: Uploads are judged by the forms; nothing larger than this is even read.
MAX_REQUEST_BYTES = 32 * 1024 * 1024


def create_app(settings: Settings | None = None) -> Flask:
    """The WSGI application over one database; without ``settings`` they come from the environment."""
    settings = settings or settings_from_environment()
    app = Flask(__name__)
    app.config.update(
        SECRET_KEY=settings.secret,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.production,
        MAX_CONTENT_LENGTH=MAX_REQUEST_BYTES,
    )
    app.extensions[EXTENSION] = Installation.of(settings)
    app.register_blueprint(health.blueprint)
    pages.register(app)
    api.register(app)
    commands.register(app)
    return app
