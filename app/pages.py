"""The pages for people: what they have in common, and the blueprint of each noun."""

from __future__ import annotations

from flask import Flask
from flask_wtf import CSRFProtect

from app import (
    absence_pages,
    account_page,
    calendar_pages,
    cancelling,
    case_pages,
    clock_acts,
    clock_page,
    clock_pages,
    deadline_pages,
    errors,
    extension_pages,
    files,
    first_administrator,
    ground_pages,
    headers,
    inbox,
    incidents,
    islands,
    language,
    notice_pages,
    passing_pages,
    people_pages,
    public_pages,
    queue_pages,
    receipt_pages,
    register_pages,
    replay_pages,
    sending,
    signing_in,
    starting,
    studio,
    task_page,
    time_words,
    verb_pages,
    verb_words,
    wording,
)

csrf = CSRFProtect()


def register(app: Flask) -> None:
    """Attach sign-in, language, protection and all pages to the application."""
    csrf.init_app(app)
    for part in (language, signing_in, headers, errors, wording, time_words, verb_words, islands):
        part.attach(app)
    for page in (
        signing_in,
        first_administrator,
        language,
        inbox,
        queue_pages,
        task_page,
        verb_pages,
        passing_pages,
        absence_pages,
        case_pages,
        cancelling,
        clock_pages,
        clock_acts,
        extension_pages,
        notice_pages,
        files,
        incidents,
        sending,
        starting,
        clock_page,
        replay_pages,
        studio,
        public_pages,
        receipt_pages,
        people_pages,
        account_page,
        calendar_pages,
        register_pages,
        deadline_pages,
        ground_pages,
    ):
        app.register_blueprint(page.blueprint)
