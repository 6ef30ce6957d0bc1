"""Who hears of a period that comes to its end, and when."""

from __future__ import annotations

import tomllib
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.calendars import LOCAL, WorkingCalendar, calendar_of, seed
from workflows.ladders import Ladder, Rung, UnusableLadder, read_ladders

LADDER = """
[[ladder]]
bases = ["statutory", "promised"]
[[ladder.rungs]]
name = "yellow"
title = "黄牌提醒"
tone = "yellow"
before = "2 workdays"
to = ["performers", "role:director"]
[[ladder.rungs]]
name = "red"
tone = "red"
before = "30 minutes"
[[ladder.rungs]]
name = "overdue"
title = "超期"
to = ["leader:window"]
ground = "office.accountability.1"
[[ladder.rungs]]
name = "reported"
tone = "overdue"
after = "5 workdays"
"""


@cache
def gazetted() -> WorkingCalendar:
    return calendar_of(seed().years, seed().days, "gazetted")


def at(text: str) -> datetime:
    """A moment on the wall clock of the office."""
    return datetime.fromisoformat(text).replace(tzinfo=LOCAL).astimezone(UTC)


def read(text: str, **how: Any) -> Ladder:
    (ladder,) = read_ladders(tomllib.loads(text)["ladder"], **how)
    return ladder


def rung(**facts: Any) -> Rung:
    (ladder,) = read_ladders([{"rungs": [{"name": "yellow", **facts}]}])
    return ladder.rungs[0]


def moment(due: str, *, opening: time = time(9), **facts: Any) -> datetime:
    return rung(**facts).moment(at(due), calendar=gazetted(), opening=opening)


def climb(ladder: Ladder, *, anchored: str, due: str) -> list[tuple[str, datetime]]:
    """Every rung a clock comes to, one after the other."""
    reached: list[tuple[str, datetime]] = []
    while found := ladder.next_rung(
        anchored_at=at(anchored),
        due_at=at(due),
        reached=[name for name, _ in reached],
        calendar=gazetted(),
    ):
        reached.append((found[0].name, found[1]))
    return reached


def test_a_clock_comes_to_each_rung_in_order_and_to_each_once() -> None:
    assert climb(read(LADDER), anchored="2026-03-02 10:00", due="2026-03-17 00:00") == [
        ("yellow", at("2026-03-12 09:00")),
        ("red", at("2026-03-16 23:30")),
        ("overdue", at("2026-03-17 00:00")),
        ("reported", at("2026-03-23 09:00")),
    ]


def test_the_order_is_that_of_the_moments_and_not_that_of_the_file() -> None:
    ladder = read(LADDER)
    turned = Ladder(bases=ladder.bases, rungs=tuple(reversed(ladder.rungs)))
    times = {"anchored": "2026-03-02 10:00", "due": "2026-03-17 00:00"}
    assert climb(turned, **times) == climb(ladder, **times)


def test_rungs_of_the_same_moment_are_reached_in_the_order_of_the_file() -> None:
    ladder = read_ladders([{"rungs": [{"name": "b", "tone": "red"}, {"name": "a", "tone": "overdue"}]}])[0]
    assert [name for name, _ in climb(ladder, anchored="2026-03-02 10:00", due="2026-03-17 00:00")] == [
        "b",
        "a",
    ]


@pytest.mark.parametrize(
    ("anchored", "first"),
    [
        ("2026-03-12 08:59", "yellow"),
        ("2026-03-12 09:00", "red"),  # begun at that very moment: nobody is late yet
        ("2026-03-16 23:45", "overdue"),
    ],
)
def test_a_rung_from_before_the_period_began_is_never_reached(anchored: str, first: str) -> None:
    assert climb(read(LADDER), anchored=anchored, due="2026-03-17 00:00")[0][0] == first


def test_a_rung_that_was_reached_is_not_reached_again_when_the_end_moves() -> None:
    found = read(LADDER).next_rung(
        anchored_at=at("2026-03-02 10:00"),
        due_at=at("2026-03-31 00:00"),
        reached={"yellow"},
        calendar=gazetted(),
    )
    assert found is not None
    assert (found[0].name, found[1]) == ("red", at("2026-03-30 23:30"))


def test_behind_the_last_rung_there_is_none() -> None:
    ladder = read(LADDER)
    reached = [one.name for one in ladder.rungs]
    times = {"anchored_at": at("2026-03-02 10:00"), "due_at": at("2026-03-17 00:00")}
    assert ladder.next_rung(**times, reached=reached, calendar=gazetted()) is None
    assert read_ladders([{}])[0].next_rung(**times, reached=(), calendar=gazetted()) is None


def test_a_rung_is_found_by_its_name_until_it_is_taken_off_the_ladder() -> None:
    found = read(LADDER).rung("overdue")
    assert found is not None
    assert (found.title, found.title_en, found.to, found.ground) == (
        "超期",
        "overdue",
        ("leader:window",),
        "office.accountability.1",
    )
    assert read(LADDER).rung("purple") is None


