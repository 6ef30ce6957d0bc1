"""What is said of a task that is between colleagues."""

from __future__ import annotations

from typing import NamedTuple

from flask import Flask

from app.messages import gettext as _
from app.messages import ngettext
from app.signing_in import me
from app.wording import Names
from workflows.passing import Passing


class Note(NamedTuple):
    """A line beside a task; ``urgent`` when somebody waits for it."""

    text: str
    urgent: bool = False


def attach(app: Flask) -> None:
    """Put the words where templates find them."""
    app.jinja_env.globals.update(passing_notes=passing_notes)


def passing_notes(passing: Passing | None, names: Names) -> list[Note]:
    """Between whom a task is, as the person of this request sees it."""
    if passing is None or not passing.is_between:
        return []
    return [*_handed_over(passing, names), *_lent(passing, names), *_other(passing, names)]


def _handed_over(passing: Passing, names: Names) -> list[Note]:
    if not passing.offered_to:
        return []
    who, whom = names.person(passing.assignee), names.person(passing.offered_to)
    if passing.offered_to not in _mine() or passing.assignee in _mine():
        return [Note(_("正转办给%(whom)s，等待接收", whom=whom))]
    if passing.offered_to == me().user:
        return [Note(_("正由%(who)s转办给您", who=who))]
    return [Note(_("正由%(who)s转办给%(whom)s，您代其办理", who=who, whom=whom))]


def _lent(passing: Passing, names: Names) -> list[Note]:
    if not passing.lent_by:
        return []
    if passing.lent_by in _mine():
        return [Note(_("已委派给%(whom)s", whom=names.person(passing.assignee)))]
    return [Note(_("委派自%(who)s", who=names.person(passing.lent_by)))]


def _other(passing: Passing, names: Names) -> list[Note]:
    notes = []
    if passing.returned_by:
        who = names.person(passing.returned_by)
        why = passing.returned_why
        said = _("由%(who)s退回：%(why)s", who=who, why=why) if why else _("由%(who)s撤回", who=who)
        notes.append(Note(said, urgent=True))
    if passing.dispatched:
        notes.append(Note(_("系统分派")))
    if passing.signing:
        notes.append(Note(_("等待会签")))
    if passing.standing_in_for:
        notes.append(Note(_("代%(who)s办理", who=names.person(passing.standing_in_for))))
    if passing.urged:
        said = ngettext("已催办 %(num)d 次", "已催办 %(num)d 次", passing.urged)
        notes.append(Note(said, urgent=True))
    return notes


def _mine() -> frozenset[str]:
    """The person, and those for whom they stand in."""
    return frozenset(me().lent) | {me().user}
