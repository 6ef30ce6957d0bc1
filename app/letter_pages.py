"""Letters that did not arrive 未送达: why, tried again, or given up with a reason."""

from __future__ import annotations

from typing import Final

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.installation import installation
from app.messages import gettext as _
from app.messages import ngettext
from app.notification_pages import failures
from app.notification_words import receivers
from app.signing_in import me
from app.wording import Names
from workflows.database import reading, transaction
from workflows.office import names_of, office_of
from workflows.undelivered import give_up, retry_all, retry_letter, undelivered_letters

blueprint = Blueprint("letter_pages", __name__, url_prefix="/letters")

_SIZE: Final = 25


@blueprint.get("")
def show() -> ResponseReturnValue:
    """The letters of my organisation that failed, or those that were given up."""
    given_up = request.args.get("which") == "given-up"
    with reading(installation().engine) as connection:
        page = undelivered_letters(
            connection,
            of=me(),
            at=installation().clock.now(),
            after=request.args.get("after"),
            size=_SIZE,
            given_up=given_up,
        )
        users = receivers(page.rows) | {one.given_up_by for one in page.rows if one.given_up_by}
        names = Names(office_of(connection, me().organisation), names_of(connection, users))
        failed = failures(connection)
    return render_template("letter_pages/show.html", page=page, names=names, given_up=given_up, failed=failed)


@blueprint.post("/retry")
def retry() -> ResponseReturnValue:
    """Try one again, or all of them."""
    key, at = request.form.get("key", ""), installation().clock.now()
    with transaction(installation().engine) as connection:
        if key:
            retry_letter(connection, key, by=me(), at=at)
            count = 1
        else:
            count = retry_all(connection, by=me(), at=at)
    flash(ngettext("%(num)d 封信马上重新发送。", "%(num)d 封信马上重新发送。", count), "done")
    return redirect(url_for("letter_pages.show"))


@blueprint.post("/give-up")
def drop() -> ResponseReturnValue:
    """Send one no more, with a reason."""
    with transaction(installation().engine) as connection:
        give_up(
            connection,
            request.form.get("key", ""),
            reason=request.form.get("reason", "")[:500],
            by=me(),
            at=installation().clock.now(),
        )
    flash(_("已放弃发送，理由已记录。"), "done")
    return redirect(url_for("letter_pages.show"))
