"""The desk at which somebody changes a legal period: who may, what would come of it, and the act."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Connection

from app.case_view import CaseView, readable_case
from app.errors import status_of
from app.installation import installation
from app.language import in_english, said
from app.messages import gettext as _
from app.signing_in import me
from app.wording import Names, moment
from workflows.cases import NotPermitted
from workflows.cases.extension_requests import ExtensionRequest, approvers, may_ask, requests_of
from workflows.cases.ledgers import NoSuchClock, open_clocks
from workflows.cases.open_case import CaseEnded
from workflows.clock_change import ClockSuspended, OpenClock
from workflows.database import reading
from workflows.errors import CaseStops, WorkflowError
from workflows.reading.case_file import CaseFile
from workflows.reading.clock_file import clock_file
from workflows.reading.clock_previews import ClockPreview
from workflows.time_rules import TimeRules, rules_of

_LONGEST: Final = 500
#: Whether the person who is signed in may do something to the clocks of a case.
May = Callable[[Connection, CaseFile, TimeRules], bool]


@dataclass(frozen=True, kw_only=True)
class Rights:
    """What a person may do to the clocks of a case."""

    suspend: bool = False
    resume: bool = False
    ask: bool = False
    order: bool = False
    #: Applications this person may decide.
    decide: tuple[ExtensionRequest, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Desk:
    """A case with its open clocks, at which somebody changes one of them."""

    view: CaseView
    rules: TimeRules
    clocks: tuple[OpenClock, ...]
    names: Names
    #: User → name of those who may approve.
    approvers: Mapping[str, str] = field(default_factory=dict)
    clock: OpenClock | None = None
    #: The application that is to be decided.
    asked: ExtensionRequest | None = None

    @property
    def case(self) -> CaseFile:
        return self.view.case

    def called(self, name: str) -> str:
        """What people call a clock."""
        return self.view.law.name_of_clock(name)


def rights_of(connection: Connection, case: CaseFile) -> Rights:
    """What the person who is signed in may do to the clocks of a case they read."""
    if case.status != "open":
        return Rights()
    clocks = open_clocks(connection, case.id).values()
    rules, keys = rules_of(case.settings), me().keys
    running = any(not clock.is_suspended for clock in clocks)
    still = any(clock.is_suspended for clock in clocks)
    keeps, approves = not keys.isdisjoint(rules.may_suspend), not keys.isdisjoint(rules.may_extend)
    asked = [one for one in requests_of(connection, case.id) if one.status == "asked"] if approves else []
    return Rights(
        suspend=keeps and running and bool(rules.procedures),
        resume=keeps and still,
        ask=bool(clocks) and bool(rules.may_extend) and asks(connection, case, rules),
        order=bool(clocks) and not keys.isdisjoint(rules.may_order),
        decide=tuple(one for one in asked if one.asked_by != me().user),
    )


def asks(connection: Connection, case: CaseFile, rules: TimeRules) -> bool:
    """Whether they may apply for an extension."""
    return may_ask(connection, rules, case_id=case.id, organisation=case.organisation, by=me())


# --- coming to the desk -------------------------------------------------------------------------------------


def desk_of(case_number: str, may: May) -> Desk:
    """Raises ``NoSuchCase``, ``NotPermitted``, ``CaseEnded``."""
    with reading(installation().engine) as connection:
        return set_out(connection, readable_case(connection, case_number), may)


def set_out(
    connection: Connection,
    view: CaseView,
    may: May,
    *,
    asked: ExtensionRequest | None = None,
) -> Desk:
    """The desk with a case on it. Raises ``NotPermitted``, ``CaseEnded``."""
    rules = rules_of(view.case.settings)
    if not may(connection, view.case, rules):
        raise NotPermitted(user=me().user, case=view.case.number)
    if view.case.status != "open":
        raise CaseEnded(case=view.case.number)
    clocks = open_clocks(connection, view.case.id)
    organisation = view.case.organisation
    mentioned = [asked.asked_by, asked.approver] if asked is not None else []
    return Desk(
        view=view,
        rules=rules,
        clocks=tuple(clocks.values()),
        names=view.names(connection, mentioned),
        approvers=approvers(connection, rules, organisation=organisation, besides=me().user, at=view.now),
        clock=_asked_about(clocks, asked),
        asked=asked,
    )


def _asked_about(clocks: Mapping[str, OpenClock], asked: ExtensionRequest | None) -> OpenClock | None:
    if asked is None:
        return None
    return next((clock for clock in clocks.values() if clock.number == asked.clock), None)


def desk_of_clock(case_number: str, number: int, may: May) -> Desk:
    """The desk with one clock on it. Raises as ``desk_of``, and ``NoSuchClock`` for one that has ended."""
    desk = desk_of(case_number, may)
    found = next((clock for clock in desk.clocks if clock.number == number), None)
    if found is None:
        with reading(installation().engine) as connection:
            ended = clock_file(connection, desk.case, number, now=desk.view.now)
        raise NoSuchClock(clock=desk.called(ended.name))
    return replace(desk, clock=found)


def _by_key(who: Callable[[TimeRules], frozenset[str]]) -> May:
    return lambda _connection, _case, rules: not me().keys.isdisjoint(who(rules))


KEEPS: Final = _by_key(lambda rules: rules.may_suspend)
ORDERS: Final = _by_key(lambda rules: rules.may_order)
APPROVES: Final = _by_key(lambda rules: rules.may_extend)


# --- a form, a look at what would come of it, and the act ---------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Act:
    """What a page does; ``look`` says what would come of it, ``do`` does it and gives what to say then."""

    page: str
    look: Callable[[Connection, datetime], list[ClockPreview]]
    do: Callable[[datetime], str]
    #: The page has shown already what would come of it.
    looked: bool = False


def page_of(desk: Desk, page: str, *, previews: list[ClockPreview] | None = None, error: str = "") -> str:
    return render_template(
        f"clock_pages/{page}.html",
        desk=desk,
        case=desk.case,
        names=desk.names,
        given=request.form,
        kept=[(key, one) for key in request.form for one in _values(key)],
        previews=previews,
        error=error,
    )


def _values(key: str) -> list[str]:
    return [] if key in ("csrf_token", "_act") else request.form.getlist(key)


def go(desk: Desk, act: Act) -> ResponseReturnValue:
    """One round: look, look again, or do it; a refusal leaves the form as it was filled in."""
    at, wanted = installation().clock.now(), "confirm" if act.looked else request.form.get("_act")
    if wanted == "edit":
        return page_of(desk, act.page)
    try:
        if wanted == "confirm":
            flash(act.do(at), "done")
            return redirect(url_for("case_pages.show", case_number=desk.case.number) + "#clocks")
        with reading(installation().engine) as connection:
            previews = act.look(connection, at)
    except (CaseStops, NotPermitted):
        raise
    except WorkflowError as refusal:
        return page_of(desk, act.page, error=_refused(desk, refusal)), status_of(refusal)
    return page_of(desk, act.page, previews=previews)


def _refused(desk: Desk, refusal: WorkflowError) -> str:
    """The sentence of a refusal; where somebody was quicker, who and when."""
    clock = refusal.facts.get("clock")
    if isinstance(clock, str):
        # A diagram's name for a clock is not what people call it.
        refusal.facts["clock"] = desk.called(clock)
    sentence = said(refusal)
    if not isinstance(refusal, ClockSuspended):
        return sentence
    with reading(installation().engine) as connection:
        known = open_clocks(connection, desk.case.id).get(str(clock))
        if known is None:
            return sentence
        still = clock_file(connection, desk.case, known.number, now=desk.view.now).suspension
        if still is None:
            return sentence
        by = still.details.get("by")
        who = desk.view.names(connection, [by]).person(by) if by else _("系统")
    since = moment(still.started_at)
    return _(
        "%(refusal)s（%(who)s 于 %(at)s 因“%(reason)s”中止）",
        refusal=sentence,
        who=who,
        at=since,
        reason=still.reason,
    )


def text(name: str) -> str:
    """What was written into a field."""
    return request.form.get(name, "").strip()[:_LONGEST]


def limit() -> str:
    """The limit somebody filled in: a date, or so many of a unit."""
    return text("until") or f"{text('n')} {text('unit') or 'workdays'}"


def listed(desk: Desk, names: list[str]) -> str:
    """Clocks by what people call them."""
    return (", " if in_english() else "、").join(desk.called(name) for name in names)
