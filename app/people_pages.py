"""People, units, posts and roles of one's own organisation, for whoever keeps its directory."""

from __future__ import annotations

import re
from datetime import date
from typing import Any, Final

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Connection

from app.installation import installation
from app.language import in_english, said
from app.leaving import hand_on_now
from app.messages import gettext as _
from app.messages import lazy_gettext
from app.signing_in import me
from app.wording import Names
from workflows import directory
from workflows.belonging import KIND_OF, Belonging, Term, UnusableSkill, terms_of
from workflows.cases import NotPermitted
from workflows.database import reading, transaction
from workflows.directory import (
    DirectoryChange,
    LastAdministrator,
    UnusableDay,
    UnusableName,
    may_administer,
)
from workflows.office import Office, names_of, office_of
from workflows.people import NoSuchGroup, Person, PersonExists, list_people
from workflows.terms import day_of

blueprint = Blueprint("people_pages", __name__, url_prefix="/people")

KINDS = {
    "added": lazy_gettext("新增"),
    "changed": lazy_gettext("变更"),
    "password-reset": lazy_gettext("重设密码"),
    "deactivated": lazy_gettext("停用"),
    "leaving": lazy_gettext("登记离岗"),
    "staying": lazy_gettext("撤销离岗"),
    "left": lazy_gettext("离岗并移交"),
}
FIELDS = {
    "name": lazy_gettext("姓名"),
    "units": lazy_gettext("部门"),
    "leads": lazy_gettext("负责的部门"),
    "roles": lazy_gettext("角色"),
    "posts": lazy_gettext("岗位"),
    "skills": lazy_gettext("专长"),
    "first_day": lazy_gettext("到岗日"),
    "from_day": lazy_gettext("生效日"),
    "last_day": lazy_gettext("最后工作日"),
    "successor": lazy_gettext("工作交给"),
    "handed": lazy_gettext("移交案件数"),
}
_SEPARATORS: Final = re.compile("[、,，;；\n]")
TERM_KINDS = {
    "unit": lazy_gettext("部门"),
    "leads": lazy_gettext("负责的部门"),
    "role": lazy_gettext("角色"),
    "post": lazy_gettext("岗位"),
    "skill": lazy_gettext("专长"),
}


@blueprint.before_request
def only_administrators() -> None:
    """Everything here is theirs alone."""
    if not may_administer(me()):
        raise NotPermitted(user=me().user)


@blueprint.get("")
def show() -> ResponseReturnValue:
    """Everybody of the organisation, or those whose name or belonging a word is found in."""
    search = request.args.get("q", "").strip()[:60]
    with reading(installation().engine) as connection:
        office = office_of(connection, me().organisation)
        everybody = list_people(connection, me().organisation, on=_today())
        changes, names = _changes(connection)
    found = [person for person in everybody if search.lower() in _spoken(person, office)]
    found.sort(key=lambda person: (not person.active, person.user))
    return _page("show", people=found, search=search, office=office, changes=changes, names=names)


@blueprint.get("/groups")
def groups() -> ResponseReturnValue:
    """Units with their leaders' posts and members, and roles with their holders."""
    today = _today()
    with reading(installation().engine) as connection:
        office = office_of(connection, me().organisation)
        everybody = list_people(connection, me().organisation, on=today)
    there = [one for one in everybody if one.works_on(today)]
    return _page("groups", people=there, office=office, posts=office.settings.get("leader_posts") or {})


@blueprint.get("/new")
def new() -> ResponseReturnValue:
    """An empty account."""
    return _form(None, "", Belonging())


@blueprint.post("/new")
def add() -> ResponseReturnValue:
    """Make the account, and show its initial password this once."""
    user, name, belongs = request.form.get("user", "").strip(), request.form.get("name", ""), _belongs()
    first_day = _day("first_day")
    try:
        with transaction(installation().engine) as connection:
            password = directory.admit(
                connection,
                user=user,
                name=name,
                belongs=belongs,
                first_day=first_day,
                by=me(),
                at=installation().clock.now(),
            )
    except (PersonExists, UnusableName, UnusableSkill, NoSuchGroup) as error:
        return _form(None, name, belongs, user=user, error=said(error), from_day=first_day), 422
    return _page("password", user=user, name=name, password=password)


@blueprint.get("/accounts/<user>")
def person(user: str) -> ResponseReturnValue:
    """One account."""
    with reading(installation().engine) as connection:
        found = directory.colleague(connection, user, of=me(), on=_today())
    return _form(found, found.name, Belonging.of(found))


@blueprint.post("/accounts/<user>")
def change(user: str) -> ResponseReturnValue:
    """Change the name, and from a day on units, units led, roles, posts and skills."""
    name, belongs, from_day = request.form.get("name", ""), _belongs(), _day("from_day")
    with reading(installation().engine) as connection:
        found = directory.colleague(connection, user, of=me(), on=_today())
    try:
        with transaction(installation().engine) as connection:
            directory.alter(
                connection,
                user=user,
                name=name,
                belongs=belongs,
                from_day=from_day,
                by=me(),
                at=installation().clock.now(),
            )
    except (LastAdministrator, UnusableName, UnusableDay, UnusableSkill, NoSuchGroup) as error:
        return _form(found, name, belongs, error=said(error), from_day=from_day), 422
    if from_day is not None and from_day > _today():
        flash(_("已保存，%(day)s起生效。", day=from_day), "done")
    else:
        flash(_("%(name)s的资料已保存。", name=name), "done")
    return redirect(url_for("people_pages.show"))


