"""Files kept while a form is filled in: whose they are, and how they are looked at."""

from __future__ import annotations

from io import BytesIO

import pytest
from werkzeug.test import TestResponse

from tests.app.conftest import Site

PDF = b"%PDF-1.4\n%%EOF\n"
PNG = b"\x89PNG\r\n\x1a\n"


def send(site: Site, name: str, content: bytes, by: str = "zhang.san") -> TestResponse:
    return site.client(by).post("/materials", data={"file": (BytesIO(content), name)})


def test_a_file_that_was_sent_is_its_senders_until_a_form_names_it(site: Site) -> None:
    sent = send(site, "申请书.pdf", PDF)
    assert sent.status_code == 201
    assert (sent.json["name"], sent.json["size"], len(sent.json["sha256"])) == ("申请书.pdf", len(PDF), 64)
    address = f"/materials/{sent.json['id']}"
    assert site.client("zhang.san").get(address).data == PDF
    for somebody in ("li.si", "wang.wu", "zhao.liu", "han", "elsewhere"):
        assert site.client(somebody).get(address).status_code == 404, somebody


@pytest.mark.parametrize(
    ("name", "content", "way", "sandboxed"),
    [
        ("申请书.pdf", PDF, "inline", False),
        ("照片.png", PNG, "inline", True),
        ("说明.txt", "说明".encode(), "attachment", True),
    ],
)
def test_what_browsers_show_is_shown_in_a_frame_of_ours_and_can_do_nothing(
    site: Site, name: str, content: bytes, way: str, sandboxed: bool
) -> None:
    found = site.client("zhang.san").get(f"/materials/{send(site, name, content).json['id']}")
    assert found.headers["Content-Disposition"].startswith(way)
    policy = found.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'")
    assert "frame-ancestors 'self'" in policy
    assert ("sandbox" in policy) is sandboxed
    assert found.headers["X-Frame-Options"] == "SAMEORIGIN"
    assert found.headers["X-Content-Type-Options"] == "nosniff"
    assert found.headers["Cache-Control"] == "no-store"


def test_what_is_no_such_file_is_refused_in_words(site: Site) -> None:
    refused = send(site, "照片.png", PDF)
    assert refused.status_code == 422
    assert "照片.png" in refused.json["message"]
    assert site.client("zhang.san").post("/materials").status_code == 422