class TestMoments:
    @pytest.mark.parametrize(
        ("due", "before", "reached"),
        [
            # A period that ends at 24:00 ends on its last day, not on the next.
            ("2026-03-17 00:00", "1 workday", "2026-03-13 09:00"),
            ("2026-03-16 17:30", "1 workday", "2026-03-13 09:00"),
            ("2026-10-09 00:00", "1 workday", "2026-09-30 09:00"),  # over the week of National Day
            ("2026-10-13 00:00", "1 workday", "2026-10-10 09:00"),  # a make-up Saturday
            ("2026-10-05 00:00", "2 workdays", "2026-09-29 09:00"),  # a pledged date in the holidays
            ("2026-03-17 00:00", "1 day", "2026-03-15 09:00"),
            ("2026-03-17 00:00", "1 week", "2026-03-09 09:00"),
            ("2026-03-17 00:00", "90 minutes", "2026-03-16 22:30"),
            ("2026-03-16 12:30", "2小时", "2026-03-16 10:30"),
            ("2026-03-16 12:30", "0 workdays", "2026-03-16 12:30"),
        ],
    )
    def test_so_long_before_the_due_moment(self, due: str, before: str, reached: str) -> None:
        assert moment(due, before=before) == at(reached)

    @pytest.mark.parametrize(
        ("due", "after", "reached"),
        [
            ("2026-03-17 00:00", "1 workday", "2026-03-17 09:00"),
            ("2026-03-13 17:30", "1个工作日", "2026-03-16 09:00"),
            ("2026-10-01 00:00", "1 workday", "2026-10-08 09:00"),
            ("2026-03-13 17:30", "1 day", "2026-03-14 09:00"),
            ("2026-03-13 17:30", "45 minutes", "2026-03-13 18:15"),
        ],
    )
    def test_so_long_after_the_due_moment(self, due: str, after: str, reached: str) -> None:
        assert moment(due, after=after) == at(reached)

    def test_neither_before_nor_after_is_the_due_moment_itself(self) -> None:
        assert moment("2026-03-16 17:30") == at("2026-03-16 17:30")

    def test_days_are_reached_when_the_office_opens(self) -> None:
        assert moment("2026-03-17 00:00", before="1 workday", opening=time(8, 30)) == at("2026-03-13 08:30")
        assert read(LADDER, opening=time(8, 30)).opening == time(8, 30)

    @given(st.datetimes(datetime(2024, 1, 1), datetime(2026, 11, 30), timezones=st.just(UTC)), st.data())  # noqa: DTZ001
    def test_a_longer_distance_is_reached_earlier_before_and_later_after(
        self, due: datetime, data: st.DataObject
    ) -> None:
        unit = data.draw(st.sampled_from(["workdays", "days", "minutes"]))
        n = data.draw(st.integers(1, 60))
        near, far = (
            {side: rung(**{side: f"{k} {unit}"}) for side in ("before", "after")} for k in (n, n + 1)
        )
        how: dict[str, Any] = {"calendar": gazetted(), "opening": time(9)}
        assert far["before"].moment(due, **how) < near["before"].moment(due, **how) < due
        assert near["after"].moment(due, **how) < far["after"].moment(due, **how)
        # On the day after, the office may open before an end in the same night is a day old, never before it.
        assert near["after"].moment(due, **how) > due - timedelta(microseconds=1)

    def test_the_furthest_rung_lies_within_the_calendar(self) -> None:
        early = moment("2026-03-17 00:00", before="1000 workdays")
        assert gazetted().workdays_between(early.astimezone(LOCAL).date(), date(2026, 3, 16)) == 1000


class TestUnusable:
    @pytest.mark.parametrize(
        ("facts", "said"),
        [
            ({"name": ""}, "缺少 name"),
            ({"name": "   ", "tone": "red"}, "缺少 name"),
            ({"tone": "purple"}, "tone 应为 reminder、yellow、red、overdue 之一"),
            ({"name": "first"}, "tone 应为"),
            ({"before": "1 day", "after": "1 day"}, "before 与 after 只能有一个"),
            ({"before": "soon"}, "期限写法不正确"),
            ({"before": "-1 day"}, "期限写法不正确"),
            ({"after": ""}, "期限写法不正确"),
            ({"before": 2}, "期限写法不正确"),
            ({"before": "99999999 days"}, "不能超过20000日"),
            ({"before": "1 month"}, "只能用工作日、日或分钟"),
            ({"after": "1 year"}, "只能用工作日、日或分钟"),
            ({"before": "1001 workdays"}, "提前或延后不能超过 1000 日"),
            ({"befor": "2 workdays"}, "不认识的项 befor"),
            ({"to": "performers"}, "to 应为文字列表"),
            ({"to": [1]}, "to 应为文字列表"),
        ],
    )
    def test_a_bad_rung_is_refused_with_its_name_and_the_reason(
        self, facts: dict[str, Any], said: str
    ) -> None:
        with pytest.raises(UnusableLadder) as refusal:
            rung(**facts)
        shown = refusal.value.in_chinese()
        assert said in shown
        assert f"“{facts.get('name', 'yellow')}”" in shown
        assert "。)" not in shown and "。。" not in shown

    @pytest.mark.parametrize(
        ("tables", "said"),
        [
            ([{"bases": ["lawful"]}], "lawful 应为 statutory"),
            ([{"bases": "statutory"}], "bases 应为文字列表"),
            ([{"base": ["statutory"]}], "不认识的项 base"),
            ([{"rungs": [{"name": "red"}, {"name": "red"}]}], "重复"),
            ([{"rungs": {"name": "red"}}], "[[time.ladder.rungs]]"),
            ([{"rungs": ["red"]}], "[[time.ladder.rungs]]"),
            ({"rungs": []}, "[[time.ladder]]"),
            (["red"], "[[time.ladder]]"),
            (7, "[[time.ladder]]"),
        ],
    )
    def test_a_bad_ladder_is_refused_with_the_reason(self, tables: Any, said: str) -> None:
        with pytest.raises(UnusableLadder) as refusal:
            read_ladders(tables)
        assert said in refusal.value.in_chinese()

    def test_a_ladder_that_names_no_bases_is_for_all_of_them(self) -> None:
        bases = read_ladders([{}])[0].bases
        assert bases == {"statutory", "promised", "ordered", "pledged", "agreed", "set"}
