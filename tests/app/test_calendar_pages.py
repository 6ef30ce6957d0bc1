"""The calendar on the pages: anybody looks at it, whoever keeps it changes it, nothing moves unseen."""

from __future__ import annotations

import io
import re
from datetime import datetime

import pytest
from sqlalchemy import insert, select

from tests.app.conftest import Site
from tests.notices import DAYS_2027, NOTICE_2027, NUMBER
from workflows import calendar_recounts, tables
from workflows.clock import BEIJING
from workflows.database import reading, transaction
from workflows.verification import verify

ADMIN = "zhao.liu"
#: Two workdays from here end on the Tuesday after New Year.
NEW_YEARS_EVE = datetime(2026, 12, 31, 10, 0, tzinfo=BEIJING)
#: One more day off moves that to the Wednesday.
LONGER = NOTICE_2027.replace("至 2027-01-03", "至 2027-01-04") + "2027-01-09 上班 元旦\n"


@pytest.fixture
def office(site: Site) -> Site:
    """A case whose deadline waits for the notice of 2027."""
    site.now_is(NEW_YEARS_EVE)
    site.open_case()
    return site


def asked(page: str, **more: str) -> dict[str, str]:
    """The fields a preview hands on, with what the person writes besides."""
    version = re.search(r'name="version" value="([^"]+)"', page)
    assert version is not None, page
    return {"scope": "", "text": LONGER, "version": version[1], "note": "按通知导入", **more}


def preview(site: Site, text: str = LONGER, by: str = ADMIN, **fields: str) -> str:
    answer = site.client(by).post("/calendar/preview", data={"text": text, **fields})
    assert answer.status_code == 200, answer.text
    return answer.text


def change(site: Site, text: str = LONGER, by: str = ADMIN, **fields: str) -> str:
    """Preview and confirm; returns the page of the batch."""
    page = preview(site, text, by, **fields)
    answer = site.client(by).post("/calendar/apply", data=asked(page, text=text, **fields))
    assert answer.status_code == 302, answer.text
    return site.client(by).get(answer.headers["Location"]).text


def due(site: Site) -> list[str]:
    return [f"{one.astimezone(BEIJING):%Y-%m-%d}" for one in site.rows(select(tables.clocks.c.due_at))]


def test_the_years_say_whether_their_notice_is_out(office: Site) -> None:
    page = office.client("zhang.san").get("/calendar").text
    assert "国务院办公厅关于2026年部分节假日安排的通知" in page
    assert "尚未公布，按法定节假日计算" in page
    assert "17:30 下班" in page
    assert "导入放假通知" not in page


def test_a_year_tells_each_day_by_a_word(office: Site) -> None:
    page = office.client("zhang.san").get("/calendar/2026").text
    assert 'title="法定休假日（国庆节）">1<small>休</small>' in page
    assert 'title="调休上班（国庆节）">20<small>班</small>' in page
    assert "暂按法定节假日计算" not in page
    assert "暂按法定节假日计算" in office.client("zhang.san").get("/calendar/2027").text


def test_a_year_nobody_knows_is_refused(office: Site) -> None:
    answer = office.client("zhang.san").get("/calendar/99999")
    assert answer.status_code == 400
    assert "工作日历不含99999年" in answer.text


def test_a_preview_names_the_deadline_that_moves_and_changes_nothing(office: Site) -> None:
    page = preview(office)
    assert "1 个未到期的期限会变动" in page
    assert "t-2026-00001" in page
    assert "2027-01-05 17:30" in page
    assert "2027-01-06 17:30" in page
    assert due(office) == ["2027-01-05"]
    assert office.rows(select(tables.calendar_batches.c.id)) == []


def test_whoever_goes_back_finds_what_was_pasted(office: Site) -> None:
    page = preview(office, edit="1")
    assert "2027-01-04" in page
    assert "确认改动" not in page


def test_what_was_confirmed_is_done_and_undone_again(office: Site) -> None:
    page = change(office)
    assert "全部重算完毕，1 个期限已变动" in page
    assert due(office) == ["2027-01-06"]
    client = office.client(ADMIN)
    assert NUMBER in client.get("/calendar").text
    assert "会变动" in client.get("/calendar/batches/1/undo").text
    assert client.post("/calendar/batches/1/undo", data={}).status_code == 422
    answer = client.post("/calendar/batches/1/undo", data={"note": "文号有误"})
    assert answer.headers["Location"].endswith("/calendar/batches/2")
    assert due(office) == ["2027-01-05"]
    history = client.get("/calendar/batches").text
    assert "已由第 2 号撤销" in history
    assert "撤销第 1 号" in history
    with reading(office.engine) as connection:
        assert verify(connection, 1).proven


