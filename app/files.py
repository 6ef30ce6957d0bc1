"""Files of a case, handed out as downloads only."""

from __future__ import annotations

from urllib.parse import quote

from flask import Blueprint, Response
from flask.typing import ResponseReturnValue

from app.case_view import case_view
from app.installation import installation
from app.signing_in import me
from workflows.attachments import NoSuchFile, load_file
from workflows.database import reading
from workflows.reading.access import may_do_task, may_see_case

blueprint = Blueprint("files", __name__, url_prefix="/cases/<case_number>/files")


@blueprint.get("/<identifier>")
def download(case_number: str, identifier: str) -> ResponseReturnValue:
    """A file, for those who may read the case, and for those whose open task names it."""
    with reading(installation().engine) as connection:
        view = case_view(connection, case_number)
        file = load_file(connection, identifier)
        own_task = any(may_do_task(me(), task) for task in view.case.open_tasks)
        if file.case_id != view.case.id or me().organisation != view.case.organisation:
            raise NoSuchFile(id=identifier)
        if not (may_see_case(me(), view.case) or own_task):
            raise NoSuchFile(id=identifier)
    response = Response(file.content, mimetype=file.media_type)
    response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(file.name)}"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["Cache-Control"] = "no-store"
    return response
