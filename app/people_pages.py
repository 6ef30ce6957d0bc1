"""People, units, posts and roles of one's own organisation, for whoever keeps its directory."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Connection

from app.installation import installation
from app.language import in_english, said
from app.messages import gettext as _
from app.messages import lazy_gettext
from app.signing_in import me
from app.wording import Names
from workflows import directory
from workflows.cases import NotPermitted
from workflows.database import reading, transaction
from workflows.directory import Belonging, DirectoryChange, LastAdministrator, UnusableName, may_administer
from workflows.office import Office, names_of, office_of
from workflows.people import NoSuchGroup, Person, PersonExists, list_people

blueprint = Blueprint("people_pages", __name__, url_prefix="/people")

KINDS = {
    "added": lazy_gettext("新增"),
    "changed": lazy_gettext("变更"),
    "password-reset": lazy_gettext("重设密码"),
    "deactivated": lazy_gettext("停用"),
}
FIELDS = {
    "name": lazy_gettext("姓名"),
    "units": lazy_gettext("部门"),
    "leads": lazy_gettext("负责的部门"),
    "roles": lazy_gettext("角色"),
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
        everybody = list_people(connection, me().organisation)
        changes, names = _changes(connection)
    found = [person for person in everybody if search.lower() in _spoken(person, office)]
    found.sort(key=lambda person: (not person.active, person.user))
    return _page("show", people=found, search=search, office=office, changes=changes, names=names)


@blueprint.get("/groups")
def groups() -> ResponseReturnValue:
    """Units with their leaders' posts and members, and roles with their holders."""
    with reading(installation().engine) as connection:
        office = office_of(connection, me().organisation)
        everybody = [one for one in list_people(connection, me().organisation) if one.active]
    return _page("groups", people=everybody, office=office, posts=office.settings.get("leader_posts") or {})


@blueprint.get("/new")
def new() -> ResponseReturnValue:
    """An empty account."""
    return _form(None, "", Belonging())


@blueprint.post("/new")
def add() -> ResponseReturnValue:
    """Make the account, and show its initial password this once."""
    user, name, belongs = request.form.get("user", "").strip(), request.form.get("name", ""), _belongs()
    try:
        with transaction(installation().engine) as connection:
            password = directory.admit(
                connection, user=user, name=name, belongs=belongs, by=me(), at=installation().clock.now()
            )
    except (PersonExists, UnusableName, NoSuchGroup) as error:
        return _form(None, name, belongs, user=user, error=said(error)), 422
    return _page("password", user=user, name=name, password=password)


@blueprint.get("/accounts/<user>")
def person(user: str) -> ResponseReturnValue:
    """One account."""
    with reading(installation().engine) as connection:
        found = directory.colleague(connection, user, of=me())
    return _form(found, found.name, _belonging_of(found))


@blueprint.post("/accounts/<user>")
def change(user: str) -> ResponseReturnValue:
    """Change name, units, units led and roles."""
    name, belongs = request.form.get("name", ""), _belongs()
    with reading(installation().engine) as connection:
        found = directory.colleague(connection, user, of=me())
    try:
        with transaction(installation().engine) as connection:
            at = installation().clock.now()
            directory.alter(connection, user=user, name=name, belongs=belongs, by=me(), at=at)
    except (LastAdministrator, UnusableName, NoSuchGroup) as error:
        return _form(found, name, belongs, error=said(error)), 422
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
        found = directory.colleague(connection, user, of=me())
        claimed = directory.claimed_by(connection, user)
        last = directory.is_last_administrator(connection, found)
    return _page("confirm", person=found, claimed=claimed, last=last)


@blueprint.post("/accounts/<user>/deactivate")
def deactivate(user: str) -> ResponseReturnValue:
    """Close the account; what the person did stays on record."""
    with transaction(installation().engine) as connection:
        found = directory.colleague(connection, user, of=me())
        directory.dismiss(connection, user=user, by=me(), at=installation().clock.now())
    flash(_("%(name)s的账号已停用。", name=found.name), "done")
    return redirect(url_for("people_pages.show"))


def _page(page: str, **facts: Any) -> str:
    return render_template(f"people_pages/{page}.html", kinds=KINDS, fields=FIELDS, **facts)


def _form(
    found: Person | None, name: str, belongs: Belonging, *, user: str = "", error: str | None = None
) -> str:
    with reading(installation().engine) as connection:
        office = office_of(connection, me().organisation)
        changes, names = _changes(connection, found.user) if found is not None else ([], None)
        claimed = directory.claimed_by(connection, found.user) if found is not None else []
    return _page(
        "person",
        person=found,
        user=found.user if found is not None else user,
        name=name,
        belongs=belongs,
        error=error,
        office=office,
        groups=_choices(office),
        changes=changes,
        names=names,
        claimed=claimed,
    )


def _choices(office: Office) -> dict[str, list[tuple[str, str]]]:
    """Field → slug and name of what may be ticked."""
    found: dict[str, list[tuple[str, str]]] = {"unit": [], "role": []}
    for key, (name, name_en) in office.names.items():
        kind, _colon, slug = key.partition(":")
        found[kind].append((slug, name_en if in_english() and name_en else name))
    return {"units": found["unit"], "leads": found["unit"], "roles": found["role"]}


def _belongs() -> Belonging:
    given = {field: tuple(request.form.getlist(field)) for field in ("units", "leads", "roles")}
    return Belonging(**given)


def _belonging_of(found: Person) -> Belonging:
    return Belonging(units=found.units, leads=found.leads, roles=found.roles)


def _changes(connection: Connection, user: str | None = None) -> tuple[list[DirectoryChange], Names]:
    changes = directory.changes_of(connection, me().organisation, user=user)
    users = [one for change in changes for one in (change.user, change.changed_by)]
    return changes, Names(office_of(connection, me().organisation), names_of(connection, users))


def _spoken(found: Person, office: Office) -> str:
    """Everything about a person that somebody may search by."""
    keys = [f"unit:{slug}" for slug in (*found.units, *found.leads)] + [f"role:{s}" for s in found.roles]
    words = [word for key in keys for word in office.names.get(key, (key,))]
    return " ".join([found.user, found.name, *words]).lower()
