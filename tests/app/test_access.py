"""Every address and every kind of person: who gets what. An address without a row here fails."""

from __future__ import annotations

import pytest
from flask import url_for
from flask.testing import FlaskClient
from sqlalchemy import select

from tests.app.conftest import KEY, Site
from workflows import tables
from workflows.database import transaction

#: Clerk and leader of the unit, another unit, process administrator, auditor, another organisation.
EVERYBODY = ("zhang.san", "wang.wu", "outsider", "zhao.liu", "han", "elsewhere")
CASE = {"case_number": "t-2026-00001"}
TASK = {**CASE, "number": "check"}
BOOK = {"slug": "permits"}
VISIT = {"number": "visit"}
OK, MOVED, NO, NONE, GONE, BAD = 200, 302, 403, 404, 409, 400
#: endpoint → (method, arguments, statuses in the order of EVERYBODY)
PAGES: dict[str, tuple[str, dict[str, object], tuple[int, ...]]] = {
    "home.show": ("GET", {}, (OK,) * 6),
    "home.member": ("GET", {"user": "li.si"}, (NONE, OK, NONE, NONE, NONE, NONE)),
    "comment_pages.show": ("GET", CASE, (OK, OK, NO, OK, OK, NONE)),
    "comment_pages.write": ("POST", CASE, (422, 422, NO, 422, 422, NONE)),
    "comment_pages.take_back": ("POST", {**CASE, "seq": 1}, (NONE, NONE, NO, NONE, NONE, NONE)),
    "comment_pages.colleagues": ("GET", CASE, (OK, OK, NO, OK, OK, NONE)),
    "live_pages.news": ("GET", CASE, (OK, OK, NO, OK, OK, NONE)),
    "inbox.show": ("GET", {}, (OK,) * 6),
    "inbox.find": ("GET", {"q": "t-2026-00001"}, (MOVED,) * 6),
    "queue_pages.take": ("POST", {}, (MOVED,) * 6),
    "queue_pages.columns": ("POST", {}, (MOVED,) * 6),
    "queue_pages.save": ("POST", {}, (MOVED,) * 6),
    "queue_pages.deleting": ("GET", {"identifier": 1}, (NONE,) * 6),
    "queue_pages.delete": ("POST", {"identifier": 1}, (NONE,) * 6),
    "queue_pages.table": ("GET", {"box": "units"}, (OK,) * 6),
    "search_pages.show": ("GET", {"q": "t-2026-00001"}, (OK,) * 6),
    "search_pages.table": ("GET", {"q": "t-2026-00001"}, (OK,) * 6),
    "sending.form": ("GET", {**CASE, "number": 1}, (GONE, GONE, NO, GONE, GONE, NONE)),
    "sending.send": ("POST", {**CASE, "number": 1}, (GONE, GONE, NO, GONE, GONE, NONE)),
    "starting.choose": ("GET", {}, (OK,) * 6),
    "starting.form": ("GET", {"key": KEY}, (OK, NONE, NONE, NONE, NONE, NONE)),
    "starting.begin": ("POST", {"key": KEY}, (422, NONE, NONE, NONE, NONE, NONE)),
    "case_pages.show": ("GET", CASE, (OK, OK, NO, OK, OK, NONE)),
    "case_pages.diagram": ("GET", CASE, (OK, OK, NO, OK, OK, NONE)),
    "cancelling.form": ("GET", CASE, (NO, NO, NO, OK, NO, NONE)),
    "cancelling.cancel": ("POST", CASE, (NO, NO, NO, 422, NO, NONE)),
    "case_pages.proof": ("GET", CASE, (NO, NO, NO, OK, OK, NONE)),
    "clock_pages.show": ("GET", {**CASE, "number": "clock"}, (OK, OK, NO, OK, OK, NONE)),
    "clock_pages.of_task": ("GET", TASK, (MOVED, MOVED, NO, MOVED, MOVED, NONE)),
    "clock_pages.notice": ("GET", {**CASE, "seq": 1}, (NONE, NONE, NO, NONE, NONE, NONE)),
    "clock_acts.suspending": ("GET", CASE, (OK, NO, NO, NO, NO, NONE)),
    "clock_acts.suspend": ("POST", CASE, (422, NO, NO, NO, NO, NONE)),
    "clock_acts.resuming": ("GET", CASE, (OK, NO, NO, NO, NO, NONE)),
    "clock_acts.resume": ("POST", CASE, (422, NO, NO, NO, NO, NONE)),
    "clock_acts.ordering": ("GET", {**CASE, "number": "clock"}, (NO, OK, NO, NO, NO, NONE)),
    "clock_acts.order": ("POST", {**CASE, "number": "clock"}, (NO, 422, NO, NO, NO, NONE)),
    "extension_pages.asking": ("GET", {**CASE, "number": "clock"}, (OK, OK, NO, NO, NO, NONE)),
    "extension_pages.ask": ("POST", {**CASE, "number": "clock"}, (422, 422, NO, NO, NO, NONE)),
    "extension_pages.deciding": ("GET", {**CASE, "identifier": 1}, (NONE, NONE, NO, NONE, NONE, NONE)),
    "extension_pages.decide": ("POST", {**CASE, "identifier": 1}, (NONE, NONE, NO, NONE, NONE, NONE)),
    "replay_pages.drawing": ("GET", CASE, (OK, OK, NO, OK, OK, NONE)),
    "replay_pages.show": ("GET", CASE, (NO, NO, NO, OK, OK, NONE)),
    "replay_pages.steps": ("GET", CASE, (NO, NO, NO, OK, OK, NONE)),
    "replay_pages.verdict": ("GET", CASE, (NO, NO, NO, OK, OK, NONE)),
    "task_page.show": ("GET", TASK, (OK, OK, NO, OK, OK, NONE)),
    "task_page.work": ("POST", TASK, (422, NO, NO, NO, NO, NONE)),
    "task_page.claim": ("POST", TASK, (MOVED, NO, NO, NO, NO, NONE)),
    "task_page.release": ("POST", TASK, (MOVED, NO, NO, NO, NO, NONE)),
    "draft_pages.save": ("POST", TASK, (OK, NO, NO, NO, NO, NONE)),
    # Whoever has none of their own there has none to put aside, and nobody else's is in reach.
    "draft_pages.discard": ("POST", TASK, (NONE, NONE, NO, NONE, NONE, NONE)),
    "draft_pages.undo": ("POST", TASK, (NONE, NONE, NO, NONE, NONE, NONE)),
    "draft_pages.save_start": ("POST", {"key": KEY}, (OK, NONE, NONE, NONE, NONE, NONE)),
    "draft_pages.discard_start": ("POST", {"key": KEY}, (NONE,) * 6),
    "draft_pages.undo_start": ("POST", {"key": KEY}, (NONE,) * 6),
    "forecasting.show": ("POST", TASK, (OK, NO, NO, NO, NO, NONE)),
    "starting.foretold": ("POST", {"key": KEY}, (OK, NONE, NONE, NONE, NONE, NONE)),
    "notice_pages.of_task": ("GET", TASK, (OK, OK, NO, OK, OK, NONE)),
    "notice_pages.issued": ("GET", {**CASE, "identifier": 1}, (NONE, NONE, NO, NONE, NONE, NONE)),
    "files.download": ("GET", {**CASE, "identifier": "x"}, (NONE,) * 6),
    "material_pages.keep": ("POST", {}, (422,) * 6),
    "material_pages.preview": ("GET", {"identifier": "x"}, (NONE,) * 6),
    "incidents.retry": ("POST", {**CASE, "identifier": 1}, (GONE, GONE, NO, GONE, GONE, NONE)),
    "incidents.set_data": ("POST", CASE, (422, 422, NO, 422, 422, NONE)),
    "clock_page.show": ("GET", {}, (NO, NO, NO, OK, NO, OK)),
    "clock_page.set_forward": ("POST", {}, (NO, NO, NO, BAD, NO, BAD)),
    "receipt_pages.show": ("GET", CASE, (OK, OK, NO, NO, NO, NONE)),
    "receipt_pages.renew": ("POST", CASE, (MOVED, MOVED, NO, NO, NO, NONE)),
    "people_pages.show": ("GET", {}, (NO, NO, NO, OK, NO, OK)),
    "people_pages.groups": ("GET", {}, (NO, NO, NO, OK, NO, OK)),
    "people_pages.new": ("GET", {}, (NO, NO, NO, OK, NO, OK)),
    "people_pages.add": ("POST", {}, (NO, NO, NO, 422, NO, 422)),
    "people_pages.person": ("GET", {"user": "li.si"}, (NO, NO, NO, OK, NO, NONE)),
    "people_pages.change": ("POST", {"user": "li.si"}, (NO, NO, NO, 422, NO, NONE)),
    "people_pages.reset": ("POST", {"user": "li.si"}, (NO, NO, NO, OK, NO, NONE)),
    "people_pages.confirm": ("GET", {"user": "li.si"}, (NO, NO, NO, OK, NO, NONE)),
    "people_pages.deactivate": ("POST", {"user": "li.si"}, (NO, NO, NO, MOVED, NO, NONE)),
    "leaving_pages.show": ("GET", {"user": "li.si"}, (NO, NO, NO, OK, NO, NONE)),
    "leaving_pages.enter": ("POST", {"user": "li.si"}, (NO, NO, NO, 422, NO, NONE)),
    "leaving_pages.call_off": ("POST", {"user": "li.si"}, (NO, NO, NO, NONE, NO, NONE)),
    "chart_page.show": ("GET", {}, (OK,) * 6),
    "account_page.show": ("GET", {}, (OK,) * 6),
    "account_page.change": ("POST", {}, (422,) * 6),
    "register_pages.choose": ("GET", {}, (OK,) * 6),
    "register_pages.show": ("GET", BOOK, (OK, OK, NONE, OK, OK, NONE)),
    "register_pages.printed": ("GET", BOOK, (OK, OK, NONE, OK, OK, NONE)),
    "register_pages.table": ("GET", BOOK, (OK, OK, NONE, OK, OK, NONE)),
    "deadline_pages.show": ("GET", {}, (OK,) * 6),
    "deadline_pages.month": ("GET", {"day": "2026-09-23"}, (OK,) * 6),
    # Decided by those whom an organisation names; looked at by them and by those who watch over it.
    "ground_pages.show": ("GET", {}, (NO, NO, NO, OK, OK, OK)),
    "ground_pages.one": ("GET", {"identifier": 1}, (NO, NO, NO, NONE, NONE, NONE)),
    "ground_pages.decide": ("POST", {"identifier": 1}, (NO, NO, NO, NONE, NONE, NONE)),
    "calendar_pages.show": ("GET", {}, (OK,) * 6),
    "calendar_pages.year": ("GET", {"year": 2027}, (OK,) * 6),
    "calendar_pages.form": ("GET", {}, (NO, NO, NO, OK, NO, OK)),
    "calendar_pages.look": ("POST", {}, (NO, NO, NO, 422, NO, 422)),
    "calendar_pages.again": ("GET", {}, (MOVED,) * 6),
    "calendar_pages.apply": ("POST", {}, (NO, NO, NO, 422, NO, 422)),
    "calendar_pages.batches": ("GET", {}, (NO, NO, NO, OK, OK, OK)),
    "calendar_pages.batch": ("GET", {"identifier": 1}, (NO, NO, NO, NONE, NONE, NONE)),
    "calendar_pages.confirm": ("GET", {"identifier": 1}, (NO, NO, NO, NONE, NO, NONE)),
    "calendar_pages.undo": ("POST", {"identifier": 1}, (NO, NO, NO, NONE, NO, NONE)),
    "verb_pages.form": ("GET", {**TASK, "verb": "lend"}, (OK, MOVED, NO, MOVED, MOVED, NONE)),
    "verb_pages.act": ("POST", {**TASK, "verb": "urge"}, (422, 422, NO, 422, 422, NONE)),
    "verb_pages.in_bulk": ("POST", {}, (NONE,) * 6),
    "passing_pages.to_me": ("GET", {}, (OK,) * 6),
    "passing_pages.by_me": ("GET", {}, (OK,) * 6),
    "signing_pages.show": ("GET", {}, (OK,) * 6),
    "copy_pages.show": ("GET", {}, (OK,) * 6),
    "copy_pages.read": ("POST", {"identifier": 1}, (NONE,) * 6),
    "copy_pages.form": ("GET", CASE, (OK, OK, NO, OK, OK, NONE)),
    "copy_pages.send": ("POST", CASE, (422, 422, NO, 422, 422, NONE)),
    "notification_pages.show": ("GET", {}, (OK,) * 6),
    "notification_pages.bell": ("GET", {}, (OK,) * 6),
    "notification_pages.follow": ("GET", {"identifier": 1}, (NONE,) * 6),
    "notification_pages.of_letter": ("GET", {"key": "1-2"}, (NONE,) * 6),
    "notification_pages.read": ("POST", {"identifier": 1}, (NONE,) * 6),
    "notification_pages.read_all": ("POST", {}, (MOVED,) * 6),
    "telling_pages.show": ("GET", {}, (OK,) * 6),
    "telling_pages.save": ("POST", {}, (MOVED,) * 6),
    "webhook_pages.show": ("GET", {}, (NO, NO, NO, OK, NO, OK)),
    "webhook_pages.save": ("POST", {}, (NO, NO, NO, 422, NO, 422)),
    "webhook_pages.change": ("POST", {}, (NO, NO, NO, NONE, NO, NONE)),
    "webhook_pages.end": ("POST", {}, (NO, NO, NO, NONE, NO, NONE)),
    "webhook_pages.attempt": ("POST", {}, (NO, NO, NO, NONE, NO, NONE)),
    "letter_pages.show": ("GET", {}, (NO, NO, NO, OK, NO, OK)),
    "letter_pages.retry": ("POST", {}, (NO, NO, NO, MOVED, NO, MOVED)),
    "letter_pages.drop": ("POST", {}, (NO, NO, NO, NONE, NO, NONE)),
    "absence_pages.show": ("GET", {}, (OK,) * 6),
    "absence_pages.add": ("POST", {}, (422,) * 6),
    "absence_pages.end": ("POST", {"identifier": 1}, (NONE,) * 6),
    # Whoever may open what the counter opens; those who watch over the office read its list.
    "counter_pages.show": ("GET", {}, (OK, NO, NO, NO, NO, NO)),
    "counter_pages.register": ("POST", {}, (422, NO, NO, NO, NO, NO)),
    "counter_pages.lookup": ("POST", {}, (OK, NO, NO, NO, NO, NO)),
    "visit_pages.listed": ("GET", {}, (OK, NO, NO, OK, OK, OK)),
    "visit_pages.search": ("POST", {}, (OK, NO, NO, OK, OK, OK)),
    "visit_pages.table": ("GET", {}, (OK, NO, NO, OK, OK, OK)),
    "visit_pages.passed": ("GET", {}, (OK,) * 6),
    "visit_pages.show": ("GET", VISIT, (OK, NO, NO, OK, OK, NONE)),
    "visit_pages.slip": ("GET", VISIT, (OK, NO, NO, OK, OK, NONE)),
    "visit_pages.void": ("POST", VISIT, (422, NO, NO, NO, NO, NONE)),
    "visit_pages.receive": ("POST", VISIT, (GONE, NO, NO, GONE, GONE, NONE)),
    "visit_opening.form": ("GET", VISIT, (GONE, NO, NO, NO, NO, NO)),
    "visit_opening.begin": ("POST", VISIT, (GONE, NO, NO, NO, NO, NO)),
    "signing_in.leave": ("POST", {}, (MOVED,) * 6),
}
#: Answered without anybody having signed in.
OPEN = {
    "signing_in.form",
    "signing_in.enter",
    "first_administrator.form",
    "first_administrator.create",
    "language.choose",
    "health.healthz",
    "static",
}
#: For applicants: no account opens more of them. (method, arguments, status without a look-up)
PUBLIC: dict[str, tuple[str, dict[str, object], int]] = {
    "public_pages.show": ("GET", {}, OK),
    "public_pages.look_up": ("POST", {}, NONE),
    "public_pages.case": ("GET", {}, MOVED),
    "public_pages.clock": ("GET", {"number": 1}, NONE),
    "public_pages.issued": ("GET", {"identifier": 1}, NONE),
    "public_pages.of_task": ("GET", {"number": 1}, NONE),
    "public_pages.leave": ("POST", {}, MOVED),
}
#: Blueprints with people and tables of their own.
ELSEWHERE = ("studio", "api", "audit")


