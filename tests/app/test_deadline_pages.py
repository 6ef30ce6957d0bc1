"""What presses is seen by those who have the work, and by those who watch over it."""

from __future__ import annotations

from sqlalchemy import update

from tests.app.conftest import Site
from tests.app.ladders import THURSDAY, TUESDAY, it_is, late_case, lay_down
from workflows.database import transaction
from workflows.tables import tasks


def test_the_board_says_case_period_what_is_left_and_who_has_it(site: Site) -> None:
    lay_down(site)
    number = site.open_case()
    it_is(site, TUESDAY)
    page = site.client("zhang.san").get("/deadlines").text
    for said in (
        number,
        "黄牌提醒",
        "余 1 个工作日，9 月 23 日 17:30 前",
        "许可（新办）",
        "窗口",
        "无人领取",
    ):
        assert said in page
    english = site.client("zhang.san")
    english.get("/language/en")
    assert "Yellow card" in english.get("/deadlines").text


def test_a_late_case_is_overdue_and_names_who_took_it(site: Site) -> None:
    late_case(site)
    page = site.client("wang.wu").get("/deadlines").text
    assert "超期" in page
    assert "已逾期 1 个工作日" in page
    assert "li.si某" in page


def test_nothing_is_on_the_board_before_it_presses(site: Site) -> None:
    lay_down(site)
    number = site.open_case()
    assert number not in site.client("zhang.san").get("/deadlines").text


def test_everybody_sees_their_own_units_and_those_who_watch_all_of_them(site: Site) -> None:
    number = late_case(site)

    def sees(person: str) -> bool:
        return number in site.client(person).get("/deadlines").text

    seen = {who: sees(who) for who in ("zhang.san", "wang.wu", "zhao.liu", "han", "outsider", "elsewhere")}
    assert seen == {
        "zhang.san": True,
        "wang.wu": True,
        "zhao.liu": True,
        "han": True,
        "outsider": False,
        "elsewhere": False,
    }


def test_who_has_an_interest_in_a_case_does_not_see_its_periods(site: Site) -> None:
    number = late_case(site)
    assert number in site.client("shen").get("/deadlines").text
    with transaction(site.engine) as connection:
        connection.execute(update(tasks).values(excluded='["shen", "outsider"]'))
    assert number not in site.client("shen").get("/deadlines").text
    assert "1 项" not in site.client("shen").get("/deadlines/calendar").text


def test_the_calendar_counts_what_ends_on_each_day_and_lists_a_day(site: Site) -> None:
    lay_down(site)
    numbers = [site.open_case(), site.open_case()]
    it_is(site, TUESDAY)
    client = site.client("zhang.san")
    page = client.get("/deadlines/calendar").text
    assert "2026 年 9 月的期限" in page
    assert "2 项" in page
    day = client.get("/deadlines/calendar?day=2026-09-23").text
    assert all(number in day for number in numbers)
    other = client.get("/deadlines/calendar?day=2026-09-24").text
    assert "这一天没有到期的期限。" in other
    assert "2026 年 10 月的期限" in client.get("/deadlines/calendar?month=2026-10").text


def test_the_calendar_of_one_unit_holds_its_periods_only(site: Site) -> None:
    late_case(site)
    client = site.client("han")
    assert "1 项" in client.get("/deadlines/calendar?unit=unit:window").text
    assert "1 项" not in client.get("/deadlines/calendar?unit=unit:archive").text
    # A unit that is not theirs changes nothing for others.
    assert "1 项" not in site.client("outsider").get("/deadlines/calendar?unit=unit:window").text


def test_a_date_that_is_none_means_today(site: Site) -> None:
    site.now_is(THURSDAY)
    for asked in ("day=never", "month=2026-13", "month=9999-12", "day=0001-01-01"):
        answer = site.client("zhang.san").get(f"/deadlines/calendar?{asked}")
        assert "2026 年 9 月的期限" in answer.text
