"""The counter 窗口登记: one screen to take a visit down by the keyboard alone."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any, Final

from flask import Blueprint, Flask, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Connection

from app.counter import Counter, counter, forget_menus, menu, tidied
from app.installation import installation
from app.language import in_english
from app.messages import gettext as _
from app.messages import lazy_gettext
from app.signing_in import me
from workflows.answers import Answer, KeyReused, earlier_answer, fingerprint, keep_answer
from workflows.clock import BEIJING
from workflows.counter_rules import Decision
from workflows.database import reading, transaction
from workflows.reading.starts import may_open
from workflows.visits.access import check_counter
from workflows.visits.looking import Known, Wanted, counts_for, known_of
from workflows.visits.opening import Registered, take_down
from workflows.visits.personal import tidy_number, tidy_phone
from workflows.visits.visit import Given, VisitInvalid, faults_of, warnings_of

blueprint = Blueprint("counter_pages", __name__, url_prefix="/counter")

#: What may be done about a visit, in the order of their keys.
DECISIONS: Final = {
    Decision.OWN: lazy_gettext("本部门办理"),
    Decision.UNIT: lazy_gettext("转本单位其他部门"),
    Decision.BODY: lazy_gettext("属其他单位"),
    Decision.CONSULT: lazy_gettext("当场答复"),
}
#: Something looked up needs so many characters: less would be half the office.
_LEAST: Final = {"phone": 7, "name": 2, "identity": 15}


def attach(app: Flask) -> None:
    """Let the menu and every page know the counter's words."""
    app.jinja_env.globals.update(counter_menu=menu, decision_words=decision_words)


def decision_words(decision: Decision) -> str:
    """What was done about a visit."""
    return str(DECISIONS[decision])


@blueprint.get("")
def show() -> ResponseReturnValue:
    """The form, ready for the next visitor."""
    return _page({}, {})


@blueprint.post("")
def register() -> ResponseReturnValue:
    """Take the visit down and show what to hand over; sent twice, it is taken down once."""
    at = installation().clock.now()
    with reading(installation().engine) as connection:
        here = counter(connection, at=at)
    if request.form.get("_act") == "lookup":
        return _page(request.form, {})
    try:
        given = tidied(request.form, here.matters)
    except VisitInvalid as wrong:
        return _page(request.form, _said(wrong)), 422
    seen = set(request.form.getlist("sure"))
    doubts = {} if faults_of(given, here.rules) else warnings_of(given, here.rules)
    if doubts.keys() - seen:
        return _page(request.form, {}, doubts=_chosen(doubts)), 422
    try:
        made = _once(here, given, at)
    except VisitInvalid as wrong:
        return _page(request.form, _said(wrong)), 422
    except KeyReused:
        flash(_("这张登记单刚才已经保存过。要再登记一条，请核对后再按一次“登记”。"), "error")
        return _page(request.form, {}), 409
    forget_menus()
    return redirect(_onwards(made, here))


def _once(here: Counter, given: Given, at: datetime) -> Registered:
    """Take a visit down unless this very form was taken down before."""
    key = f"visit:{request.form.get('token', '')[:40]}"
    asked = fingerprint("visit", asdict(given))
    with transaction(installation().engine) as connection:
        earlier = earlier_answer(connection, user=me().user, key=key, request=asked, at=at)
        if earlier is not None:
            return Registered(**earlier.body)
        units = [one.slug for one in here.units]
        made = take_down(connection, given, rules=here.rules, units=units, by=me(), at=at)
        keep_answer(connection, Answer(status=302, body=asdict(made)), user=me().user, key=key)
        return made


def _onwards(made: Registered, here: Counter) -> str:
    if made.asks_more:
        at = installation().clock.now()
        with reading(installation().engine) as connection:
            opening = here.rules.opening_for(Decision.OWN)
            allowed = opening is not None and may_open(connection, opening.process, of=me(), at=at)
        if allowed:
            flash(_("来访 %(number)s 已登记。建立案件还要补充下面的内容。", number=made.number), "done")
            return url_for("visit_opening.form", number=made.number)
        flash(_("来访 %(number)s 已登记，还没有建立案件。", number=made.number), "done")
    return url_for("visit_pages.slip", number=made.number)


@blueprint.post("/lookup")
def lookup() -> ResponseReturnValue:
    """Who this may be: earlier visits and cases, and what looks wrong, as a part of the page."""
    with reading(installation().engine) as connection:
        rules = check_counter(connection, me(), at=installation().clock.now())
    doubts = warnings_of(_person(request.form), rules)
    doubts.pop(request.form.get("at", ""), None)
    return render_template("counter_pages/known.html", known=_known(request.form), doubts=_chosen(doubts))


def _known(form: Mapping[str, str]) -> Known | None:
    """What is known of the visitor; null while there is too little to go by."""
    given = _person(form)
    if not any(len(getattr(given, name)) >= least for name, least in _LEAST.items()):
        return None
    # Looking somebody up may make the organisation's secret, so it may write.
    with transaction(installation().engine) as connection:
        return known_of(connection, me(), given)


def _person(form: Mapping[str, str]) -> Given:
    """The part of the form that says who it is."""
    return Given(
        decision=Decision.CONSULT,
        kind=form.get("kind", "person"),
        name=form.get("name", "").strip(),
        phone=tidy_phone(form.get("phone", "")),
        identity=tidy_number(form.get("identity", "")),
    )


def _said(wrong: VisitInvalid) -> Mapping[str, str]:
    return wrong.errors_en if in_english() else wrong.errors


def _chosen(doubts: Mapping[str, tuple[str, str]]) -> dict[str, str]:
    return {name: both[1 if in_english() else 0] for name, both in doubts.items()}


def _page(
    form: Mapping[str, str], errors: Mapping[str, str], *, doubts: Mapping[str, str] | None = None
) -> str:
    at = installation().clock.now()
    with reading(installation().engine) as connection:
        here = counter(connection, at=at)
        counts = _today(connection, at)
    return render_template(
        "counter_pages/show.html",
        counter=here,
        given=form,
        errors=errors,
        labels=_LABELS,
        doubts=doubts or {},
        known=_known(form),
        decisions=DECISIONS,
        counts=counts,
        token_once=secrets.token_hex(12),
    )


def _today(connection: Connection, at: datetime) -> dict[str, Any]:
    day = at.astimezone(BEIJING).date()
    found = counts_for(connection, me(), Wanted(day=day))
    return {"day": day, "number": sum(n for name, n in found.items() if name != "void")}


_LABELS: Final = {
    "kind": lazy_gettext("来访人"),
    "phone": lazy_gettext("联系电话"),
    "name": lazy_gettext("姓名或单位名称"),
    "identity": lazy_gettext("证件号码"),
    "matter": lazy_gettext("事项"),
    "asked": lazy_gettext("要办什么"),
    "decision": lazy_gettext("怎么办"),
    "unit": lazy_gettext("转给部门"),
    "body": lazy_gettext("应找哪个单位"),
    "receiver": lazy_gettext("找谁"),
    "place": lazy_gettext("地点"),
    "contact": lazy_gettext("电话"),
    "said": lazy_gettext("答复或告知的内容"),
}
