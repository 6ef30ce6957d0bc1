"""Files of a case, handed out as downloads only."""

from __future__ import annotations

from urllib.parse import quote

from flask import Blueprint, Response
from flask.typing import ResponseReturnValue
from sqlalchemy import Connection

from app.case_view import CaseView, case_view
from app.installation import installation
from app.signing_in import me
from workflows.attachments import NoSuchFile, load_file
from workflows.database import reading
from workflows.reading.access import may_see_case, own_tasks
from workflows.reading.case_file import names_of_files
from workflows.reading.task_sheet import task_sheet

blueprint = Blueprint("files", __name__, url_prefix="/cases/<case_number>/files")


@blueprint.get("/<identifier>")
def download(case_number: str, identifier: str) -> ResponseReturnValue:
    """A file, for those who may read the case, and for those whose task shows it."""
    with reading(installation().engine) as connection:
        view = case_view(connection, case_number)
        file = load_file(connection, identifier)
        if file.case_id != view.case.id or identifier not in files_seen(connection, view):
            raise NoSuchFile(id=identifier)
    response = Response(file.content, mimetype=file.media_type)
    response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(file.name)}"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["Cache-Control"] = "no-store"
    return response


def files_seen(connection: Connection, view: CaseView) -> dict[str, str]:
    """Id → name of the files of a case this person may see: all, or those that tasks of theirs show."""
    person, case = me(), view.case
    if may_see_case(person, case):
        return names_of_files(connection, case.id)
    sheets = (task_sheet(connection, case, view.law, task, now=view.now) for task in own_tasks(person, case))
    shown = frozenset[str]().union(*(sheet.files for sheet in sheets))
    return {
        identifier: name
        for identifier, name in names_of_files(connection, case.id).items()
        if identifier in shown
    }
