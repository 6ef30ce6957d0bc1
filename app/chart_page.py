"""The chart of the organisation 机构图: units, heads, members and posts, on any day; for everybody."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from app.installation import installation
from app.language import in_english
from app.signing_in import me
from app.wording import Names
from workflows.chart import Chart, chart_of
from workflows.database import reading
from workflows.office import names_of
from workflows.terms import day_of

blueprint = Blueprint("chart_page", __name__)


@blueprint.get("/chart")
def show() -> ResponseReturnValue:
    """The chart of today, or of the day asked for; what is no day means today."""
    now = installation().clock.now()
    today = day_of(now)
    asked = day_asked() or today
    with reading(installation().engine) as connection:
        chart = chart_of(connection, me().organisation, on=asked, at=now)
        names = Names(chart.office, names_of(connection, _past(chart)))
    return render_template(
        "chart_page/show.html", chart=chart, office=chart.office, names=names, today=today, post=_post(chart)
    )


def day_asked(name: str = "on") -> date | None:
    """A day of the address; null when it is none."""
    try:
        return date.fromisoformat(request.args.get(name, "").strip())
    except ValueError:
        return None


def _past(chart: Chart) -> list[str]:
    return [one.user for unit in chart.units for one in (*unit.past_heads, *unit.future_heads)]


def _post(chart: Chart) -> dict[str, str]:
    """Slug of a post → what people call it."""
    return {
        key.partition(":")[2]: english if in_english() and english else name
        for key, (name, english) in chart.office.names.items()
        if key.startswith("post:")
    }
