"""The time limit of a task in words, as every list and page of tasks shows it."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple, Protocol

from flask import Flask

from app.messages import gettext as _
from app.time_words import due_moment, norm_words, short_norm, stands_still
from app.wording import due_words, moment
from workflows.lamps import Lamp, Urgency


class Limited(Protocol):
    """A task with a time limit."""

    @property
    def due_at(self) -> datetime | None: ...
    @property
    def norm_at(self) -> datetime | None: ...
    @property
    def suspended(self) -> bool: ...
    @property
    def provisional(self) -> bool: ...


class LimitWords(NamedTuple):
    """What is left, with its lamp, and what a pointer that rests on it is told."""

    lamp: Lamp
    text: str
    told: str = ""
    #: The days off of that year are not published yet.
    provisional: bool = False


class DueWords(NamedTuple):
    """By when; empty texts where there is nothing to say."""

    at: str
    #: Its clock stands still: it has a ground, and no moment.
    stands_still: bool
    #: The office's own norm, and what it means.
    norm: str
    norm_told: str


def attach(app: Flask) -> None:
    """Put the words where templates find them."""
    app.jinja_env.globals.update(limit_of=limit_of, due_of=due_of)


def limit_of(urgent: Urgency, task: Limited, reason: str | None = "") -> LimitWords:
    """What is left of the time of a task; ``reason`` is why its clock stands still."""
    if task.suspended:
        return LimitWords(Lamp.NONE, stands_still(reason))
    if task.due_at is not None:
        return LimitWords(urgent.lamp, due_words(urgent), moment(task.due_at), task.provisional)
    if task.norm_at is not None:
        return LimitWords(Lamp.NONE, _("内部时限"), norm_words(task.norm_at))
    return LimitWords(urgent.lamp, due_words(urgent))


def due_of(task: Limited, *, is_open: bool = True) -> DueWords:
    """By when a task is due, and by the office's own norm while it is open."""
    return DueWords(
        at=due_moment(task.due_at) if task.due_at is not None else "",
        stands_still=task.due_at is None and task.suspended,
        norm=short_norm(task.norm_at) if task.norm_at is not None and is_open else "",
        norm_told=norm_words(task.norm_at) if task.norm_at is not None and is_open else "",
    )
