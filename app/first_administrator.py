"""The first administrator of an installation without people: one page, behind a link that the console shows.

Being on this machine is not enough: behind a proxy everybody seems to be.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from typing import Final

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Connection, delete, func, insert, select
from werkzeug.exceptions import NotFound

from app.installation import installation
from app.language import said
from app.messages import gettext as _
from workflows import tables
from workflows.cases.correcting import PROCESS_ADMIN
from workflows.database import reading, transaction
from workflows.errors import WorkflowError
from workflows.people import add_person

blueprint = Blueprint("first_administrator", __name__, url_prefix="/first-administrator")

#: Row of ``installation`` with the hash of the word in the link.
_KEY: Final = "first-administrator"


def invite(connection: Connection) -> str:
    """Make the link of this start, after which no earlier one is good. Returns it, without the address."""
    word = secrets.token_urlsafe(24)
    connection.execute(delete(tables.installation).where(tables.installation.c.key == _KEY))
    connection.execute(insert(tables.installation).values(key=_KEY, value=_hashed(word)))
    return f"first-administrator?word={word}"


@blueprint.before_request
def only_the_invited() -> None:
    """Without the word, or once there is anybody, there is no such page."""
    with reading(installation().engine) as connection:
        if not _invited(connection, request.values.get("word", "")):
            raise NotFound


@blueprint.get("")
def form() -> ResponseReturnValue:
    """The form."""
    return _page()


@blueprint.post("")
def create() -> ResponseReturnValue:
    """Make the account and use the invitation up."""
    given = {key: request.form.get(key, "").strip() for key in ("organisation", "user", "name")}
    password = request.form.get("password", "")
    if not all(given.values()):
        flash(_("请填写单位、用户名和姓名。"), "error")
        return _page(), 422
    if password != request.form.get("again", ""):
        flash(_("两次输入的密码不一致。"), "error")
        return _page(), 422
    try:
        with transaction(installation().engine) as connection:
            _use_up(connection, request.form.get("word", ""))
            add_person(
                connection,
                user=given["user"],
                organisation=given["organisation"],
                name=given["name"],
                password=password,
                roles=[PROCESS_ADMIN],
            )
    except WorkflowError as error:
        flash(said(error), "error")
        return _page(), 422
    flash(_("第一位管理员已设立，请登录。"), "done")
    return redirect(url_for("signing_in.form"))


def _use_up(connection: Connection, word: str) -> None:
    """Of two who send the form at once, one finds it gone."""
    if not _invited(connection, word):
        raise NotFound
    gone = connection.execute(delete(tables.installation).where(tables.installation.c.key == _KEY))
    if gone.rowcount != 1:
        raise NotFound


def _invited(connection: Connection, word: str) -> bool:
    kept = connection.scalar(select(tables.installation.c.value).where(tables.installation.c.key == _KEY))
    people = connection.scalar(select(func.count()).select_from(tables.people))
    return kept is not None and not people and hmac.compare_digest(kept, _hashed(word))


def _hashed(word: str) -> str:
    return hashlib.sha256(word.encode()).hexdigest()


def _page() -> str:
    query = (
        select(tables.organisations.c.slug, tables.organisations.c.name)
        .join(tables.groups, tables.groups.c.organisation == tables.organisations.c.slug)
        .where(tables.groups.c.kind == "role", tables.groups.c.slug == PROCESS_ADMIN)
        .order_by(tables.organisations.c.slug)
    )
    with reading(installation().engine) as connection:
        offices = connection.execute(query).all()
    return render_template(
        "first_administrator/form.html",
        offices=offices,
        given=request.form,
        word=request.values.get("word", ""),
    )
