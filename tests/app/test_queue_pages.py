"""What people do with their inbox: filters, kept queues, columns, the workbook, the next task."""

from __future__ import annotations

import io
import re
from datetime import datetime, timedelta

from flask.testing import FlaskClient
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet
from sqlalchemy import update

from tests.app.conftest import MONDAY, Site
from tests.app.test_inbox import steps
from workflows import tables
from workflows.clock import BEIJING
from workflows.database import transaction


def workbook(client: FlaskClient, query: str) -> Worksheet:
    answer = client.get(f"/inbox/table.xlsx?{query}")
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    sheet = load_workbook(io.BytesIO(answer.data)).active
    assert isinstance(sheet, Worksheet)
    return sheet


def headings(text: str) -> list[str]:
    return re.findall(r'<th scope="col">([^<]+)</th>', text)


def test_filters_stand_in_the_address_and_narrow_the_list(site: Site) -> None:
    first, second = site.open_case(), site.open_case()
    site.check(case_number=first)
    client = site.client("shen")
    assert set(steps(client.get("/?box=units").text)) == {first, second}
    assert steps(client.get("/?box=units&step=decide").text) == [first]
    assert steps(client.get("/?box=units&regulation=t.refund").text) == []
    assert "没有符合这些条件的任务" in client.get("/?box=units&regulation=t.refund").text
    assert set(steps(client.get("/?box=units&left=ample").text)) == {first, second}
    site.now_is(MONDAY + timedelta(days=2))
    assert set(steps(client.get("/?box=units&left=today&since=2026-09-21&until=2026-09-21").text)) == {
        first,
        second,
    }
    assert steps(client.get("/?box=units&left=ample").text) == []
    assert steps(client.get("/?box=units&since=2026-09-22").text) == []


def test_a_filter_goes_along_to_the_next_page(site: Site) -> None:
    numbers = [site.open_case() for _ in range(30)]
    client = site.client("zhang.san")
    first = client.get("/?box=units&left=ample&step=check").text
    following = re.search(r'href="(/\?[^"]*after=[^"]+)"', first)
    assert following is not None
    assert "left=ample" in following[1]
    second = client.get(following[1].replace("&amp;", "&")).text
    assert steps(first) + steps(second) == numbers


def test_each_box_says_how_many_there_are(site: Site) -> None:
    for _ in range(3):
        site.open_case()
    client = site.client("zhang.san")
    client.post(site.task("check") + "/claim")
    assert re.findall(r'<span class="count"[^>]*>([^<]+)', client.get("/").text) == ["1", "3", "0", "0"]


def test_a_kept_queue_is_shared_and_shows_each_reader_their_own(site: Site) -> None:
    first, second = site.open_case(), site.open_case()
    site.check(by="shen", case_number=first)
    zhang = site.client("zhang.san")
    answer = zhang.post("/inbox/saved?box=units&step=check", data={"name": "待审查", "with": "window"})
    assert answer.headers["Location"].startswith("/?")
    li = site.client("li.si").get("/?box=units").text
    link = re.search(r'class="kept" href="([^"]+)"', li)
    assert link is not None
    address = link[1].replace("&amp;", "&")
    assert steps(site.client("li.si").get(address).text) == [second]
    # Who opens the address from elsewhere sees what is theirs: nothing.
    assert steps(site.client("outsider").get(address).text) == []
    assert "待审查" not in site.client("outsider").get("/").text


def test_a_kept_queue_is_deleted_only_after_a_question_and_by_its_owner(site: Site) -> None:
    zhang = site.client("zhang.san")
    zhang.post("/inbox/saved?box=units&left=today", data={"name": "今天到期", "with": "window"})
    assert "删除筛选“今天到期”？" in zhang.get("/inbox/saved/1/delete").text
    li = site.client("li.si")
    assert 'class="danger"' not in li.get("/inbox/saved/1/delete").text
    assert li.post("/inbox/saved/1/delete").status_code == 404
    assert "今天到期" in zhang.get("/?box=units").text
    assert zhang.post("/inbox/saved/1/delete").status_code == 302
    assert 'class="kept"' not in zhang.get("/?box=units").text


def test_a_queue_without_a_name_is_not_kept(site: Site) -> None:
    client = site.client("zhang.san")
    client.post("/inbox/saved?box=units&left=today", data={"name": " "})
    page = client.get("/?box=units").text
    assert "请给筛选起一个" in page
    assert 'class="kept"' not in page


def test_people_choose_their_columns(site: Site) -> None:
    site.open_case()
    client = site.client("zhang.san")
    client.post("/inbox/columns?box=units", data={"column": ["regulation", "assignee", "nonsense"]})
    assert headings(client.get("/?box=units").text) == ["案件编号", "标题", "事项", "领取人"]
    assert headings(site.client("li.si").get("/?box=units").text)[0] == "时限"


def test_the_workbook_holds_what_is_shown_with_dates_as_dates_and_names_as_names(site: Site) -> None:
    first, second = site.open_case(), site.open_case()
    client = site.client("zhang.san")
    client.post(site.task("check", first) + "/claim")
    client.post("/inbox/columns", data={"column": ["limit", "candidates", "assignee", "arrived", "due"]})
    sheet = workbook(client, "box=units")
    head, *rows = [list(row) for row in sheet.iter_rows(values_only=True)]
    assert head == ["时限", "案件编号", "标题", "承办", "领取人", "到达时间", "到期"]
    closing = datetime(2026, 9, 23, 17, 30)  # noqa: DTZ001 - a spreadsheet knows no zones
    arrived = MONDAY.astimezone(BEIJING).replace(tzinfo=None)
    assert rows == [
        ["余 2 个工作日", first, "许可（新办）", "窗口", "zhang.san某", arrived, closing],
        ["余 2 个工作日", second, "许可（新办）", "窗口", None, arrived, closing],
    ]
    assert sheet["F2"].is_date


def test_the_workbook_keeps_to_the_filters_and_to_what_its_reader_may_see(site: Site) -> None:
    number = site.open_case()
    assert workbook(site.client("zhang.san"), "box=units&step=decide").max_row == 1
    assert workbook(site.client("outsider"), "box=units").max_row == 1
    assert workbook(site.client("elsewhere"), f"box=units&q={number}").max_row == 1


def test_nothing_anybody_wrote_is_a_formula(site: Site) -> None:
    number = site.open_case()
    with transaction(site.engine) as connection:
        connection.execute(update(tables.cases).values(title='=HYPERLINK("x")\x0b'))
    cell = workbook(site.client("zhang.san"), f"box=units&q={number}")["C2"]
    assert (cell.value, cell.data_type) == ('=HYPERLINK("x")', "s")


def test_the_next_task_is_taken_with_one_press(site: Site) -> None:
    first, _second = site.open_case(), site.open_case()
    client = site.client("zhang.san")
    assert 'accesskey="n"' in client.get("/?box=units").text
    answer = client.post("/inbox/next?box=units")
    assert answer.headers["Location"] == site.task("check", first)
    assert steps(client.get("/?box=mine").text) == [first]
    client.post("/inbox/next")
    refused = client.post("/inbox/next?box=units", follow_redirects=True).text
    assert "没有可以领取的任务" in refused
