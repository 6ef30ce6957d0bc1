"""Materials: files kept while a checklist is filled in, looked at without leaving the page."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import quote

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue
from sqlalchemy import Connection

from app.case_view import case_view
from app.files import files_seen
from app.installation import installation
from app.language import said
from app.messages import gettext as _
from app.signing_in import me
from workflows.attachments import (
    MAX_BYTES,
    UNFILED,
    NoSuchFile,
    StoredFile,
    keep_file,
    load_file,
)
from workflows.database import reading, transaction
from workflows.errors import WorkflowError
from workflows.reading.case_file import number_of

blueprint = Blueprint("material_pages", __name__, url_prefix="/materials")

#: What browsers show by themselves. A PDF viewer does not work in a sandbox; nothing in a picture may act.
_PICTURES: Final = frozenset({"image/jpeg", "image/png"})
_SHOWN: Final = _PICTURES | {"application/pdf"}
_PDF_POLICY: Final = (
    "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'self'"
)
_POLICY: Final = "default-src 'none'; frame-ancestors 'self'; sandbox"


@blueprint.app_template_global("material_state")
def material_state(state: str) -> str:
    """What people call the state of a material."""
    words = {
        "missing": _("缺"),
        "handed-in": _("已交"),
        "tolerated": _("容缺"),
        "not-needed": _("不需要"),
    }
    return words.get(state, state)


@blueprint.post("")
def keep() -> ResponseReturnValue:
    """Keep one file for the form it will be named in; it is its sender's until then."""
    upload = request.files.get("file")
    if upload is None or not upload.filename:
        return {"message": _("没有收到文件。")}, 422
    content = upload.stream.read(MAX_BYTES + 1)
    try:
        with transaction(installation().engine) as connection:
            identifier = keep_file(
                connection,
                case_id=UNFILED,
                name=upload.filename,
                content=content,
                by=me().user,
                at=installation().clock.now(),
            )
            file = load_file(connection, identifier)
    except WorkflowError as refused:
        return {"message": said(refused)}, 422
    return _facts(file), 201


@blueprint.get("/<identifier>")
def preview(identifier: str) -> ResponseReturnValue:
    """A file as browsers show it, otherwise to download: for who sent it, and for who sees it in its case."""
    with reading(installation().engine) as connection:
        file = load_file(connection, identifier)
        if not _may_see(connection, file):
            raise NoSuchFile(id=identifier)
    return _inline(file)


def _may_see(connection: Connection, file: StoredFile) -> bool:
    if file.case_id == UNFILED:
        return file.uploaded_by == me().user
    return file.id in files_seen(connection, case_view(connection, number_of(connection, file.case_id)))


def _inline(file: StoredFile) -> Response:
    shown = file.media_type in _SHOWN
    response = Response(file.content, mimetype=file.media_type)
    way = "inline" if shown else "attachment"
    response.headers["Content-Disposition"] = f"{way}; filename*=UTF-8''{quote(file.name)}"
    is_pdf = file.media_type == "application/pdf"
    response.headers["Content-Security-Policy"] = _PDF_POLICY if is_pdf else _POLICY
    response.headers["X-Frame-Options"] = "SAMEORIGIN"
    response.headers["Cache-Control"] = "no-store"
    return response


def _facts(file: StoredFile) -> dict[str, Any]:
    return {
        "id": file.id,
        "name": file.name,
        "media_type": file.media_type,
        "size": len(file.content),
        "sha256": file.sha256,
    }
