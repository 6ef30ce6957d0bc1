"""The studio: a regulation is changed, checked, approved and published, by those who may."""

from __future__ import annotations

import orjson
import pytest
from flask import url_for
from sqlalchemy import select, update

from tests.app.conftest import KEY, PERMIT, Site
from tests.app.test_access import EVERYBODY, MOVED, NO, NONE, OK
from workflows import tables
from workflows.database import transaction

CHANGED = PERMIT.replace('name="许可"', 'name="行政许可"')
BROKEN = PERMIT.replace("unit(&quot;chiefs&quot;)", "unit(&quot;nobody&quot;)").replace(
    'unit("chiefs")', 'unit("nobody")'
)
REGULATION = {"key": KEY}
VERSION = {**REGULATION, "number": 1}
#: endpoint → (method, arguments, statuses in the order of EVERYBODY)
JSON = {"Accept": "application/json"}
PAGES: dict[str, tuple[str, dict[str, object], tuple[int, ...]]] = {
    "studio.show": ("GET", {}, (NO, NO, NO, OK, NO, OK)),
    "studio.regulation": ("GET", REGULATION, (NO, NO, NO, OK, NO, NONE)),
    "studio.version": ("GET", VERSION, (NO, NO, NO, OK, NO, NONE)),
    "studio.version_file": ("GET", VERSION, (NO, NO, NO, OK, NO, NONE)),
    "studio.editor": ("GET", REGULATION, (NO, NO, NO, OK, NO, NONE)),
    "studio.draft_file": ("GET", REGULATION, (NO, NO, NO, OK, NO, NONE)),
    "studio.save": ("POST", REGULATION, (NO, NO, NO, 409, NO, NONE)),
    "studio.check": ("POST", REGULATION, (NO, NO, NO, OK, NO, NONE)),
    "studio.approve": ("GET", REGULATION, (NO, NO, NO, OK, NO, NONE)),
    "studio.publish": ("POST", REGULATION, (NO, NO, NO, 409, NO, NONE)),
    "studio.discard": ("POST", REGULATION, (NO, NO, NO, 409, NO, NONE)),
}


def base_of(site: Site, person: str = "zhao.liu") -> str:
    page = site.client(person).get(f"/studio/{KEY}/draft").text
    return page.partition('data-base="')[2].partition('"')[0]


def save(site: Site, diagram: str, base: str | None = None, person: str = "zhao.liu"):
    body = {"diagram": diagram, "base": base or base_of(site, person)}
    return site.client(person).post(f"/studio/{KEY}/draft", json=body)


def publish(site: Site, base: str | None = None, person: str = "zhao.liu"):
    return site.client(person).post(f"/studio/{KEY}/publish", data={"base": base or base_of(site, person)})


def hire_a_second_administrator(site: Site) -> None:
    with transaction(site.engine) as connection:
        connection.execute(tables.memberships.insert().values(user="shen", kind="role", slug="process-admin"))


def ask_for_a_second_person(site: Site) -> None:
    settings = orjson.dumps({"publication": {"second_person": True}}).decode()
    with transaction(site.engine) as connection:
        connection.execute(update(tables.organisations).values(settings=settings))


def test_every_address_of_the_studio_has_a_row(site: Site) -> None:
    endpoints = {rule.endpoint for rule in site.app.url_map.iter_rules()}
    assert {one for one in endpoints if one.startswith("studio.")} == PAGES.keys()


@pytest.mark.parametrize("endpoint", sorted(PAGES))
def test_the_studio_is_for_process_administrators_of_the_organisation(site: Site, endpoint: str) -> None:
    method, arguments, expected = PAGES[endpoint]
    with site.app.test_request_context():
        address = url_for(endpoint, **arguments)
    assert site.client().open(address, method=method).status_code == MOVED
    body = {"json": {"diagram": CHANGED, "base": "x"}} if method == "POST" else {}
    found = [site.client(person).open(address, method=method, **body).status_code for person in EVERYBODY]
    assert found == list(expected)


def test_the_regulations_are_listed_with_their_versions(site: Site) -> None:
    page = site.client("zhao.liu").get("/studio").text
    assert "许可" in page
    assert "退费" in page
    assert "第 1 版" in page
    assert "第 1 版" in site.client("zhao.liu").get(f"/studio/{KEY}").text
    assert "许可" not in site.client("elsewhere").get("/studio").text


def test_a_change_is_saved_as_a_draft_and_changes_nothing_yet(site: Site) -> None:
    answer = save(site, CHANGED)
    assert answer.status_code == 200
    assert answer.json["base"] == base_of(site)
    assert "行政许可" in site.client("zhao.liu").get(f"/studio/{KEY}/draft.bpmn").text
    assert "行政许可" not in site.client("zhao.liu").get(f"/studio/{KEY}/versions/1.bpmn").text


