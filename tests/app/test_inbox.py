"""What people find in their inbox."""

from __future__ import annotations

import re
from datetime import timedelta

from sqlalchemy import insert

from tests.app.conftest import MONDAY, Site
from workflows.database import transaction
from workflows.people import membership_rows
from workflows.tables import memberships, people


def steps(text: str) -> list[str]:
    """Case numbers of the list, in order."""
    return re.findall(r'class="number"><a href="[^"]+">([^<]+)', text)


def test_a_new_case_waits_for_the_whole_unit_until_one_takes_it(site: Site) -> None:
    number = site.open_case()
    zhang, li = site.client("zhang.san"), site.client("li.si")
    assert steps(li.get("/?box=units").text) == [number]
    assert steps(li.get("/?box=mine").text) == []

    assert li.post(site.task("check") + "/claim").status_code == 302
    assert steps(li.get("/?box=mine").text) == [number]
    assert "li.si某已领取" in zhang.get("/?box=units").text

    assert li.post(site.task("check") + "/release").status_code == 302
    assert steps(li.get("/?box=mine").text) == []
    assert "li.si某已领取" not in zhang.get("/?box=units").text


def test_without_a_choice_the_list_shows_where_there_is_work(site: Site) -> None:
    site.open_case()
    assert "<h1>部门待办</h1>" in site.client("zhang.san").get("/").text
    site.client("zhang.san").post(site.task("check") + "/claim")
    assert "<h1>我的待办</h1>" in site.client("zhang.san").get("/").text


def test_who_must_not_do_a_task_is_not_offered_it(site: Site) -> None:
    number = site.open_case()
    site.check(by="shen")
    assert steps(site.client("shen").get("/?box=units").text) == []
    assert steps(site.client("wang.wu").get("/?box=units").text) == [number]


def test_people_of_other_units_and_organisations_see_none_of_it(site: Site) -> None:
    site.open_case()
    for stranger in ("outsider", "elsewhere"):
        assert steps(site.client(stranger).get("/?box=units").text) == []


def test_what_one_has_completed_is_kept_in_sight(site: Site) -> None:
    number = site.open_case()
    site.check()
    assert steps(site.client("zhang.san").get("/?box=done").text) == [number]
    assert steps(site.client("li.si").get("/?box=done").text) == []


def test_the_lamp_says_in_words_how_much_time_is_left(site: Site) -> None:
    site.open_case()
    client = site.client("zhang.san")
    told = {}
    for days in (0, 1, 2, 3, 7):
        site.now_is(MONDAY + timedelta(days=days))
        told[days] = re.findall(r'class="lamp (\w+)"[^>]*>([^<]+)', client.get("/?box=units").text)
    assert told == {
        0: [("ample", "余 2 个工作日")],
        1: [("soon", "余 1 个工作日")],
        2: [("today", "今日到期")],
        3: [("overdue", "已逾期 1 个工作日")],
        # Friday 25 September 2026 is Mid-Autumn Festival, the weekend follows.
        7: [("overdue", "已逾期 2 个工作日")],
    }


def test_a_long_list_is_turned_over_page_by_page_each_task_once(site: Site) -> None:
    numbers = [site.open_case() for _ in range(30)]
    client = site.client("zhang.san")
    first = client.get("/?box=units").text
    following = re.search(r'href="(/\?[^"]*after=[^"]+)"', first)
    assert following is not None
    second = client.get(following[1].replace("&amp;", "&")).text
    assert steps(first) + steps(second) == numbers
    assert "after=" not in second.replace("after=" + following[1].split("after=")[1], "")


def test_a_bent_mark_shows_the_first_page(site: Site) -> None:
    number = site.open_case()
    for mark in ("x", "1.2", "-1.0.0", "9" * 40 + ".1.1", "1.1.1' OR 1=1"):
        answer = site.client("zhang.san").get("/", query_string={"box": "units", "after": mark})
        assert answer.status_code == 200
    assert steps(site.client("zhang.san").get("/?box=units&after=x").text) == [number]


def test_tasks_are_found_by_what_number_title_and_regulation_hold(site: Site) -> None:
    first, second = site.open_case(), site.open_case(kind="变更", reason="搬家")
    client = site.client("zhang.san")
    assert steps(client.get(f"/?box=units&q={first}").text) == [first]
    assert steps(client.get("/?box=units&q=许可（变更").text) == [second]
    assert steps(client.get("/?box=units&q=t-2026").text) == [first, second]
    assert steps(client.get("/?box=units&q=%25").text) == []
    assert steps(client.get("/?box=units&q=可").text) == [first, second]
    assert steps(client.get("/?box=units&q=2 变更").text) == [second]
    assert steps(client.get("/?box=units&q=搬家").text) == []
    assert "在全部案件和内容中搜索" in client.get("/?box=units&q=搬家").text


def test_tasks_are_found_by_the_applicant_by_those_who_may_know_who_it_is(site: Site) -> None:
    case = site.open_case()
    site.open_case(applicant="李四某")
    assert steps(site.client("li.si").get("/?box=units&applicant=张三某").text) == [case]
    assert steps(site.client("li.si").get("/?box=units&applicant=张三").text) == []
    site.check(case_number=case)
    with transaction(site.engine) as connection:
        connection.execute(insert(people).values(user="zhou", organisation="t", name="周某"))
        connection.execute(insert(memberships), membership_rows("zhou", units=("chiefs",)))
    # The chiefs have a task in the case and are not told whose it is.
    assert steps(site.client("zhou").get("/?box=units").text) == [case]
    assert steps(site.client("zhou").get("/?box=units&applicant=张三某").text) == []
    assert steps(site.client("zhou").get("/?box=units&q=张三某").text) == []
