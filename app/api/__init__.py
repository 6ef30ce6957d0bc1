"""The REST interface under ``/api/v1``: the acts of the pages with their permissions, described by itself."""

from __future__ import annotations

from typing import Any, Final

from flask import Flask, Response, request

from app.api import (
    absences,
    attachments,
    calendar,
    cases,
    chart,
    clock,
    clocks,
    comments,
    copies,
    deadlines,
    definitions,
    departures,
    deposits,
    drafts,
    grounds,
    history,
    home,
    incidents,
    letters,
    materials,
    messages,
    notifications,
    passed,
    people,
    proofs,
    pulse,
    search,
    signatures,
    tasks,
    timers,
    verbs,
    visits,
    webhook,
)
from app.api.describing import PREFIX, RestApi, settings_of_description
from app.pages import csrf

#: In the order in which they are described.
NOUNS: Final[tuple[Any, ...]] = (
    definitions,
    cases,
    tasks,
    passed,
    search,
    verbs,
    signatures,
    copies,
    timers,
    clocks,
    history,
    comments,
    pulse,
    home,
    proofs,
    deposits,
    drafts,
    incidents,
    messages,
    attachments,
    materials,
    calendar,
    clock,
    deadlines,
    grounds,
    absences,
    people,
    departures,
    chart,
    visits,
    notifications,
    webhook,
    letters,
)


def register(app: Flask) -> None:
    """Attach every noun of the interface, and its description, to the application; after the pages."""
    app.config.update(settings_of_description())
    api = RestApi(app)
    for noun in NOUNS:
        # Programs that bring a token are in no danger of it; the interface asks the others itself.
        csrf.exempt(noun.blueprint)
        api.register_blueprint(noun.blueprint)

    @app.after_request
    def keep_out_of_caches(response: Response) -> Response:
        if request.path.startswith(PREFIX):
            response.headers.setdefault("Cache-Control", "no-store")
        return response
