"""Issuing notices."""

from __future__ import annotations

from datetime import datetime

import pytest
from sqlalchemy import insert, select, update

from tests.workflows.operators.surroundings import MORNING, Caller
from workflows.clock import BEIJING
from workflows.operators.filling import Filling
from workflows.operators.notices import NoSuchNotice
from workflows.operators.parameters import UnusableParameter
from workflows.tables import groups, notices, organisations, people

ACCEPTANCE = "<html><head><title>受理通知书 {{ case.number }}</title></head><body>正文</body></html>"
OWN_NUMBER = '<head><meta name="number" content="某某函〔{year}〕{n:02d}号"><title>告知函</title></head>'


def test_an_issued_notice_is_numbered_and_on_record_under_its_title(caller: Caller) -> None:
    caller.notices = {"acceptance": ACCEPTANCE}
    effect = caller.call("issue-notice", notice='"acceptance"', to='"某某餐饮店"')
    row = caller.connection.execute(select(notices)).one()
    assert effect.result == {"id": row.id, "number": "〔2026〕1号", "title": "受理通知书"}
    assert (row.case_id, row.seq, row.notice, row.number) == (caller.case_id, 3, "acceptance", "〔2026〕1号")
    assert (row.title, row.issued_at) == ("受理通知书", MORNING)


def test_each_notice_counts_by_itself_and_anew_every_year(caller: Caller) -> None:
    caller.notices = {"acceptance": ACCEPTANCE, "letter": OWN_NUMBER}
    numbers = [caller.call("issue-notice", notice=f'"{n}"').result["number"] for n in ("acceptance",) * 2]
    numbers.append(caller.call("issue-notice", notice='"letter"').result["number"])
    caller.at = datetime(2027, 1, 4, 9, 0, tzinfo=BEIJING)
    numbers.append(caller.call("issue-notice", notice='"acceptance"').result["number"])
    assert numbers == ["〔2026〕1号", "〔2026〕2号", "某某函〔2026〕01号", "〔2027〕1号"]


def test_another_organisation_numbers_its_own_notices(caller: Caller) -> None:
    caller.notices = {"acceptance": ACCEPTANCE}
    caller.call("issue-notice", notice='"acceptance"')
    caller.connection.execute(insert(organisations).values(slug="other", name="另一局"))
    caller.organisation = "other"
    assert caller.call("issue-notice", notice='"acceptance"').result["number"] == "〔2026〕1号"


@pytest.mark.parametrize("text", ["", "<p>没有标题</p>", "<title>{{ title }}</title>"])
def test_a_notice_without_a_title_goes_by_its_name(caller: Caller, text: str) -> None:
    caller.notices = {"acceptance": text}
    assert caller.call("issue-notice", notice='"acceptance"').result["title"] == "acceptance"


def test_a_notice_that_is_not_there_is_not_issued(caller: Caller) -> None:
    with pytest.raises(NoSuchNotice) as refused:
        caller.call("issue-notice", notice='"acceptance"')
    assert "acceptance" in refused.value.in_chinese()


def test_a_null_names_no_notice(caller: Caller) -> None:
    with pytest.raises(UnusableParameter):
        caller.call("issue-notice", notice="null")


def filling(caller: Caller) -> Filling:
    return Filling.from_text(caller.connection.scalars(select(notices.c.data)).one())


def test_what_the_template_may_use_is_kept_with_the_notice_and_nothing_else(caller: Caller) -> None:
    who = {"$identity": "0" * 32}
    caller.notices = {
        "acceptance": "{{ data.申请人 }}{{ data['事项'].名称 }}{{ organisation.name }}{{ case.title }}"
    }
    caller.data = {"申请人": who, "事项": {"名称": "登记"}, "意见": "内部", "case": {"number": "n"}}
    caller.call("issue-notice", notice='"acceptance"')
    kept = filling(caller)
    # Identities stay references: a destroyed one is gone from issued documents too.
    assert kept.data == {"申请人": who, "事项": {"名称": "登记"}}
    assert (kept.case, kept.organisation) == ({"title": "某某案件"}, {"name": "某某局"})
    assert kept.process == "office.plain#1"


def test_people_and_units_that_are_meant_keep_the_names_they_had(caller: Caller) -> None:
    at = {"organisation": "office"}
    caller.connection.execute(insert(groups).values(kind="unit", slug="window", name="窗口", **at))
    caller.connection.execute(insert(people).values(user="li.si", name="李四某", **at))
    caller.notices = {"acceptance": "{{ data.经办 }}"}
    caller.data = {"经办": ["li.si", "window", "某某"]}
    caller.call("issue-notice", notice='"acceptance"')
    assert (filling(caller).people, filling(caller).units) == ({"li.si": "李四某"}, {"window": "窗口"})


def test_a_letterhead_that_changes_later_does_not_change_what_was_issued(caller: Caller) -> None:
    caller.notices = {"acceptance": "{{ organisation.name }}"}
    caller.call("issue-notice", notice='"acceptance"')
    caller.connection.execute(update(organisations).values(name="改名局"))
    assert filling(caller).organisation == {"name": "某某局"}
