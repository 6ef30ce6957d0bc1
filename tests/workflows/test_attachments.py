"""Files of cases: what is accepted, and what becomes of it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import Engine

from workflows.attachments import (
    MAX_BYTES,
    FileEmpty,
    FileTooLarge,
    FileTypeRefused,
    NoSuchFile,
    file_under,
    keep_file,
    load_file,
    media_type,
    plain_name,
    usable_files,
)
from workflows.database import transaction

AT = datetime(2026, 9, 21, 1, tzinfo=UTC)
PNG = b"\x89PNG\r\n\x1a\n" + bytes(8)


def keep(engine: Engine, name: str = "照片.png", content: bytes = PNG, by: str = "anna") -> str:
    with transaction(engine) as connection:
        return keep_file(connection, case_id=0, name=name, content=content, by=by, at=AT)


def test_a_file_comes_back_as_it_was_with_its_hash(engine: Engine) -> None:
    identifier = keep(engine)
    with transaction(engine) as connection:
        found = load_file(connection, identifier)
    assert (found.name, found.content, found.media_type) == ("照片.png", PNG, "image/png")
    assert len(found.sha256) == 64


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.exe", b"MZ"),
        ("a.png", b"MZ"),
        ("png", PNG),
        ("a.html", b"<p>"),
        ("a.svg", b"<svg>"),
        ("a.pdf.exe", b"%PDF-"),
    ],
)
def test_a_file_must_be_of_a_known_type_and_what_its_name_says(name: str, content: bytes) -> None:
    with pytest.raises(FileTypeRefused):
        media_type(name, content)


def test_empty_and_enormous_files_are_refused(engine: Engine) -> None:
    with pytest.raises(FileEmpty):
        keep(engine, content=b"")
    with pytest.raises(FileTooLarge):
        keep(engine, content=PNG + bytes(MAX_BYTES))


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("C:\\Users\\x\\证明.PDF", "证明.PDF"),
        ("../../etc/passwd.txt", "passwd.txt"),
        ("a\x00b\u202e.pdf", "ab.pdf"),
        ('q"<>|?*.png', "q.png"),
        ("长" * 300 + ".pdf", "长" * 116 + ".pdf"),
        ("", "file"),
    ],
)
def test_names_are_made_plain(given: str, kept: str) -> None:
    assert plain_name(given) == kept


def test_an_upload_belongs_to_who_sent_it_until_it_is_filed(engine: Engine) -> None:
    identifier = keep(engine)
    with transaction(engine) as connection:
        assert usable_files(connection, case_id=7, user="anna") == {identifier: "照片.png"}
        assert usable_files(connection, case_id=7, user="bob") == {}
        file_under(connection, case_id=7, ids=[identifier], user="bob")
        assert load_file(connection, identifier).case_id == 0
        file_under(connection, case_id=7, ids=[identifier], user="anna")
        assert usable_files(connection, case_id=7, user="bob") == {identifier: "照片.png"}
        assert usable_files(connection, case_id=8, user="anna") == {}


def test_a_filed_upload_cannot_be_moved_to_another_case(engine: Engine) -> None:
    identifier = keep(engine)
    with transaction(engine) as connection:
        file_under(connection, case_id=7, ids=[identifier], user="anna")
        file_under(connection, case_id=8, ids=[identifier], user="anna")
        assert load_file(connection, identifier).case_id == 7


def test_a_file_that_does_not_exist_is_said_so(engine: Engine) -> None:
    with transaction(engine) as connection, pytest.raises(NoSuchFile):
        load_file(connection, "x")
