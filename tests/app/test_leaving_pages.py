"""An administrator sees what somebody leaves behind, says to whom it goes, and it goes there."""

from __future__ import annotations

from datetime import datetime

import pytest
from sqlalchemy import select

from tests.app.conftest import MONDAY, Site
from workflows import tables
from workflows.clock import BEIJING, SetClock
from workflows.database import reading, transaction
from workflows.duties import catch_up
from workflows.people import NoSuchPerson, actor_of, list_people
from workflows.terms import day_of

ADMIN = "zhao.liu"
LEAVING = "/people/accounts/zhang.san/leaving"
TUESDAY = datetime(2026, 9, 22, 0, 30, tzinfo=BEIJING)


def claimed(site: Site) -> str:
    """Field of a task 张三 has claimed."""
    number = site.open_case()
    address = site.task("check", number)
    site.client("zhang.san").post(f"{address}/claim")
    (case,) = site.rows(select(tables.cases.c.id).where(tables.cases.c.number == number))
    return f"task-{case}-{address.rsplit('/', 1)[-1]}"


def holders(site: Site) -> list[tuple[str | None, str]]:
    with site.engine.connect() as connection:
        query = (
            select(tables.tasks.c.assignee, tables.cases.c.answerable)
            .join(tables.cases, tables.cases.c.id == tables.tasks.c.case_id)
            .where(tables.tasks.c.element_id == "check")
            .order_by(tables.cases.c.id)
        )
        return [tuple(row) for row in connection.execute(query)]


def night_falls(site: Site) -> None:
    site.now_is(TUESDAY)
    catch_up(site.engine, SetClock(TUESDAY), {})


def test_the_page_names_what_would_be_left_behind_and_who_may_take_it(site: Site) -> None:
    field = claimed(site)
    page = site.client(ADMIN).get(LEAVING).text
    assert f'name="{field}"' in page
    assert "许可（新办）" in page
    assert '<option value="li.si">' in page
    assert '<option value="zhang.san">' not in page
    assert '<option value="elsewhere">' not in page


def test_an_administrator_who_is_complained_about_reads_no_title_here_either(site: Site) -> None:
    claimed(site)
    with transaction(site.engine) as connection:
        connection.execute(tables.tasks.update().values(excluded=f'["{ADMIN}"]'))
    page = site.client(ADMIN).get(LEAVING).text
    assert site.numbers()[0] in page
    assert "许可（新办）" not in page


def test_work_goes_where_the_page_said_when_the_day_is_over(site: Site) -> None:
    fields = [claimed(site) for _ in range(3)]
    given = {"last_day": "2026-09-21", "successor": "li.si", fields[1]: "shen", fields[2]: "-"}
    client = site.client(ADMIN)
    page = client.post(LEAVING, data=given, follow_redirects=True).text
    assert "2026-09-21结束时账号停用" in page
    assert holders(site) == [("zhang.san", "zhang.san")] * 3
    assert site.client("zhang.san").get("/chart").status_code == 200
    assert "2026-09-21离岗" in client.get("/people").text
    night_falls(site)
    assert holders(site) == [("li.si", "li.si"), ("shen", "li.si"), (None, "li.si")]
    assert site.client("zhang.san").get("/").status_code == 302
    number = site.numbers()[0]
    story = site.client("li.si").get(f"/cases/{number}").text
    assert "zhang.san某离岗，手上的工作移交他人" in story
    assert "“check”移交li.si某" in story
    assert "已离岗" in client.get(LEAVING).text


def test_a_day_in_the_past_takes_effect_while_one_waits(site: Site) -> None:
    claimed(site)
    client = site.client(ADMIN)
    client.post(LEAVING, data={"last_day": "2026-09-18", "successor": "li.si"})
    assert holders(site) == [("li.si", "li.si")]
    assert site.client("zhang.san").get("/").status_code == 302
    assert "离岗并移交" in client.get("/people/accounts/zhang.san").text


