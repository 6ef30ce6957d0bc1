"""Files that belong to a case: kept in the database with their hash, so that a backup has everything."""

from __future__ import annotations

import hashlib
import re
import unicodedata
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, insert, or_, select, update

from workflows.errors import WorkflowError
from workflows.tables import attachments

MAX_BYTES: Final = 20 * 1024 * 1024
MAX_NAME: Final = 120
#: Not in a case yet: uploaded on the form that will open it.
UNFILED: Final = 0

_ID_LENGTH: Final = 32
_HEXADECIMAL: Final = frozenset("0123456789abcdef")

#: Ending → media type, and how such a file begins; the type is ours, never the sender's word.
_TYPES: Final[dict[str, tuple[str, tuple[bytes, ...]]]] = {
    "pdf": ("application/pdf", (b"%PDF-",)),
    "jpg": ("image/jpeg", (b"\xff\xd8\xff",)),
    "jpeg": ("image/jpeg", (b"\xff\xd8\xff",)),
    "png": ("image/png", (b"\x89PNG\r\n\x1a\n",)),
    "docx": ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", (b"PK\x03\x04",)),
    "xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", (b"PK\x03\x04",)),
    "doc": ("application/msword", (b"\xd0\xcf\x11\xe0",)),
    "xls": ("application/vnd.ms-excel", (b"\xd0\xcf\x11\xe0",)),
    "wps": ("application/vnd.ms-works", (b"\xd0\xcf\x11\xe0",)),
    "ofd": ("application/ofd", (b"PK\x03\x04",)),
    "txt": ("text/plain", ()),
    "csv": ("text/csv", ()),
    "mp3": ("audio/mpeg", (b"ID3", b"\xff\xfb", b"\xff\xf3", b"\xff\xf2")),
    "m4a": ("audio/mp4", ()),
    "mp4": ("video/mp4", ()),
}
#: For the ``accept`` of an upload field.
ENDINGS: Final = tuple(sorted(f".{ending}" for ending in _TYPES))


class FileTooLarge(WorkflowError):
    """The file is larger than 20 MB."""

    code = "file-too-large"
    message_zh = "文件“{name}”超过20MB,请压缩或分开上传。"


class FileTypeRefused(WorkflowError):
    """Files of this type are not accepted, or the content is not what the name says."""

    code = "file-type-refused"
    message_zh = "不接受文件“{name}”:只能上传文档、表格、图片和录音录像,且内容须与扩展名一致。"


class FileEmpty(WorkflowError):
    """The file is empty."""

    code = "file-empty"
    message_zh = "文件“{name}”是空的。"


class NoSuchFile(WorkflowError):
    """There is no such file in this case."""

    code = "no-such-file"
    message_zh = "没有这个附件。"


@dataclass(frozen=True, kw_only=True)
class StoredFile:
    """A file with its content."""

    id: str
    case_id: int
    name: str
    media_type: str
    sha256: str
    uploaded_by: str
    content: bytes


def keep_file(
    connection: Connection, *, case_id: int, name: str, content: bytes, by: str, at: datetime
) -> str:
    """Keep a file and return its id. Raises ``FileTooLarge``, ``FileEmpty``, ``FileTypeRefused``."""
    shown = plain_name(name)
    if len(content) > MAX_BYTES:
        raise FileTooLarge(name=shown)
    if not content:
        raise FileEmpty(name=shown)
    identifier = uuid.uuid4().hex
    connection.execute(
        insert(attachments).values(
            id=identifier,
            case_id=case_id,
            name=shown,
            media_type=media_type(shown, content),
            size=len(content),
            sha256=hashlib.sha256(content).hexdigest(),
            content=content,
            uploaded_at=at,
            uploaded_by=by,
        )
    )
    return identifier


def is_file_id(text: str) -> bool:
    """Whether a text is written like the id of a file: 32 hexadecimal digits."""
    return len(text) == _ID_LENGTH and set(text) <= _HEXADECIMAL


def media_type(name: str, content: bytes) -> str:
    """The type of a file by its ending, which its first bytes must bear out. Raises ``FileTypeRefused``."""
    _, dot, ending = name.rpartition(".")
    kind, beginnings = _TYPES.get(ending.lower(), (None, ())) if dot else (None, ())
    if kind is None or (beginnings and not content.startswith(beginnings)):
        raise FileTypeRefused(name=name)
    return kind


def specimen(name: str, text: str) -> bytes:
    """A small content that passes for a file of this name, to try things with. Raises ``FileTypeRefused``."""
    content = text.encode()
    _, beginnings = _TYPES.get(name.rpartition(".")[2].lower(), (None, ()))
    made = (beginnings[0] if beginnings else b"") + content
    media_type(name, made)
    return made


def plain_name(name: str) -> str:
    """A file name without folders, control characters and excess length; the ending is kept."""
    last = re.split(r"[\\/]", unicodedata.normalize("NFC", name))[-1]
    clean = "".join(c for c in last if unicodedata.category(c)[0] != "C" and c not in '<>:"|?*').strip()
    stem, dot, ending = clean.rpartition(".")
    return f"{stem[: MAX_NAME - len(ending) - 1]}{dot}{ending}" if dot else clean[:MAX_NAME] or "file"


def usable_files(connection: Connection, *, case_id: int, user: str) -> dict[str, str]:
    """Id → name of the files a form of a case may name: those of the case, and one's own unfiled ones."""
    own = (attachments.c.case_id == UNFILED) & (attachments.c.uploaded_by == user)
    mine = own if case_id == UNFILED else or_(attachments.c.case_id == case_id, own)
    query = select(attachments.c.id, attachments.c.name).where(mine)
    return {row.id: row.name for row in connection.execute(query)}


def file_under(connection: Connection, *, case_id: int, ids: Iterable[str], user: str) -> None:
    """Put a person's unfiled files into a case."""
    wanted = list(ids)
    if wanted:
        connection.execute(
            update(attachments)
            .where(
                attachments.c.id.in_(wanted),
                attachments.c.case_id == UNFILED,
                attachments.c.uploaded_by == user,
            )
            .values(case_id=case_id)
        )


def load_file(connection: Connection, identifier: str) -> StoredFile:
    """A file with its content. Raises ``NoSuchFile``."""
    row = connection.execute(select(attachments).where(attachments.c.id == identifier)).one_or_none()
    if row is None:
        raise NoSuchFile(id=identifier)
    return StoredFile(
        id=row.id,
        case_id=row.case_id,
        name=row.name,
        media_type=row.media_type,
        sha256=row.sha256,
        uploaded_by=row.uploaded_by,
        content=row.content,
    )
