"""Words for facts: dates, lamps, states, names; available to every template."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final

from flask import Flask

from app.installation import installation
from app.language import in_english
from app.messages import gettext as _
from app.messages import ngettext
from workflows.calendars import WorkingCalendar
from workflows.cases import SYSTEM
from workflows.cases.clock_state import ClockState
from workflows.clock import BEIJING
from workflows.lamps import Lamp, Urgency, urgency
from workflows.office import Office
from workflows.reading.law import Clause, Title

#: What may be the id of a clause within a text.
CITATION: Final = re.compile(r"[a-z][a-z0-9-]*(?:\.[a-z0-9-]+)+")

#: Where a citation has been left out: the space before what follows it.
_GAP: Final = re.compile(r" +( |：|:|，|,|$)")


def attach(app: Flask) -> None:
    """Put the words where templates find them."""
    app.jinja_env.filters.update(
        moment=moment, day=day, clause=clause_text, cited=cited, with_articles=with_articles, yes_no=yes_no
    )
    app.jinja_env.globals.update(
        due_words=due_words,
        clock_state=clock_state,
        clock_length=clock_length,
        case_status=case_status,
        regulation_of=regulation_of,
        citations=citations,
        is_controlled=lambda: installation().settings.controlled_clock,
        now=lambda: installation().clock.now(),
        in_english=in_english,
    )


def moment(value: datetime | None) -> str:
    """Date and time in Asia/Shanghai, to the minute."""
    return value.astimezone(BEIJING).isoformat(" ", "minutes")[:16] if value is not None else ""


def day(value: datetime | None) -> str:
    """Date in Asia/Shanghai."""
    return value.astimezone(BEIJING).strftime("%Y-%m-%d") if value is not None else ""


def due_words(urgent: Urgency) -> str:
    """The lamp in words: what is left, or by how much it is late."""
    n = urgent.workdays
    match urgent.lamp:
        case Lamp.NONE:
            return _("无期限")
        case Lamp.TODAY:
            return _("今日到期")
        case Lamp.OVERDUE if n:
            return ngettext("已逾期 %(num)d 个工作日", "已逾期 %(num)d 个工作日", n)
        case Lamp.OVERDUE:
            return _("已逾期不足 1 个工作日")
    if n == 0:
        return _("余不足 1 个工作日")
    return ngettext("余 %(num)d 个工作日", "余 %(num)d 个工作日", n)


def clock_state(state: ClockState) -> str:
    """How a legal period stands."""
    return {
        ClockState.RUNNING: _("计时中"),
        ClockState.OVERDUE: _("计时中，已逾期"),
        ClockState.SUSPENDED: _("计时已中止"),
        ClockState.MET: _("按期"),
        ClockState.BREACHED: _("逾期"),
        ClockState.SUPERSEDED: _("已被新期限取代"),
    }[state]


def clock_length(unit: str, amount: int) -> str:
    """The length of a legal period."""
    match unit:
        case "workdays":
            return ngettext("%(num)d 个工作日", "%(num)d 个工作日", amount)
        case "days":
            return ngettext("%(num)d 日", "%(num)d 日", amount)
        case "months":
            return ngettext("%(num)d 个月", "%(num)d 个月", amount)
        case "minutes":
            return ngettext("%(num)d 分钟", "%(num)d 分钟", amount)
    return _("指定的时间")


def case_status(status: str) -> str:
    """Whether a case is open."""
    return {"open": _("办理中"), "closed": _("已办结"), "cancelled": _("已撤销")}.get(status, status)


def clause_text(clause: Clause) -> str:
    """What a clause says."""
    return clause.summary_en if in_english() and clause.summary_en else clause.summary_zh


def cited(clause: Clause) -> str:
    """Regulation and article of a clause."""
    return clause.cited(english=in_english())


def regulation_of(clause: Clause) -> str:
    """The whole name of the regulation a clause stands in; empty where nobody says it."""
    if clause.title is None:
        return ""
    return clause.title.english if in_english() else f"《{clause.title.full}》"


def citations(ids: Iterable[str], clauses: Mapping[str, Clause]) -> list[tuple[str, str]]:
    """Regulation by regulation: the articles of these clauses as one cites them, and what they say."""
    by_title: dict[Title | None, list[Clause]] = {}
    for clause in (clauses[identifier] for identifier in ids if identifier in clauses):
        by_title.setdefault(clause.title, []).append(clause)
    comma = ", " if in_english() else "、"
    return [
        (
            comma.join(dict.fromkeys([cited(found[0]), *(clause.article for clause in found[1:])])),
            "\n".join(f"{clause.article} {clause_text(clause)}" for clause in found),
        )
        for found in (_distinct_articles(group) for group in by_title.values())
    ]


def _distinct_articles(group: list[Clause]) -> list[Clause]:
    """The clauses, each article once."""
    return list({clause.article: clause for clause in reversed(group)}.values())[::-1]


def with_articles(text: str, clauses: Mapping[str, Clause]) -> str:
    """A text in which the ids of clauses are replaced by regulation and article."""
    said: list[Clause] = []

    def cite(found: re.Match[str]) -> str:
        clause = clauses.get(found[0])
        if clause is None:
            return found[0]
        before = said[-1] if said else None
        said.append(clause)
        if before is None or before.title != clause.title:
            return cited(clause)
        # What follows in the same regulation is cited by its article alone, and no article twice.
        return clause.article if before.article != clause.article else ""

    return _GAP.sub(r"\1", CITATION.sub(cite, text))


def yes_no(value: Any) -> str:
    """A boolean for people."""
    return _("是") if value else _("否")


class Names:
    """Names of people and units for one page, looked up before it is rendered."""

    def __init__(self, office: Office, people: dict[str, str]) -> None:
        self.office = office
        self.people = people

    def person(self, user: str | None) -> str:
        """A person's name; the user name of somebody who has left."""
        if user == SYSTEM:
            return _("系统")
        return self.people.get(user or "", user or "")

    def key(self, key: str) -> str:
        """The unit, role or person a candidate key means."""
        return self.office.called(key, self.people, english=in_english())

    def keys(self, keys: Any) -> str:
        """Several of them."""
        return (", " if in_english() else "、").join(self.key(key) for key in sorted(keys))


def lamp_of(due_at: datetime | None, calendar: WorkingCalendar, now: datetime) -> Urgency:
    """The lamp of a due moment."""
    return urgency(due_at, now=now, calendar=calendar)


def users_in(*groups: Any) -> set[str]:
    """User names among users and candidate keys (``person:…``)."""
    found = {item for group in groups for item in group if item}
    return {item.removeprefix("person:") for item in found}
