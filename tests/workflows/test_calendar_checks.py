from __future__ import annotations

import pytest

from tests.notices import NOTICE_2027
from workflows.calendar_checks import check_local, check_national, remarks
from workflows.calendar_notice import UnusableNotice, read_notice
from workflows.calendars import calendar_of, seed


def faults(text: str) -> list[tuple[int, str, str]]:
    with pytest.raises(UnusableNotice) as refused:
        check_national(read_notice(text))
    return [(one.line, one.message_zh, one.message_en) for one in refused.value.faults]


def test_an_arrangement_in_order_is_taken() -> None:
    notice = read_notice(NOTICE_2027)
    check_national(notice)
    assert remarks(notice) == []


@pytest.mark.parametrize("year", range(2008, 2027))
def test_every_notice_there_has_been_would_be_taken(year: int) -> None:
    rows = [
        f"{one.day}\t{'上班' if one.is_workday else '放假'}\t{one.name}"
        for one in seed().days
        if one.day.year == year
    ]
    notice = read_notice("\n".join([f"年份 {year}", "文号 某某号", *rows]))
    check_national(notice)
    assert remarks(notice) == []


@pytest.mark.parametrize(
    ("more", "line", "zh", "en"),
    [
        ("2027-02-14 放假 春节", 15, "既放假又上班(另见第6行)", "both off and worked (see line 6)"),
        ("2027-06-09 放假 端午节", 15, "重复(另见第10行)", "stands twice (see line 10)"),
        ("2027-06-15 上班 端午节", 15, "不是周末", "is no weekend"),
        ("2028-01-03 放假 元旦", 15, "不在 2027 年", "is not in 2027"),
        ("2026-12-24 放假 元旦", 15, "不在 2027 年", "is not in 2027"),
        ("2027-12-31 放假", 15, "请写明 2027-12-31 的名称", "Name 2027-12-31"),
        ("2027-12-31 恢复", 15, "只写放假和上班", "days off and workdays only"),
    ],
)
def test_a_contradiction_says_where_and_what_to_do(more: str, line: int, zh: str, en: str) -> None:
    ((at, chinese, english),) = faults(f"{NOTICE_2027}{more}")
    assert at == line
    assert zh in chinese
    assert en in english


def test_the_last_week_of_the_year_before_belongs_to_the_notice() -> None:
    check_national(read_notice(f"{NOTICE_2027}2026-12-31 放假 元旦"))


def test_a_public_holiday_that_is_missing_is_named() -> None:
    ((line, zh, en),) = faults(NOTICE_2027.replace("2027年6月9日\t放假\t端午节\n", ""))
    assert line == 0
    assert "缺少法定节假日 2027-06-09(端午节)" in zh
    assert "2027-06-09 (端午节) is missing" in en


@pytest.mark.parametrize(
    ("text", "zh"),
    [
        ("文号 某某号\n2027-01-01 放假 元旦", "没有写年份"),
        (NOTICE_2027.replace("年份 2027", "年份 1999"), "年份应在"),
        ("\n".join(NOTICE_2027.splitlines()[:1] + NOTICE_2027.splitlines()[2:]), "请写明通知的文号"),
    ],
)
def test_year_and_number_have_to_be_said(text: str, zh: str) -> None:
    assert any(zh in message for _, message, _ in faults(text))


def test_days_off_that_do_not_balance_are_remarked_on() -> None:
    (remark,) = remarks(read_notice(NOTICE_2027.replace("2027-10-09\t上班\t国庆节\n", "")))
    assert "相差 14 天;法定节假日应为 13 天" in remark.message_zh
    assert "leave 14; the law gives 13" in remark.message_en


def test_an_office_writes_only_days_that_differ() -> None:
    rows = seed()
    calendar = calendar_of(rows.years, rows.days, "v")
    check_local(read_notice("2026-09-23 放假 局庆\n2026-09-26 上班 便民服务日"), calendar)
    with pytest.raises(UnusableNotice) as refused:
        check_local(read_notice("2026-10-01 放假 局庆\n2026-09-23 恢复\n2026-09-22 上班 平常"), calendar)
    said = [one.message_zh for one in refused.value.faults]
    assert ["本来就是法定休假日" in said[0], "没有本单位的安排" in said[1], "本来就是工作日" in said[2]] == [
        True
    ] * 3
