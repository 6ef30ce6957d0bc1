"""People are told in the page, say how they want to be told, and see what did not arrive."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from app.settings import Settings
from tests.app.conftest import MONDAY, Site
from tests.app.installing import installed
from tests.workflows.notifications.staffed import Gateway, gateway_of_tests
from workflows import tables
from workflows.clock import SetClock
from workflows.database import sqlite_url, transaction
from workflows.deliveries import deliverers
from workflows.notifications.outside import Outlets
from workflows.notifications.posting import Reach
from workflows.outbox import Letter, Outside, deliver_due, post

INSIDE = deliverers(spool=None, webhook=None)


def urge(site: Site, reason: str = "张三某在等") -> str:
    number = site.open_case()
    site.client("wang.wu").post(site.task("check") + "/pass/urge", data={"reason": reason})
    deliver_due(site.engine, SetClock(MONDAY + timedelta(minutes=1)), INSIDE)
    return number


def unread(site: Site, person: str) -> str:
    found = re.search(r'data-unread="(\d+)"', site.client(person).get("/absences").text)
    assert found is not None
    return found[1]


def test_the_bell_counts_and_the_list_leads_to_the_task(site: Site) -> None:
    assert unread(site, "zhang.san") == "0"
    assert "还没有通知" in site.client("zhang.san").get("/notifications").text
    number = urge(site)
    assert (unread(site, "zhang.san"), unread(site, "li.si"), unread(site, "han")) == ("1", "1", "0")
    page = site.client("zhang.san").get("/notifications").text
    assert "有人催办" in page
    assert number in page
    assert "张三某" not in page.partition("<main")[2]
    (followed,) = set(re.findall(r'href="(/notifications/\d+)"', page))
    answer = site.client("zhang.san").get(followed)
    assert answer.headers["Location"] == site.task("check")
    assert unread(site, "zhang.san") == "0"
    assert site.client("li.si").get(followed).status_code == 404
    assert "已读" in site.client("zhang.san").get("/notifications").text


def test_a_link_in_a_message_finds_what_it_told_this_person(site: Site) -> None:
    urge(site)
    (key, *_) = site.rows(select(tables.notifications.c.key))
    assert site.client("li.si").get(f"/notifications/of/{key}").headers["Location"] == site.task("check")
    assert site.client("han").get(f"/notifications/of/{key}").status_code == 404
    stranger = site.client().get(f"/notifications/of/{key}")
    assert "/sign-in?next=/notifications/of/" in stranger.headers["Location"]


def test_one_or_all_are_marked_as_read(site: Site) -> None:
    urge(site)
    urge(site)
    client = site.client("zhang.san")
    assert client.post("/notifications/2/read").status_code in (302, 404)
    assert unread(site, "zhang.san") in ("1", "2")
    page = client.get("/notifications?which=unread").text
    newest = re.search(r'name="up_to" value="(\d+)"', page)
    assert newest is not None
    client.post("/notifications/read", data={"up_to": newest[1]})
    assert unread(site, "zhang.san") == "0"
    assert unread(site, "li.si") == "2"
    assert "没有未读通知" in client.get("/notifications?which=unread").text


def test_the_bell_is_asked_for_again_for_nothing_while_nothing_happens(site: Site) -> None:
    client = site.client("zhang.san")
    first = client.get("/notifications/bell")
    tag = {"If-None-Match": first.headers["ETag"]}
    assert client.get("/notifications/bell", headers=tag).status_code == 304
    urge(site)
    second = client.get("/notifications/bell", headers=tag)
    assert second.status_code == 200
    assert 'data-unread="1"' in second.text
    client.get("/language/en")
    assert (
        "Notifications"
        in client.get("/notifications/bell", headers={"If-None-Match": second.headers["ETag"]}).text
    )


def test_a_long_list_has_pages(site: Site) -> None:
    with transaction(site.engine) as connection:
        for n in range(30):
            post(
                connection,
                key=f"k{n}",
                kind="notify",
                case_id=0,
                body={"to": ["person:zhang.san"], "organisation": "t", "subject": f"第{n}件"},
                at=MONDAY,
            )
    deliver_due(site.engine, SetClock(MONDAY + timedelta(minutes=1)), INSIDE)
    first = site.client("zhang.san").get("/notifications").text
    (following,) = re.findall(r'href="([^"]*after=[^"]*)"', first)
    second = site.client("zhang.san").get(following.replace("&amp;", "&")).text
    found = re.findall(r"第(\d+)件</a>", first) + re.findall(r"第(\d+)件</a>", second)
    assert sorted(map(int, found)) == list(range(30))


# --- settings -----------------------------------------------------------------------------------------------

CHOSEN = {
    "mail": "zhang.san@office.example.invalid",
    "phone": "",
    "language": "en",
    "urged.mail": "yes",
    "with_digest": "yes",
    "digest": "10:15",
    "with_quiet": "yes",
    "quiet_from": "20:00",
    "quiet_until": "07:00",
}


def test_everybody_says_how_they_want_to_be_told(site: Site) -> None:
    client = site.client("zhang.san")
    page = client.get("/notifications/settings").text
    assert "还没有接通邮件服务器" in page
    assert 'name="urged.phone" value="yes" checked' in page
    assert "通知设置已保存" in client.post("/notifications/settings", data=CHOSEN, follow_redirects=True).text
    page = client.get("/notifications/settings").text
    for kept in ('value="zhang.san@office.example.invalid"', 'value="10:15"', 'value="20:00"'):
        assert kept in page
    assert 'name="urged.mail" value="yes" checked' in page
    assert 'name="urged.phone" value="yes" checked' not in page
    assert site.client("li.si").get("/notifications/settings").text.count("zhang.san@") == 0
    due = site.rows(select(tables.digests.c.next_at))
    assert due == [MONDAY + timedelta(minutes=15)]


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"mail": "zhang.san"}, "邮箱地址"),
        ({"mail": "a@b.invalid\r\nBcc: c@d.invalid"}, "邮箱地址"),
        ({"phone": "tel"}, "手机号码"),
        ({"digest": "25:00"}, "08:30"),
        ({"quiet_until": ""}, "起止两个时间"),
        ({"language": "fr"}, "语言"),
    ],
)
def test_what_cannot_be_used_is_refused_and_stays_in_the_form(
    site: Site, wrong: dict[str, str], why: str
) -> None:
    answer = site.client("zhang.san").post("/notifications/settings", data=CHOSEN | wrong)
    assert answer.status_code == 422
    assert why in answer.text
    assert 'value="20:00"' in answer.text
    assert site.rows(select(tables.notification_settings.c.user)) == []


# --- the gateway --------------------------------------------------------------------------------------------


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    with gateway_of_tests() as server:
        yield server


@pytest.fixture
def reaching(settled: bytes, tmp_path: Path) -> Iterator[Site]:
    """An installation that lets webhooks reach this machine."""
    (tmp_path / "guicheng.db").write_bytes(settled)
    settings = Settings(
        data=tmp_path,
        database=sqlite_url(tmp_path),
        secret="s" * 40,
        controlled_clock=True,
        outlets=Outlets(reach=Reach(hosts=frozenset({"127.0.0.1"}))),
    )
    with installed(settings, TESTING=False, WTF_CSRF_ENABLED=False) as app:
        yield Site(app=app, engine=app.extensions["guicheng"].engine)


def test_an_administrator_connects_a_gateway_and_tries_it(reaching: Site, gateway: Gateway) -> None:
    client = reaching.client("zhao.liu")
    assert "保存网关地址以后可以试发" in client.get("/notifications/webhook").text
    shown = client.post(
        "/notifications/webhook", data={"url": gateway.url, "active": "yes", "group.urged": "yes"}
    ).text
    secret = re.search(r"whsec_[A-Za-z0-9+/=]+", shown)
    assert secret is not None
    assert secret[0] not in client.get("/notifications/webhook").text
    assert "测试成功：接口答复 204" in client.post("/notifications/webhook/try", follow_redirects=True).text
    assert "这是一条测试通知" in gateway.taken[0][1].decode()
    gateway.status = 500
    assert "接口答复了 500" in client.post("/notifications/webhook/try", follow_redirects=True).text
    changed = client.post("/notifications/webhook/secret").text
    assert "正在更换" in changed
    assert secret[0] not in changed
    ended = client.post("/notifications/webhook/secret/end", follow_redirects=True).text
    assert "旧密钥已作废" in ended


def test_a_gateway_within_the_network_is_for_those_who_run_the_installation_to_allow(
    site: Site, gateway: Gateway
) -> None:
    client = site.client("zhao.liu")
    client.post("/notifications/webhook", data={"url": gateway.url, "active": "yes"})
    page = client.post("/notifications/webhook/try", follow_redirects=True).text
    assert "GUICHENG_WEBHOOK_HOSTS" in page
    assert gateway.taken == []
    wrong = client.post("/notifications/webhook", data={"url": "gopher://example.invalid"})
    assert wrong.status_code == 422
    assert "gopher://example.invalid" in wrong.text
    assert client.post("/notifications/webhook/try", follow_redirects=True).status_code == 200


# --- what did not arrive ------------------------------------------------------------------------------------


def refuse(letter: Letter) -> None:
    raise ConnectionRefusedError("nobody there")


def fail(site: Site, *keys: str) -> None:
    with transaction(site.engine) as connection:
        for key in keys:
            post(
                connection,
                key=key,
                kind="mail",
                case_id=0,
                body={"user": "li.si", "organisation": "t"},
                at=MONDAY,
            )
    deliver_due(site.engine, SetClock(MONDAY), {"mail": Outside(refuse)})


def test_administrators_see_why_a_letter_did_not_arrive_and_send_it_again(site: Site) -> None:
    client = site.client("zhao.liu")
    assert "没有发不出去的通知和消息" in client.get("/letters").text
    fail(site, "a", "b")
    page = client.get("/letters").text
    assert "对方服务器没有开启" in page
    assert "li.si某" in page
    assert "2026-09-21 10:01" in page
    assert '<span class="count late">2</span>' in client.get("/notifications").text
    assert "未送达" not in site.client("zhang.san").get("/notifications").text
    assert "没有发不出去" in site.client("elsewhere").get("/letters").text
    assert (
        "1 封信马上重新发送" in client.post("/letters/retry", data={"key": "a"}, follow_redirects=True).text
    )
    assert "2 封信马上重新发送" in client.post("/letters/retry", follow_redirects=True).text
    taken: list[str] = []
    deliver_due(site.engine, SetClock(MONDAY), {"mail": Outside(lambda letter: taken.append(letter.key))})
    assert sorted(taken) == ["a", "b"]


def test_giving_a_letter_up_needs_a_reason_that_stays(site: Site) -> None:
    fail(site, "a")
    client = site.client("zhao.liu")
    assert client.post("/letters/give-up", data={"key": "a", "reason": " "}).status_code == 422
    client.post("/letters/give-up", data={"key": "a", "reason": "已电话告知"})
    assert "没有发不出去的通知和消息" in client.get("/letters").text
    page = client.get("/letters?which=given-up").text
    assert "已电话告知" in page
    assert "zhao.liu某" in page
    assert client.post("/letters/retry", data={"key": "a"}).status_code == 404
