from __future__ import annotations

from datetime import date

import orjson
import pytest

from tests.notices import DAYS_2027, NOTICE_2027, NUMBER
from workflows.calendar_notice import MAX_TEXT, Notice, UnusableNotice, read_notice

JSON = """{
  "year": 2027, "notice": "某某号",
  "days": [
    {"date": "2027-01-01", "type": "off", "name": "元旦"},
    {"date": "2027-02-14", "type": "work", "name": "春节"}
  ]
}"""


def days(notice: Notice) -> dict[date, tuple[bool | None, str]]:
    return {one.day: (one.is_workday, one.name) for one in notice.days}


def faults(text: str, **beside: object) -> list[tuple[int, str, str]]:
    with pytest.raises(UnusableNotice) as refused:
        read_notice(text, **beside)  # type: ignore[arg-type]
    return [(one.line, one.message_zh, one.message_en) for one in refused.value.faults]


def test_a_table_pasted_from_a_page_says_year_number_and_every_day() -> None:
    notice = read_notice(NOTICE_2027)
    assert (notice.year, notice.number) == (2027, NUMBER)
    found = days(notice)
    assert len(found) == 31
    assert found[date(2027, 5, 3)] == (False, "劳动节")
    assert found[date(2027, 5, 8)] == (True, "劳动节")


def test_year_and_number_may_be_given_beside_the_table() -> None:
    notice = read_notice(DAYS_2027, year=2027, number=f" {NUMBER}")
    assert (notice.year, notice.number) == (2027, NUMBER)
    assert days(notice) == days(read_notice(NOTICE_2027))


def test_commas_and_blanks_part_the_cells_as_well() -> None:
    text = "2027-01-01，放假，元旦\n2027-02-14 work Spring Festival"
    assert days(read_notice(text)) == {
        date(2027, 1, 1): (False, "元旦"),
        date(2027, 2, 14): (True, "Spring Festival"),
    }


def test_json_says_the_same() -> None:
    notice = read_notice(JSON)
    assert (notice.year, notice.number) == (2027, "某某号")
    assert days(notice) == {date(2027, 1, 1): (False, "元旦"), date(2027, 2, 14): (True, "春节")}
    assert [one.line for one in notice.days] == [4, 5]


def test_a_list_alone_will_do() -> None:
    listed = orjson.dumps(orjson.loads(JSON)["days"]).decode()
    assert days(read_notice(listed)) == days(read_notice(JSON))


@pytest.mark.parametrize(
    ("text", "line", "zh", "en"),
    [
        ("", 0, "没有内容", "empty"),
        ("x" * (MAX_TEXT + 1), 0, "内容过长", "too long"),
        ("年份 2027", 0, "没有任何日期", "no days"),
        ("2027-01-01 放假 元旦\n第二天也放假", 2, "应依次写日期", "Write date, type"),
        ("2027-01-01 放假 元旦\n\n2027-02-30 放假 春节", 3, "不是日期", "is no date"),
        ("1月1日 放假 元旦", 1, "不是日期", "is no date"),
        ("2027-01-01 也许 元旦", 1, "类型“也许”不能识别", "is unknown: write off or work"),
        ("2027-01-03 至 2027-01-01 放假 元旦", 1, "起止日期不对", "must run forward"),
        ("{", 1, "JSON 写法不对", "no JSON"),
        ('{"days": [1]}', 0, "每一项应为", "must be an object"),
        ('{"days": []}', 0, "没有任何日期", "no days"),
        (JSON.replace("2027,", '"2027",'), 0, "year 应为数字", "must be a number"),
        (JSON.replace("02-14", "02-31"), 5, "不是日期", "is no date"),
    ],
)
def test_what_cannot_be_read_says_where_and_what_to_do(text: str, line: int, zh: str, en: str) -> None:
    ((at, chinese, english),) = faults(text)
    assert at == line
    assert zh in chinese
    assert en in english


def test_all_faults_are_said_at_once() -> None:
    assert [line for line, _, _ in faults("昨天 放假 元旦\n2027-01-02 放假 元旦\n明天 放假 元旦")] == [1, 3]


def test_the_error_itself_says_the_first_of_them_in_both_languages() -> None:
    with pytest.raises(UnusableNotice) as refused:
        read_notice("2027-01-01 也许 元旦")
    assert "第1行:类型“也许”不能识别" in refused.value.in_chinese()
    assert "Line 1: The type '也许' is unknown" in refused.value.message