def test_it_cannot_be_confirmed_without_a_reason(office: Site) -> None:
    page = preview(office)
    answer = office.client(ADMIN).post("/calendar/apply", data=asked(page, note=" "))
    assert answer.status_code == 422
    assert "1 个未到期的期限会变动" in answer.text


def test_a_calendar_that_changed_since_the_preview_is_looked_at_again(office: Site) -> None:
    page = preview(office)
    change(office, LONGER.replace("2027-01-09", "2027-01-10"))
    answer = office.client(ADMIN).post("/calendar/apply", data=asked(page))
    assert answer.status_code == 409
    assert "请重新预览后再确认" in answer.text


def test_faults_say_the_line_and_keep_what_was_written(office: Site) -> None:
    text = f"{NOTICE_2027}2027-06-15 上班 端午"
    answer = office.client(ADMIN).post("/calendar/preview", data={"text": text})
    assert answer.status_code == 422
    assert "第 15 行" in answer.text
    assert "不是周末" in answer.text
    assert "2027-10-09" in answer.text


def test_year_and_number_may_be_filled_in_and_a_file_uploaded(office: Site) -> None:
    file = (io.BytesIO(DAYS_2027.encode()), "2027.txt")
    answer = office.client(ADMIN).post(
        "/calendar/preview", data={"year": "2027", "number": NUMBER, "file": file, "text": ""}
    )
    assert answer.status_code == 200, answer.text
    assert NUMBER in answer.text


def test_a_year_imported_again_shows_what_differs(office: Site) -> None:
    change(office)
    page = preview(office, LONGER.replace("2027-01-09", "2027-01-10"))
    assert "这一年已经在年历中" in page
    assert "2 天的安排有变" in page
    answer = office.client(ADMIN).post("/calendar/preview", data={"text": LONGER})
    assert answer.status_code == 422
    assert "年历已经是这样" in answer.text


def test_an_office_keeps_days_of_its_own(office: Site) -> None:
    change(office, "2027-01-04 放假 局庆", scope="own")
    assert due(office) == ["2027-01-06"]
    assert "局庆" in office.client("zhang.san").get("/calendar").text
    assert "本休" in office.client("zhang.san").get("/calendar/2027").text
    assert "局庆" not in office.client("elsewhere").get("/calendar").text
    assert office.client("elsewhere").get("/calendar/batches/1").status_code == 404


def test_the_cases_of_another_office_are_counted_and_not_shown(office: Site) -> None:
    page = preview(office, by="elsewhere")
    assert "没有期限会变动" in page
    assert "其他单位有 1 个期限会变动" in page
    assert "t-2026-00001" not in page


def test_many_moves_are_turned_over_page_by_page(office: Site) -> None:
    for _ in range(50):
        office.open_case()
    page = preview(office)
    assert "51 个未到期的期限会变动" in page
    assert "第 1 页，共 2 页" in page
    assert page.count("t-2026-") == 100
    assert preview(office, page="2").count("t-2026-") == 2


def test_a_long_count_goes_on_by_itself_and_the_page_says_how_far_it_is(
    office: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calendar_recounts, "CHUNK", 1)
    for _ in range(11):
        office.open_case()
    page = change(office)
    assert "还有 2 个案件；已变动 10 个期限" in page
    assert ">刷新</a>" in page
    own = "2027-01-05 放假 局庆"
    data = asked(preview(office, own, scope="own"), text=own, scope="own")
    answer = office.client(ADMIN).post("/calendar/apply", data=data)
    assert answer.status_code == 409
    assert "第1号年历改动还在重算期限" in answer.text


def test_once_somebody_keeps_the_calendar_an_administrator_only_keeps_his_own(office: Site) -> None:
    with transaction(office.engine) as connection:
        row = {"user": "han", "kind": "role", "slug": "calendar-admin"}
        connection.execute(insert(tables.memberships).values(row))
    assert office.client(ADMIN).get("/calendar/import").status_code == 403
    assert office.client(ADMIN).get("/calendar/import?scope=own").status_code == 200
    assert office.client("han").get("/calendar/import").status_code == 200
    assert "工作日历" in office.client("han").get("/").text


def test_a_provisional_deadline_says_why_where_it_is_shown(office: Site) -> None:
    why = "国务院办公厅尚未公布该年度放假安排，期限为暂定"
    page = office.client("zhang.san").get("/cases/t-2026-00001").text
    assert why in re.sub(r'title="[^"]*"', "", page)
    change(office)
    assert why not in office.client("zhang.san").get("/cases/t-2026-00001").text
