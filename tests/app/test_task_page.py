"""Working on a task, in a browser without scripts."""

from __future__ import annotations

import io
import re

from sqlalchemy import func, select

from tests.app.conftest import KEY, Site
from workflows.forms.showing import Widget
from workflows.tables import attachments, cases, events, receipts

PDF = b"%PDF-1.4 nothing much"
GIVEN = {"kind": "新办", "applicant": "张三某", "goods.0.title": "桌"}


def form_page(site: Site, **given: object) -> str:
    return site.client("zhang.san").post(f"/start/{KEY}", data=given).text


def errors(text: str) -> dict[str, str]:
    """Field → message beside it."""
    return dict(re.findall(r'id="f-([^"]+)-error">([^<]+)', text))


def test_errors_stand_beside_their_fields_and_in_a_summary_and_nothing_is_lost(site: Site) -> None:
    page = site.client("zhang.san").post(
        f"/start/{KEY}", data=GIVEN | {"applicant": "", "goods.0.title": "椅"}
    )
    assert page.status_code == 422
    assert errors(page.text) == {"applicant": "必填"}
    assert 'href="#f-applicant">申请人</a>' in page.text
    assert 'value="椅"' in page.text
    assert site.numbers() == []


def test_an_english_reader_is_told_in_english(site: Site) -> None:
    client = site.client("zhang.san")
    client.get("/language/en")
    page = client.post(f"/start/{KEY}", data={})
    assert errors(page.text)["applicant"] == "Required"
    assert "Not submitted" in page.text
    client.get("/language/zh")
    assert "没有提交" in client.post(f"/start/{KEY}", data={}).text


def test_a_field_that_another_one_calls_for_appears_on_refresh(site: Site) -> None:
    before = form_page(site, **GIVEN, _act="refresh")
    after = form_page(site, **GIVEN | {"kind": "变更"}, _act="refresh")
    assert 'name="reason"' not in before
    assert 'name="reason"' in after
    assert 'value="张三某"' in after
    assert errors(after) == {}


def test_rows_are_added_and_removed_by_buttons(site: Site) -> None:
    two = form_page(site, **GIVEN, _act="add:goods")
    assert 'name="goods.1.title"' in two
    chair = form_page(site, **GIVEN | {"goods.1.title": "椅"}, _act="remove:goods.0")
    assert 'value="椅"' in chair
    assert 'value="桌"' not in chair
    full = form_page(site, **GIVEN | {"goods.1.title": "椅", "goods.2.title": "柜"}, _act="refresh")
    assert "add:goods" not in full


def test_a_button_that_leads_nowhere_changes_nothing(site: Site) -> None:
    for act in ("add:applicant", "remove:goods.99", "remove:goods.x", "add:..", "remove:", "nonsense"):
        assert 'value="桌"' in form_page(site, **GIVEN, _act=act)
    assert site.numbers() == []


def test_an_upload_survives_an_error_elsewhere_and_is_filed_with_the_case(site: Site) -> None:
    client = site.client("zhang.san")
    upload = {"file:papers": (io.BytesIO(PDF), "营业执照.pdf")}
    page = client.post(f"/start/{KEY}", data=GIVEN | {"applicant": ""} | upload)
    kept = re.search(r'name="papers" value="(\w+)" checked', page.text)
    assert kept is not None
    assert client.post(f"/start/{KEY}", data=GIVEN | {"papers": kept[1]}).status_code == 302

    number = site.numbers()[0]
    answer = client.get(f"/cases/{number}/files/{kept[1]}")
    assert answer.data == PDF
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert site.client("outsider").get(f"/cases/{number}/files/{kept[1]}").status_code == 404


def test_nobody_can_name_the_upload_of_somebody_else(site: Site) -> None:
    upload = {"file:papers": (io.BytesIO(PDF), "a.pdf"), "_act": "refresh"}
    site.client("zhang.san").post(f"/start/{KEY}", data=GIVEN | upload)
    (identifier,) = site.rows(select(attachments.c.id))
    answer = site.client("li.si").post(f"/start/{KEY}", data=GIVEN | {"papers": identifier})
    assert answer.status_code == 422


