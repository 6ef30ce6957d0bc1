"""Drafts and what surrounds them over REST: calls that succeed and calls that are refused."""

from __future__ import annotations

from typing import Any

from werkzeug.test import TestResponse

from tests.app.api.conftest import GIVEN, Call, Programs
from tests.app.conftest import KEY

WRITTEN = {"data": {"opinion": "材料还缺一页"}, "base": 0}
SENT = {
    "draft": WRITTEN,
    "complete": {"data": {"opinion": "齐全"}},
    "lend": {"to": "li.si", "reason": "请先看看"},
}
START = f"/definitions/{KEY}/start/draft"


def about(method: str, rest: str, *before: tuple[str, str], by: str = "zhang.san", **options: Any) -> Call:
    """A call about the first task of a fresh case, after others by (person, act)."""

    def call(office: Programs) -> TestResponse:
        office.open_case()
        task = office.task("check")
        for person, act in before:
            method_of_it = "PUT" if act == "draft" else "POST"
            office.call(person, method_of_it, f"{task}/{act}", json=SENT.get(act))
        return office.call(by, method, f"{task}/{rest}", **options)

    return call


def of_start(method: str, *, by: str = "zhang.san", **options: Any) -> Call:
    def call(office: Programs) -> TestResponse:
        office.call("zhang.san", "PUT", START, json={"data": {"applicant": "张三某"}})
        return office.call(by, method, START, **options)

    return call


def foretold(by: str, **given: Any) -> Call:
    return lambda office: office.call(by, "POST", f"/definitions/{KEY}/start/forecast", json=given)


GOOD: dict[str, Call] = {
    "getDraft": about("GET", "draft", ("zhang.san", "draft")),
    "saveDraft": about("PUT", "draft", json=WRITTEN),
    "deleteDraft": about("DELETE", "draft", ("zhang.san", "draft")),
    "listWriters": about("GET", "writers", ("li.si", "draft")),
    "forecastTask": about("POST", "forecast", json={"data": {"opinion": "齐全"}}),
    "listEarlierAnswers": about("GET", "earlier"),
    "getStartDraft": of_start("GET"),
    "saveStartDraft": of_start("PUT", json={"data": {"applicant": "张三某"}, "base": 1}),
    "deleteStartDraft": of_start("DELETE"),
    "forecastStart": foretold("zhang.san", data=GIVEN),
}
REFUSED: list[tuple[str, int, str, Call]] = [
    ("getDraft", 404, "no-such-draft", about("GET", "draft", ("li.si", "draft"))),
    ("getDraft", 403, "not-permitted", about("GET", "draft", by="outsider")),
    ("saveDraft", 403, "not-permitted", about("PUT", "draft", by="wang.wu", json=WRITTEN)),
    (
        "saveDraft",
        409,
        "task-claimed-by-another",
        about("PUT", "draft", ("li.si", "claim"), json=WRITTEN),
    ),
    ("saveDraft", 409, "task-not-open", about("PUT", "draft", ("zhang.san", "complete"), json=WRITTEN)),
    ("saveDraft", 413, "draft-too-large", about("PUT", "draft", json={"data": {"opinion": "长" * 70_000}})),
    ("deleteDraft", 403, "not-permitted", about("DELETE", "draft", by="outsider")),
    ("listWriters", 403, "not-permitted", about("GET", "writers", by="wang.wu")),
    ("listWriters", 409, "task-not-open", about("GET", "writers", ("zhang.san", "complete"))),
    ("forecastTask", 403, "not-permitted", about("POST", "forecast", by="han", json={})),
    ("forecastTask", 409, "task-not-open", about("POST", "forecast", ("zhang.san", "complete"), json={})),
    ("listEarlierAnswers", 403, "not-permitted", about("GET", "earlier", by="wang.wu")),
    (
        "listEarlierAnswers",
        409,
        "task-lent",
        about("GET", "earlier", ("zhang.san", "claim"), ("zhang.san", "lend")),
    ),
    ("getStartDraft", 404, "no-such-draft", of_start("GET", by="shen")),
    ("getStartDraft", 404, "no-such-definition", of_start("GET", by="outsider")),
    ("saveStartDraft", 404, "no-such-definition", of_start("PUT", by="outsider", json=WRITTEN)),
    ("deleteStartDraft", 404, "no-such-definition", of_start("DELETE", by="outsider")),
    ("forecastStart", 404, "no-such-definition", foretold("outsider")),
]
#: What an address about a case is sent, so that only the case is at fault.
BODIES = {"saveDraft": WRITTEN, "forecastTask": {"data": {}}}
