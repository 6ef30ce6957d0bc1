"""Attachments: files are uploaded first, and belong to a case once a form that names them is accepted."""

from __future__ import annotations

import hashlib
from typing import Any

from flask import Response
from flask_smorest.fields import Upload
from werkzeug.datastructures import FileStorage

from app import files
from app.api.describing import noun, operation
from app.api.looking import readable
from app.api.shapes import Shape, many, text, whole
from app.installation import installation
from app.signing_in import me
from workflows.attachments import MAX_BYTES, UNFILED, keep_file, media_type, plain_name
from workflows.database import reading, transaction
from workflows.reading.case_file import names_of_files

blueprint = noun("attachments", "Files of a case.")


class UploadShape(Shape):
    """A file to keep."""

    file = Upload(
        required=True, metadata={"description": "At most 20 MB: documents, tables, pictures, recordings."}
    )


class KeptShape(Shape):
    """A file that was kept; name it by its id in a form within the day."""

    id = text("What a form names it by.", "5f1c0d3c8b7e4a0f9d2e6c1b0a998877")
    name = text("Its name, without folders and signs.", "营业执照.pdf")
    media_type = text("By its ending and its first bytes.", "application/pdf")
    size = whole("Bytes.", 48213)
    sha256 = text("SHA-256 of its content, in hex.", "9f86d081884c7d65…")


class FileLineShape(Shape):
    """A file of a case."""

    id = text("Its id.", "5f1c0d3c8b7e4a0f9d2e6c1b0a998877")
    name = text("Its name.", "营业执照.pdf")


class FilesShape(Shape):
    """Files of a case."""

    items = many(FileLineShape)


@operation(blueprint, "POST", "/attachments", name="uploadFile", refuses=(400, 413, 415, 422))
@blueprint.arguments(UploadShape, location="files")
@blueprint.response(201, KeptShape)
def uploaded(given: dict[str, FileStorage]) -> dict[str, Any]:
    """Upload a file; it belongs to you until a form that names it is accepted."""
    upload = given["file"]
    # One byte more than allowed is enough to see that it is too large.
    content = upload.stream.read(MAX_BYTES + 1)
    name = upload.filename or ""
    with transaction(installation().engine) as connection:
        identifier = keep_file(
            connection,
            case_id=UNFILED,
            name=name,
            content=content,
            by=me().user,
            at=installation().clock.now(),
        )
    shown = plain_name(name)
    return {
        "id": identifier,
        "name": shown,
        "media_type": media_type(shown, content),
        "size": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
    }


@operation(blueprint, "GET", "/cases/<case_number>/attachments", name="listFiles", refuses=(403, 404))
@blueprint.response(200, FilesShape)
def listed(case_number: str) -> dict[str, Any]:
    """List the files of a case."""
    with reading(installation().engine) as connection:
        found = names_of_files(connection, readable(connection, case_number).id)
    return {"items": [{"id": identifier, "name": name} for identifier, name in found.items()]}


@operation(
    blueprint, "GET", "/cases/<case_number>/attachments/<identifier>", name="downloadFile", refuses=(404,)
)
@blueprint.response(
    200,
    {"type": "string", "format": "binary"},
    content_type="application/octet-stream",
    description="The file, under its own media type",
)
def downloaded(case_number: str, identifier: str) -> Response:
    """Download a file; also for those whose open task belongs to the case."""
    answer = files.download(case_number, identifier)
    assert isinstance(answer, Response)
    return answer
