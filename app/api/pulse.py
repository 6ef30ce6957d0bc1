"""Whether anything has changed: asked often, answered with 304 as long as nothing has."""

from __future__ import annotations

import hashlib
from typing import Any, Final

import orjson
from flask import Response, request
from flask.typing import ResponseReturnValue
from marshmallow import EXCLUDE, Schema, fields, validate
from sqlalchemy import Connection

from app.api.describing import noun, operation
from app.api.looking import readable
from app.api.shapes import Shape, many, text, whole
from app.installation import installation
from app.live import pulse
from app.signing_in import me
from workflows.database import reading
from workflows.notifications.board import unread_count
from workflows.pulse import MOST_CASES

blueprint = noun("pulse", "Whether anything has changed; for pages and programs that are left running.")


class Asked(Schema):
    """What is to be watched besides one's boxes."""

    class Meta:
        unknown = EXCLUDE

    case = fields.List(
        fields.String(),
        load_default=[],
        validate=validate.Length(max=MOST_CASES),
        metadata={"description": "Numbers of cases you may read."},
    )
    watch = fields.List(
        fields.String(),
        load_default=[],
        validate=validate.Length(max=MOST_CASES),
        metadata={"description": "Permits that pages carry; others are passed over."},
    )


class BeatShape(Shape):
    """A box as it is now."""

    box = text("`mine`, `units` or `suspended`.", "units")
    count = whole("How many tasks; 1000 stands for any number above 999.", 14)
    mark = text("Another one as soon as something in the box is another.", "158104")


class WatchedShape(Shape):
    """A case that is watched."""

    case = text("As it was asked for: its number, or a permit.", "office-2026-00001")
    seq = whole("Number of its last event.", 7)


class PulseShape(Shape):
    """Boxes and cases as they are now."""

    boxes = many(BeatShape)
    cases = many(WatchedShape)
    unread = whole("How many notifications you have not read; 100 stands for any number above 99.", 3)


_UNCHANGED: Final = "Nothing has changed since the answer whose `ETag` is given as `If-None-Match`."


@operation(blueprint, "GET", "/pulse", name="getPulse", refuses=(403, 404, 422))
@blueprint.alt_response(304, description=_UNCHANGED, success=True)
@blueprint.arguments(Asked, location="query")
@blueprint.response(200, PulseShape)
def shown(asked: dict[str, Any]) -> ResponseReturnValue | dict[str, Any]:
    """Read whether anything has changed in your boxes, and in cases."""
    with reading(installation().engine) as connection:
        body = _told(connection, asked)
    tag = hashlib.sha256(orjson.dumps(body)).hexdigest()[:20]
    if request.if_none_match.contains(tag):
        unchanged = Response(status=304)
        unchanged.set_etag(tag)
        return unchanged
    # Not a dict to dump once more: it is as described.
    answer = Response(orjson.dumps(body), mimetype="application/json")
    answer.set_etag(tag)
    return answer


def _told(connection: Connection, asked: dict[str, Any]) -> dict[str, Any]:
    found = pulse(connection, asked["watch"])
    named = [{"case": number, "seq": readable(connection, number).seq} for number in asked["case"]]
    return {
        "boxes": [
            {"box": str(box), "count": beat.count, "mark": str(beat.mark)}
            for box, beat in found.boxes.items()
        ],
        "cases": [*named, *({"case": one, "seq": seq} for one, seq in found.cases.items())],
        "unread": unread_count(connection, me().user),
    }