@blueprint.post("/accounts/<user>/password")
def reset(user: str) -> ResponseReturnValue:
    """A new initial password, shown this once."""
    with transaction(installation().engine) as connection:
        found = directory.colleague(connection, user, of=me())
        password = directory.reset_password(connection, user=user, by=me(), at=installation().clock.now())
    return _page("password", user=user, name=found.name, password=password)


@blueprint.get("/accounts/<user>/deactivate")
def confirm(user: str) -> ResponseReturnValue:
    """What closing the account means, before it is done."""
    with reading(installation().engine) as connection:
        found = directory.colleague(connection, user, of=me(), on=_today())
        claimed = directory.claimed_by(connection, user)
        last = directory.is_last_administrator(connection, found)
    return _page("confirm", person=found, claimed=claimed, last=last)


@blueprint.post("/accounts/<user>/deactivate")
def deactivate(user: str) -> ResponseReturnValue:
    """Close the account; what the person did stays on record, what they had to do goes back."""
    with transaction(installation().engine) as connection:
        found = directory.colleague(connection, user, of=me())
        directory.dismiss(connection, user=user, by=me(), at=installation().clock.now())
    hand_on_now()
    flash(_("%(name)s的账号已停用。", name=found.name), "done")
    return redirect(url_for("people_pages.show"))


def _page(page: str, **facts: Any) -> str:
    return render_template(
        f"people_pages/{page}.html",
        kinds=KINDS,
        fields=FIELDS,
        term_kinds=TERM_KINDS,
        today=_today(),
        **facts,
    )


def _form(
    found: Person | None,
    name: str,
    belongs: Belonging,
    *,
    user: str = "",
    error: str | None = None,
    from_day: date | None = None,
) -> str:
    with reading(installation().engine) as connection:
        office = office_of(connection, me().organisation)
        changes, names = _changes(connection, found.user) if found is not None else ([], None)
        claimed = directory.claimed_by(connection, found.user) if found is not None else []
        terms = terms_of(connection, me().organisation, user=found.user) if found is not None else []
    return _page(
        "person",
        person=found,
        user=found.user if found is not None else user,
        name=name,
        belongs=belongs,
        more_skills="、".join(one for one in belongs.skills if f"skill:{one}" not in office.names),
        from_day=from_day,
        error=error,
        office=office,
        groups=_choices(office),
        changes=changes,
        names=names,
        claimed=claimed,
        terms=terms,
        planned=[one for one in terms if _is_planned(one, _today())],
    )


def _is_planned(term: Term, today: date) -> bool:
    """Whether something about a term has been entered that is still to come."""
    return (term.since is not None and term.since > today) or (term.until is not None and term.until >= today)


def _choices(office: Office) -> dict[str, list[tuple[str, str]]]:
    """Field → slug and name of what may be ticked."""
    found: dict[str, list[tuple[str, str]]] = {"unit": [], "role": [], "post": [], "skill": []}
    for key, (name, name_en) in office.names.items():
        kind, _colon, slug = key.partition(":")
        found.setdefault(kind, []).append((slug, name_en if in_english() and name_en else name))
    fields = {"units": "unit", "leads": "unit", "roles": "role", "posts": "post", "skills": "skill"}
    return {field: found[kind] for field, kind in fields.items()}


def _belongs() -> Belonging:
    given = {field: tuple(request.form.getlist(field)) for field in KIND_OF}
    written = _SEPARATORS.split(request.form.get("more_skills", "")[:200])
    skills = (*given.pop("skills"), *(word.strip() for word in written if word.strip()))
    return Belonging(**given, skills=tuple(dict.fromkeys(skills)))


def _day(field: str) -> date | None:
    try:
        return date.fromisoformat(request.form.get(field, "").strip())
    except ValueError:
        return None


def _today() -> date:
    return day_of(installation().clock.now())


def _changes(connection: Connection, user: str | None = None) -> tuple[list[DirectoryChange], Names]:
    changes = directory.changes_of(connection, me().organisation, user=user)
    users = [one for change in changes for one in (change.user, change.changed_by)]
    users += [one for change in changes for one in change.details.get("successor", ()) if one]
    return changes, Names(office_of(connection, me().organisation), names_of(connection, users))


def _spoken(found: Person, office: Office) -> str:
    """Everything about a person that somebody may search by."""
    keys = [f"unit:{slug}" for slug in (*found.units, *found.leads)] + [f"role:{s}" for s in found.roles]
    keys += [f"post:{slug}" for slug in found.posts] + [f"skill:{slug}" for slug in found.skills]
    words = [word for key in keys for word in office.names.get(key, (key,))]
    return " ".join([found.user, found.name, *words]).lower()
