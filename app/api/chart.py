"""The chart of the organisation: units, who heads them, who belongs to them, on any day."""

from __future__ import annotations

from typing import Any

from marshmallow import fields

from app.api.describing import noun, operation
from app.api.people import TermShape, day
from app.api.shapes import Shape, flag, many, text, texts
from app.installation import installation
from app.signing_in import me
from workflows.chart import Member, Unit, chart_of
from workflows.database import reading
from workflows.terms import day_of

blueprint = noun("chart", "Units of your organisation, with heads and members.")


class UnitMemberShape(Shape):
    """Somebody of a unit."""

    user = text("User name.", "zhang.san")
    name = text("Name.", "张三")
    posts = texts("Slugs of posts.", [])
    last_day = day("When they leave; null when nothing is set.")
    is_away = flag("Away now; said of today only.")


class HeadedShape(TermShape):
    """Who headed a unit from when until when."""

    user = text("User name.", "zhang.san")


class ChartUnitShape(Shape):
    """A unit on a day."""

    slug = text("Its slug.", "window")
    post = text("What its head is called; empty when nothing is said.", "科长")
    heads = many(UnitMemberShape)
    members = many(UnitMemberShape)
    past_heads = many(HeadedShape)
    future_heads = many(HeadedShape)


class ChartShape(Shape):
    """The organisation on a day."""

    day = fields.Date(required=True, metadata={"description": "Which day.", "examples": ["2026-09-21"]})
    units = many(ChartUnitShape)
    unplaced = many(UnitMemberShape)


class ChartQuery(Shape):
    """Of which day."""

    on = fields.Date(load_default=None, metadata={"description": "Today when it is left out."})


@operation(blueprint, "GET", "/chart", name="getChart")
@blueprint.arguments(ChartQuery(), location="query")
@blueprint.response(200, ChartShape)
def shown(asked: dict[str, Any]) -> dict[str, Any]:
    """Read the chart of your organisation: units, heads, members, and who headed them when."""
    now = installation().clock.now()
    with reading(installation().engine) as connection:
        found = chart_of(connection, me().organisation, on=asked["on"] or day_of(now), at=now)
    return {
        "day": found.day,
        "units": [_unit(one) for one in found.units],
        "unplaced": [_member(one) for one in found.unplaced],
    }


def _unit(one: Unit) -> dict[str, Any]:
    headed = HeadedShape._declared_fields
    return {
        "slug": one.slug,
        "post": one.post,
        "heads": [_member(member) for member in one.heads],
        "members": [_member(member) for member in one.members],
        "past_heads": [{name: getattr(term, name) for name in headed} for term in one.past_heads],
        "future_heads": [{name: getattr(term, name) for name in headed} for term in one.future_heads],
    }


def _member(one: Member) -> dict[str, Any]:
    return {name: getattr(one, name) for name in UnitMemberShape._declared_fields}
