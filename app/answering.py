"""What a person has written into a form so far: posted values, uploads, and which button was pressed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import orjson
from flask import request
from werkzeug.datastructures import FileStorage, MultiDict

from app.installation import installation
from app.language import said
from workflows.attachments import MAX_BYTES, UNFILED, is_file_id, keep_file
from workflows.database import transaction
from workflows.errors import WorkflowError
from workflows.forms import parse_post
from workflows.forms.showing import change_rows

#: Name of the buttons; its value says what is to be done.
ACT: Final = "_act"
#: Before the path of a file field, the name its uploads come under.
UPLOAD: Final = "file:"
MAX_UPLOADS: Final = 20


@dataclass(frozen=True, kw_only=True)
class Answers:
    """The submission as ``judge`` takes it, and whether the person is done with it."""

    values: dict[str, Any]
    finished: bool
    #: Messages by path for uploads that were not accepted.
    errors: Mapping[str, str]

    @property
    def plain(self) -> dict[str, Any]:
        """The same as JSON values, to be kept with an incident."""
        values: dict[str, Any] = orjson.loads(orjson.dumps(self.values, default=float))
        return values


def posted_answers(schema: Mapping[str, Any] | None, *, user: str) -> Answers:
    """Read the form that was posted; a button that adds or removes a row has changed the rows already.

    Uploads are kept at once, outside any case, so that an error elsewhere in the form does not lose them.
    """
    post: MultiDict[str, str] = MultiDict(request.form)
    errors = dict(_keep_uploads(post, user))
    values = parse_post(schema, post) if schema is not None else {}
    act, _, path = request.form.get(ACT, "complete").partition(":")
    change_rows(values, add=path if act == "add" else "", remove=path if act == "remove" else "")
    return Answers(values=values, finished=act == "complete" and not errors, errors=errors)


def _keep_uploads(post: MultiDict[str, str], user: str) -> Iterator[tuple[str, str]]:
    count = 0
    for name in request.files:
        for upload in request.files.getlist(name):
            if not name.startswith(UPLOAD) or not upload.filename or count >= MAX_UPLOADS:
                continue
            count += 1
            path = name.removeprefix(UPLOAD)
            try:
                post.add(path, _keep(upload, user))
            except WorkflowError as refused:
                yield path, said(refused)


def _keep(upload: FileStorage, user: str) -> str:
    # One byte more than allowed is enough to see that it is too large.
    content = upload.stream.read(MAX_BYTES + 1)
    with transaction(installation().engine) as connection:
        return keep_file(
            connection,
            case_id=UNFILED,
            name=upload.filename or "",
            content=content,
            by=user,
            at=installation().clock.now(),
        )


def files_named(value: Any) -> set[str]:
    """Every text in a submission that may be the id of a file; those that are one are filed with the case."""
    if isinstance(value, str):
        return {value} if is_file_id(value) else set()
    inner = value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else ()
    return set().union(*(files_named(item) for item in inner))