def test_what_was_entered_can_be_changed_and_called_off(site: Site) -> None:
    claimed(site)
    client = site.client(ADMIN)
    client.post(LEAVING, data={"last_day": "2026-09-21", "successor": "li.si"})
    assert '<option value="li.si" selected>' in client.get(LEAVING).text
    client.post(f"{LEAVING}/call-off")
    night_falls(site)
    assert holders(site) == [("zhang.san", "zhang.san")]
    assert client.post(f"{LEAVING}/call-off").status_code == 404


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"last_day": ""}, "请填写最后一个工作日"),
        ({"last_day": "2026-09-21", "successor": "elsewhere"}, "接手的人须是本单位"),
    ],
)
def test_what_cannot_be_is_refused_with_a_reason(site: Site, given: dict[str, str], said: str) -> None:
    answer = site.client(ADMIN).post(LEAVING, data=given)
    assert answer.status_code == 422
    assert said in answer.text


def test_the_last_administrator_is_told_so(site: Site) -> None:
    assert "最后一位管理员" in site.client(ADMIN).get(f"/people/accounts/{ADMIN}/leaving").text


def test_somebody_new_begins_on_their_first_day(site: Site) -> None:
    given = {"user": "sun.qi", "name": "孙七", "units": ["window"], "first_day": "2026-09-22"}
    client = site.client(ADMIN)
    client.post("/people/new", data=given)
    assert "2026-09-22到岗" in client.get("/people").text
    assert site.client("sun.qi").get("/").status_code == 302
    with reading(site.engine) as connection, pytest.raises(NoSuchPerson):
        actor_of(connection, "sun.qi", at=MONDAY)
    site.now_is(TUESDAY)
    with reading(site.engine) as connection:
        assert "unit:window" in actor_of(connection, "sun.qi", at=TUESDAY).keys
    assert site.client("sun.qi").get("/chart").status_code == 200


def test_a_change_for_next_week_takes_effect_by_itself_and_the_past_stays(site: Site) -> None:
    given = {"name": "李四", "units": ["archive"], "more_skills": "调解、听证", "from_day": "2026-09-28"}
    client = site.client(ADMIN)
    client.post("/people/accounts/li.si", data=given)
    later = datetime(2026, 9, 28, 9, tzinfo=BEIJING)
    with reading(site.engine) as connection:
        before = actor_of(connection, "li.si", at=MONDAY).keys
        after = actor_of(connection, "li.si", at=later).keys
        skilled = {one.user: one.skills for one in list_people(connection, "t", on=day_of(later))}
    assert ("unit:window" in before, "unit:archive" in before) == (True, False)
    assert ("unit:window" in after, "unit:archive" in after) == (False, True)
    assert set(skilled["li.si"]) == {"听证", "调解"}
    page = client.get("/people/accounts/li.si").text
    assert "2026-09-27" in page
    assert "将来" in page


def test_what_people_were_is_not_changed_afterwards(site: Site) -> None:
    given = {"name": "李四", "units": ["archive"], "from_day": "2026-09-01"}
    answer = site.client(ADMIN).post("/people/accounts/li.si", data=given)
    assert answer.status_code == 422
    assert "不能改过去的" in answer.text


def test_the_chart_shows_who_heads_whom_today_and_on_another_day(site: Site) -> None:
    client = site.client(ADMIN)
    client.post(
        "/people/accounts/wang.wu", data={"name": "王五", "units": ["chiefs"], "from_day": "2026-09-28"}
    )
    client.post(
        "/people/accounts/li.si",
        data={"name": "李四", "units": ["window"], "leads": ["window"], "from_day": "2026-09-28"},
    )
    site.now_is(datetime(2026, 9, 29, 9, tzinfo=BEIJING))
    page = site.client("outsider").get("/chart").text
    now, then = page, site.client("outsider").get("/chart?on=2026-09-21").text
    head = 'class="heads"'
    window = now.index("<h2>窗口</h2>")
    assert "李四" in now[now.index(head, window) : now.index("</p>", window)]
    assert "历任负责人" in now
    assert "王五" in now[window:]
    window = then.index("<h2>窗口</h2>")
    assert "王五" in then[then.index(head, window) : then.index("</p>", window)]
    assert "elsewhere" not in now
    assert site.client("outsider").get("/chart?on=nonsense").status_code == 200
