"""The REST interface under ``/api/v1``: the acts of the pages with their permissions, described by itself."""

from __future__ import annotations

from flask import Flask, Response, request

from app.api import (
    absences,
    attachments,
    calendar,
    cases,
    clock,
    clocks,
    deadlines,
    definitions,
    deposits,
    grounds,
    history,
    incidents,
    messages,
    proofs,
    tasks,
    timers,
    verbs,
)
from app.api.describing import PREFIX, RestApi, settings_of_description
from app.pages import csrf


def register(app: Flask) -> None:
    """Attach every noun of the interface, and its description, to the application; after the pages."""
    app.config.update(settings_of_description())
    api = RestApi(app)
    for noun in (
        definitions,
        cases,
        tasks,
        verbs,
        timers,
        clocks,
        history,
        proofs,
        deposits,
        incidents,
        messages,
        attachments,
        calendar,
        clock,
        deadlines,
        grounds,
        absences,
    ):
        # Programs that bring a token are in no danger of it; the interface asks the others itself.
        csrf.exempt(noun.blueprint)
        api.register_blueprint(noun.blueprint)

    @app.after_request
    def keep_out_of_caches(response: Response) -> Response:
        if request.path.startswith(PREFIX):
            response.headers.setdefault("Cache-Control", "no-store")
        return response
