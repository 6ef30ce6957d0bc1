"""Colleagues sign on a task on the pages: asked, answered, added, called off."""

from __future__ import annotations

import re

from sqlalchemy import select

from tests.app.conftest import Site
from workflows import tables
from workflows.database import reading
from workflows.verification import verify

WHY = {"reason": "数额较大，请核"}


def pass_on(site: Site, by: str, verb: str, **given: object) -> object:
    return site.client(by).post(f"{site.task('check')}/pass/{verb}", data=given)


def ask(site: Site, *signers: str, mode: str = "all", by: str = "zhang.san") -> None:
    answer = pass_on(site, by, "countersign", signer=list(signers), mode=mode, **WHY)
    assert answer.status_code == 302, answer.text


def rows(text: str) -> list[str]:
    return re.findall(r'class="number"><a href="[^"]+">([^<]+)', text)


def test_two_colleagues_sign_and_then_the_holder_completes(site: Site) -> None:
    number = site.open_case()
    task, zhang = site.task("check"), site.client("zhang.san")
    form = zhang.get(f"{task}/pass/countersign").text
    offered = set(re.findall(r'name="signer" value="([\w.]+)"', form))
    assert offered == {"outsider", "wang.wu", "li.si", "shen", "han", "zhao.liu"}
    ask(site, "outsider", "wang.wu")
    page = zhang.get(task).text
    assert "正在会签，等待outsider某、wang.wu某签署。" in page
    assert re.search(r'value="complete" disabled', page)
    refused = site.check()
    assert refused.status_code == 422
    assert "还在等待 outsider某、wang.wu某 会签" in refused.text
    assert "齐全" in refused.text

    assert rows(site.client("outsider").get("/signing").text) == [number]
    assert "1</span>" in re.search(r"待我会签.*", site.client("outsider").get("/").text)[0]
    shown = site.client("outsider").get(task).text
    assert "zhang.san某：</strong>数额较大，请核" in shown
    assert "审查意见" in shown
    assert "张三某" not in shown
    assert site.client("outsider").get(f"/cases/{number}").status_code == 403
    lacking = pass_on(site, "outsider", "sign", agrees="no", reason=" ")
    assert lacking.status_code == 422
    assert "请写明意见" in lacking.text
    assert pass_on(site, "outsider", "sign", agrees="no", reason="缺批文").status_code == 302
    assert pass_on(site, "outsider", "sign", agrees="yes").status_code == 409
    assert site.client("outsider").get(task).status_code == 200
    assert pass_on(site, "wang.wu", "sign", agrees="yes").status_code == 302
    assert site.client("outsider").get(task).status_code == 403

    given = site.client("outsider").get("/signing").text
    assert rows(given) == []
    assert "缺批文" in given
    page = zhang.get(task).text
    assert "缺批文" in page
    assert "已签完" in page
    assert site.check().status_code == 302
    story = zhang.get(f"/cases/{number}").text
    assert "zhang.san某 就“check”请outsider某、wang.wu某会签" in story
    assert "outsider某 签署“check”：不同意" in story
    assert "意见：缺批文" in story
    with reading(site.engine) as connection:
        assert verify(connection, 1).proven


def test_a_signer_adds_a_colleague_and_the_holder_calls_it_off(site: Site) -> None:
    number = site.open_case()
    ask(site, "outsider", mode="any")
    task = site.task("check")
    form = site.client("outsider").get(f"{task}/pass/add-signer").text
    assert 'value="outsider"' not in form
    assert 'value="zhang.san"' not in form
    added = pass_on(site, "outsider", "add-signer", to="wang.wu", reason="请领导把关")
    assert added.status_code == 302
    page = site.client("zhang.san").get(task).text
    assert "中有一人签署即可" in page
    assert "outsider某 加签：请领导把关" in page
    assert [f"/pass/{verb}" in page for verb in ("urge", "add-signer", "call-off", "countersign")] == [
        True, True, True, False
    ]  # fmt: skip
    assert pass_on(site, "outsider", "call-off", reason="不必").status_code == 403
    assert pass_on(site, "zhang.san", "call-off", reason="改为口头").status_code == 302
    assert site.client("outsider").get("/signing").text.count(number) == 0
    assert pass_on(site, "wang.wu", "sign", agrees="yes").status_code == 409
    assert site.check().status_code == 302


def test_the_form_says_what_is_missing_and_keeps_the_rest(site: Site) -> None:
    site.open_case()
    nobody = pass_on(site, "zhang.san", "countersign", mode="any", **WHY)
    assert nobody.status_code == 422
    assert "请选择请哪些同事会签" in nobody.text
    assert ">数额较大，请核</textarea>" in nobody.text
    assert re.search(r'value="any" checked', nobody.text)
    why = pass_on(site, "zhang.san", "countersign", signer=["wang.wu"], reason="")
    assert why.status_code == 422
    assert re.search(r'value="wang.wu" checked', why.text)
    ask(site, "wang.wu")
    unsaid = pass_on(site, "wang.wu", "sign", reason="可以")
    assert unsaid.status_code == 422
    assert "请选择同意或者不同意" in unsaid.text
    assert ">可以</textarea>" in unsaid.text


def test_nobody_is_asked_who_is_kept_out_or_not_of_the_office(site: Site) -> None:
    site.open_case()
    site.check(by="shen")
    decide, wang = site.task("decide"), site.client("wang.wu")
    form = wang.get(f"{decide}/pass/countersign").text
    assert 'value="li.si"' in form
    assert 'value="shen"' not in form
    for signer, status in (("shen", 403), ("elsewhere", 404), ("nobody", 404)):
        asked = wang.post(f"{decide}/pass/countersign", data={"signer": signer, **WHY})
        assert asked.status_code == status
    assert site.rows(select(tables.signatures.c.signer)) == []


def test_a_substitute_finds_and_signs_what_waits_for_the_colleague_who_is_away(site: Site) -> None:
    number = site.open_case()
    away = {
        "since": "2026-09-21T09:00",
        "until": "2026-09-23T17:30",
        "reason": "training",
        "substitute": "li.si",
    }
    site.client("outsider").post("/absences", data=away)
    ask(site, "outsider")
    assert rows(site.client("li.si").get("/signing").text) == [number]
    assert "请您代outsider某会签" in site.client("li.si").get(site.task("check")).text
    assert pass_on(site, "li.si", "sign", agrees="yes", reason="已核").status_code == 302
    page = site.client("zhang.san").get(site.task("check")).text
    assert "（li.si某代签）" in page
    assert "（代 outsider某）" in site.client("zhang.san").get(f"/cases/{number}").text


def test_what_one_has_signed_is_read_a_page_at_a_time(site: Site) -> None:
    for _ in range(27):
        site.open_case()
        ask(site, "outsider")
        pass_on(site, "outsider", "sign", agrees="yes")
    client = site.client("outsider")
    first = client.get("/signing").text
    following = re.search(r'href="(/signing\?after=[^"]+)"', first)[1]
    seen = re.findall(r'class="number">([^<]+)<', first + client.get(following).text)
    assert seen == site.numbers()[::-1]
    assert client.get("/signing?after=x.y.z.w").status_code == 200