def test_a_program_is_not_taken_for_a_document(site: Site) -> None:
    upload = {"file:papers": (io.BytesIO(b"MZ\x90\x00"), "执照.pdf")}
    page = site.client("zhang.san").post(f"/start/{KEY}", data=GIVEN | upload)
    assert "不接受文件" in errors(page.text)["papers"]
    assert site.numbers() == []
    assert site.rows(select(func.count()).select_from(attachments)) == [0]


def test_what_is_known_is_shown_and_cannot_be_written_over(site: Site) -> None:
    site.open_case()
    page = site.client("zhang.san").get(site.task("check"))
    assert "张三某" in page.text
    assert 'name="applicant"' not in page.text
    site.client("zhang.san").post(site.task("check"), data={"opinion": "齐全", "applicant": "李四某"})
    shown = site.client("zhang.san").get(f"/cases/{site.numbers()[0]}").text
    assert "张三某" in shown
    assert "李四某" not in shown


def test_completing_leads_on_and_offers_the_document_to_print(site: Site) -> None:
    number = site.open_case()
    client = site.client("zhang.san")
    task = site.task("check")
    page = client.post(task, data={"opinion": "齐全", "ready": "true"}, follow_redirects=True)
    assert "“check”已办结" in page.text
    assert f'href="{task}/notice"' in page.text
    document = client.get(f"{task}/notice").text
    assert "张三某:齐全" in document
    assert "某某局 2026" in document
    assert site.rows(select(cases.c.seq).where(cases.c.number == number)) == [2]


def test_a_document_of_an_open_task_is_marked_a_draft(site: Site) -> None:
    site.open_case()
    assert "草稿" in site.client("zhang.san").get(site.task("check") + "/notice").text


def test_a_task_somebody_has_claimed_shows_who_and_offers_no_form(site: Site) -> None:
    site.open_case()
    task = site.task("check")
    site.client("li.si").post(task + "/claim")
    page = site.client("zhang.san").get(task).text
    assert "这项任务已由li.si某领取" in page
    assert "办结这一步" not in page
    answer = site.client("zhang.san").post(task, data={"opinion": "齐全"})
    assert answer.status_code == 409
    assert site.rows(select(func.count()).select_from(events).where(events.c.kind == "completed")) == [0]


def test_a_task_is_completed_once(site: Site) -> None:
    site.open_case()
    task = site.task("check")
    assert site.client("zhang.san").post(task, data={"opinion": "齐全"}).status_code == 302
    assert site.client("zhang.san").post(task, data={"opinion": "再来"}).status_code == 409
    assert "已办结" in site.client("zhang.san").get(task).text


def test_markup_in_what_people_write_stays_text(site: Site) -> None:
    number = site.open_case(applicant="<script>alert(1)</script>")
    for page in (f"/cases/{number}", site.task("check"), site.task("check") + "/notice"):
        text = site.client("zhang.san").get(page).text
        assert "<script>" not in text
        assert "&lt;script&gt;" in text


def test_who_may_hand_out_the_receipt_finds_it_on_the_task(site: Site) -> None:
    site.open_case()
    address = site.task("check")
    code = site.rows(select(receipts.c.code))[0]
    assert f"{code[:4]}-{code[4:]}" in site.client("zhang.san").get(address).text
    assert code[4:] not in site.client("han").get(address).text


def test_a_group_of_one_field_has_no_box(site: Site) -> None:
    def group(*parts: Widget) -> str:
        with site.app.test_request_context():
            macros = site.app.jinja_env.get_template("form_macros.html").make_module()
            widget = Widget(kind="group", id="g", label="所缺材料", parts=parts)
            return str(macros.group(widget, {}, ""))

    one, other = (Widget(kind="textfield", id=name, path=name, label=name) for name in ("甲", "乙"))
    assert 'class="group single"' in group(one)
    assert 'class="group"' in group(one, other)