def endpoints(site: Site) -> set[str]:
    rules = {rule.endpoint for rule in site.app.url_map.iter_rules()}
    return {endpoint for endpoint in rules if not endpoint.split(".")[0].startswith(ELSEWHERE)}


def address(site: Site, endpoint: str) -> str:
    arguments = dict(PAGES[endpoint][1])
    if arguments.get("number") == "visit":
        site.consult()
        arguments["number"] = site.rows(select(tables.visits.c.number))[0]
    elif arguments.get("number") == "clock":
        arguments["number"] = site.clock() if site.numbers() else 1
    elif "number" in arguments:
        arguments["number"] = site.task("check").rsplit("/", 1)[-1] if site.numbers() else 1
    with site.app.test_request_context():
        return url_for(endpoint, **arguments)


def test_every_address_has_a_row(site: Site) -> None:
    assert endpoints(site) == PAGES.keys() | PUBLIC.keys() | OPEN


@pytest.mark.parametrize("endpoint", sorted(PUBLIC))
def test_no_account_opens_what_only_a_receipt_opens(site: Site, endpoint: str) -> None:
    site.open_case()
    method, arguments, expected = PUBLIC[endpoint]
    with site.app.test_request_context():
        found = url_for(endpoint, **arguments)
    for person in (None, *EVERYBODY):
        answer = site.client(person).open(found, method=method)
        assert answer.status_code == expected, person
        assert "sign-in" not in answer.headers.get("Location", "")
        assert "张三某" not in answer.text


