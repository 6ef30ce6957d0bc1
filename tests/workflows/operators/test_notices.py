"""Issuing notices."""

from __future__ import annotations

from datetime import datetime

import pytest
from sqlalchemy import select

from tests.workflows.operators.surroundings import MORNING, Caller
from workflows.clock import BEIJING
from workflows.operators.notices import NoSuchNotice
from workflows.operators.parameters import UnusableParameter
from workflows.tables import notices

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
