"""One's own account: a password of one's own in place of the initial one."""

from __future__ import annotations

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.installation import installation
from app.language import said
from app.limits import ATTEMPTS, limiter
from app.messages import gettext as _
from app.signing_in import me
from workflows.database import reading, transaction
from workflows.people import UnusablePassword, change_password, check_password

blueprint = Blueprint("account_page", __name__, url_prefix="/account")


@blueprint.get("")
def show() -> ResponseReturnValue:
    """The form to change the password."""
    return render_template("account_page/show.html")


def _refused(response: Response) -> bool:
    return response.status_code != 302


@blueprint.post("")
@limiter.limit(ATTEMPTS, deduct_when=_refused)
def change() -> ResponseReturnValue:
    """Give oneself a new password; the present one is asked for, so that an open screen is not enough."""
    given = request.form.get("new", "")
    with reading(installation().engine) as connection:
        right = check_password(connection, me().user, request.form.get("present", ""))
    if not right:
        return _again(_("现在的密码不正确。"))
    if given != request.form.get("again", ""):
        return _again(_("两次填写的新密码不一致。"))
    try:
        with transaction(installation().engine) as connection:
            change_password(connection, me().user, given)
    except UnusablePassword as error:
        return _again(said(error))
    flash(_("密码已修改。"), "done")
    return redirect(url_for("inbox.show"))


def _again(error: str) -> ResponseReturnValue:
    flash(error, "error")
    return render_template("account_page/show.html"), 422