@pytest.mark.parametrize("endpoint", sorted(PAGES))
def test_a_stranger_is_sent_to_sign_in(site: Site, endpoint: str) -> None:
    answer = site.client().open(address(site, endpoint), method=PAGES[endpoint][0])
    assert answer.status_code == MOVED
    assert answer.headers["Location"].startswith("/sign-in")


@pytest.mark.parametrize("endpoint", sorted(PAGES))
def test_each_person_gets_what_is_theirs(site: Site, endpoint: str) -> None:
    site.open_case()
    method, _, expected = PAGES[endpoint]
    found = {}
    for person in EVERYBODY:
        answer = site.client(person).open(address(site, endpoint), method=method)
        found[person] = answer.status_code
        refused = answer.status_code in (NO, NONE)
        assert not (refused and "张三某" in answer.text)
    assert found == dict(zip(EVERYBODY, expected, strict=True))


#: What somebody of the unit who has an interest in the case is answered, where it is not what a colleague is.
SHUT_OUT = {"files.download": NONE}


def looked_up(site: Site, applicant: FlaskClient) -> None:
    """Let an applicant look up a case taken down at the counter."""
    given = {"kind": "新办", "applicant": "张三某", "goods.0.title": "桌"}
    assert site.client("zhang.san").post(f"/start/{KEY}", data=given).status_code == MOVED
    code = site.rows(select(tables.receipts.c.code))[0]
    found = applicant.post("/public", data={"number": site.numbers()[0], "code": code}, follow_redirects=True)
    assert found.status_code == OK