def test_two_people_who_save_the_same_regulation_lose_nothing(site: Site) -> None:
    hire_a_second_administrator(site)
    base = base_of(site)
    assert save(site, CHANGED, base, "shen").status_code == 200
    refused = save(site, PERMIT, base)
    assert refused.status_code == 409
    assert "shen某" in refused.json["title"]
    assert "行政许可" in site.client("zhao.liu").get(f"/studio/{KEY}/draft.bpmn").text
    # With the base of the other's draft it is replaced knowingly.
    assert save(site, PERMIT, refused.json["base"]).status_code == 200


def test_what_is_on_the_screen_is_checked_and_the_faults_name_their_elements(site: Site) -> None:
    answer = site.client("zhao.liu").post(f"/studio/{KEY}/check", json={"diagram": BROKEN})
    errors = [one for one in answer.json["findings"] if one["severity"] == "error"]
    assert [one["element"] for one in errors] == ["decide"]
    assert "nobody" in errors[0]["message"]


def test_a_request_without_a_diagram_says_so(site: Site) -> None:
    for body in ({}, {"diagram": 1}, [], "x"):
        answer = site.client("zhao.liu").post(f"/studio/{KEY}/check", json=body, headers=JSON)
        assert (answer.status_code, answer.json["type"]) == (400, "urn:guicheng:diagram-missing")


def test_a_faulty_draft_is_refused_then_mended_and_published(site: Site) -> None:
    save(site, BROKEN)
    page = site.client("zhao.liu").get(f"/studio/{KEY}/publish").text
    assert "有必须先改正的问题" in page
    assert 'name="base"' not in page
    refused = publish(site)
    assert refused.status_code == 422
    assert "nobody" in refused.text
    save(site, CHANGED)
    assert "检查通过" in site.client("zhao.liu").get(f"/studio/{KEY}/publish").text
    assert publish(site).status_code == MOVED
    assert "第 2 版" in site.client("zhao.liu").get(f"/studio/{KEY}").text


def test_the_next_case_follows_the_new_version_and_running_ones_keep_theirs(site: Site) -> None:
    before = site.open_case()
    save(site, CHANGED)
    publish(site)
    after = site.open_case()
    query = (
        select(tables.versions.c.number)
        .join_from(tables.cases, tables.versions, tables.cases.c.version_id == tables.versions.c.id)
        .order_by(tables.cases.c.id)
    )
    assert site.rows(query) == [1, 2]
    assert "行政许可" not in site.client("zhao.liu").get(f"/cases/{before}/diagram.bpmn").text
    assert "行政许可" in site.client("zhao.liu").get(f"/cases/{after}/diagram.bpmn").text


def test_where_a_second_person_is_asked_for_the_author_is_told_and_refused(site: Site) -> None:
    hire_a_second_administrator(site)
    ask_for_a_second_person(site)
    save(site, CHANGED)
    assert "由另一位流程管理员复核" in site.client("zhao.liu").get(f"/studio/{KEY}/publish").text
    assert publish(site).status_code == NO
    assert publish(site, person="shen").status_code == MOVED
    assert "shen某" in site.client("zhao.liu").get(f"/studio/{KEY}").text


def test_a_draft_is_thrown_away(site: Site) -> None:
    save(site, CHANGED)
    answer = site.client("zhao.liu").post(f"/studio/{KEY}/discard", data={"base": base_of(site)})
    assert answer.status_code == MOVED
    assert "行政许可" not in site.client("zhao.liu").get(f"/studio/{KEY}/draft.bpmn").text


def test_the_editor_offers_what_the_organisation_has(site: Site) -> None:
    page = site.client("zhao.liu").get(f"/studio/{KEY}/draft").text
    catalogue = orjson.loads(page.partition("data-catalogue='")[2].partition("'")[0])
    assert {one["id"] for one in catalogue["forms"]} == {"application", "check", "sum"}
    assert catalogue["notices"] == [{"id": "accepted", "name": "受理通知书"}]
    assert catalogue["registers"] == [{"id": "permits", "name": "许可登记簿"}]
    assert [one["id"] for one in catalogue["callable"]] == ["t.refund"]
    assert catalogue["provisions"] == [{"id": "t.1", "article": "第一条", "summary": "及时审查"}]
    start_clock = next(one for one in catalogue["operators"] if one["id"] == "start-clock")
    assert start_clock["name"] == "开始计时"
    clock = {"id": "clock", "name": "期限名称", "type": "string", "required": True, "literal": True}
    assert clock in start_clock["parameters"]


def test_the_approver_is_told_what_the_draft_changes(site: Site) -> None:
    changed = PERMIT.replace('name="check"', 'name="核对"').replace("workdays(2)", "workdays(3)")
    save(site, changed)
    page = site.client("zhao.liu").get(f"/studio/{KEY}/publish").text
    assert "与现行版本相比" in page
    assert '<span class="faint">人员任务</span> <strong>核对</strong>' in page
    assert "名称：由“check”改为“核对”" in page
    assert "limit：由“workdays(2)”改为“workdays(3)”" in page
    assert "新增" not in page.partition("toolbar")[0]
    marks = orjson.loads(page.partition("data-marks='")[2].partition("'")[0])
    assert marks == {"added": [], "changed": ["begin", "check"]}
