"""The clock of a training installation: shown, and set forward."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from app.installation import installation
from app.messages import ngettext
from app.signing_in import me
from workflows.calendar_store import load_calendar
from workflows.cases import NotPermitted
from workflows.cases.correcting import PROCESS_ADMIN
from workflows.clock import BEIJING
from workflows.clock_setting import set_clock
from workflows.database import reading, transaction
from workflows.errors import WorkflowError
from workflows.escalation import escalate_due
from workflows.timers import fire_due, next_due

blueprint = Blueprint("clock_page", __name__, url_prefix="/clock")

#: Timers that arm further timers are fired in turn; a mistake must not keep the page waiting for ever.
_ROUNDS: Final = 200
_AT_ONCE: Final = 100


class TimeUnusable(WorkflowError):
    """Give a date and a time that is not before the present one."""

    code = "time-unusable"
    message_zh = "请填写日期和时间，且不得早于当前时间。"


@blueprint.before_request
def only_in_training() -> None:
    """In an installation on real time there is no such page."""
    if not installation().settings.controlled_clock:
        raise NotFound
    if not me().has_role(PROCESS_ADMIN):
        raise NotPermitted(user=me().user)


@blueprint.get("")
def show() -> ResponseReturnValue:
    """What time it is, and when the next timer is due."""
    now = installation().clock.now()
    with reading(installation().engine) as connection:
        following = next_due(connection)
        today = load_calendar(connection, me().organisation).why(now.astimezone(BEIJING).date())
    return render_template("clock_page/show.html", following=following, today=today)


@blueprint.post("")
def set_forward() -> ResponseReturnValue:
    """Set the clock forward, then fire every timer that has become due."""
    fired = move_to(_moment(request.form.get("at", "")))
    flash(
        ngettext("时间已拨好，%(num)d 个定时器到期触发。", "时间已拨好，%(num)d 个定时器到期触发。", fired),
        "done",
    )
    return redirect(url_for("clock_page.show"))


def move_to(moment: datetime | None) -> int:
    """Set the clock to an aware moment and fire what is due by then. Returns how many timers that were.

    Raises ``TimeUnusable`` for a moment before the present one, and for none.
    """
    if moment is None or moment < installation().clock.now():
        raise TimeUnusable()
    with transaction(installation().engine) as connection:
        set_clock(connection, moment)
    return _fire_all()


def _fire_all() -> int:
    fired = 0
    for _round in range(_ROUNDS):
        found = installation()
        count = fire_due(found.engine, found.clock, _AT_ONCE)
        count += escalate_due(found.engine, found.clock, _AT_ONCE)
        if not count:
            break
        fired += count
    return fired


def _moment(written: str) -> datetime | None:
    """What a person typed, in Asia/Shanghai."""
    try:
        found = datetime.fromisoformat(written)
    except ValueError:
        return None
    return found.replace(tzinfo=found.tzinfo or BEIJING).astimezone(UTC)