def recuse(site: Site, person: str) -> None:
    """Somebody must not have a hand in any case there is: kept out of every task."""
    with transaction(site.engine) as connection:
        connection.execute(tables.tasks.update().values(excluded=f'["{person}"]'))


def answered(site: Site, person: str, endpoint: str) -> tuple[int, int]:
    """What somebody who has an interest gets at an address, and what they should get."""
    method, arguments, expected = PAGES[endpoint]
    answer = site.client(person).open(address(site, endpoint), method=method)
    assert "张三某".encode() not in answer.data
    usual = NO if "case_number" in arguments else expected[0]
    return answer.status_code, SHUT_OUT.get(endpoint, usual)


def test_who_has_an_interest_reads_no_page_of_the_case(site: Site) -> None:
    """Complained about, or related: of the unit like a colleague, and yet a stranger to the case."""
    site.open_case()
    recuse(site, "shen")
    looking = [endpoint for endpoint, (method, *_) in PAGES.items() if method == "GET"]
    found = {endpoint: answered(site, "shen", endpoint) for endpoint in looking}
    assert {endpoint: both for endpoint, both in found.items() if both[0] != both[1]} == {}


@pytest.mark.parametrize("endpoint", sorted(name for name, row in PAGES.items() if row[0] != "GET"))
def test_who_has_an_interest_does_nothing_in_the_case(site: Site, endpoint: str) -> None:
    site.open_case()
    recuse(site, "shen")
    status, expected = answered(site, "shen", endpoint)
    assert status == expected


def test_a_receipt_opens_no_page_of_the_office(site: Site) -> None:
    """An applicant who looks at the case with number and check code is nobody everywhere else."""
    applicant = site.client()
    looked_up(site, applicant)
    for endpoint in sorted(PAGES):
        answer = applicant.open(address(site, endpoint), method=PAGES[endpoint][0])
        assert answer.status_code == MOVED, endpoint
        assert answer.headers["Location"].startswith("/sign-in"), endpoint


def test_the_case_of_another_organisation_does_not_exist_for_the_search(site: Site) -> None:
    number = site.open_case()
    assert number in site.client("zhang.san").get(f"/find?q={number}").headers["Location"]
    assert "/cases/" not in site.client("elsewhere").get(f"/find?q={number}").headers["Location"]
