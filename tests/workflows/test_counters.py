"""Gapless numbers."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from sqlalchemy import Engine

from workflows.clock import SetClock
from workflows.counters import UnusableNumberFormat, next_number, next_value
from workflows.database import transaction


def test_each_counter_counts_from_one_by_itself(engine: Engine) -> None:
    with transaction(engine) as connection:
        taken = [next_value(connection, name) for name in ("甲", "甲", "乙", "甲")]
    assert taken == [1, 2, 1, 3]


def test_a_number_that_was_rolled_back_is_given_again(engine: Engine) -> None:
    with pytest.raises(RuntimeError), transaction(engine) as connection:
        assert next_value(connection, "登记") == 1
        raise RuntimeError
    with transaction(engine) as connection:
        assert next_value(connection, "登记") == 1


def test_numbers_taken_at_the_same_time_are_all_different_and_without_gaps(engine: Engine) -> None:
    together = threading.Barrier(6)

    def take(_: int) -> list[int]:
        together.wait()
        taken = []
        for _ in range(5):
            with transaction(engine) as connection:
                taken.append(next_value(connection, "登记"))
        return taken

    with ThreadPoolExecutor(6) as pool:
        numbers = [n for taken in pool.map(take, range(6)) for n in taken]
    assert sorted(numbers) == list(range(1, 31))


def test_a_format_with_the_year_counts_anew_each_year_of_the_office(engine: Engine, clock: SetClock) -> None:
    written = []
    # 16:00 UTC on New Year's Eve is midnight in the office.
    moments = (
        clock.now(),
        datetime(2026, 12, 31, 15, 59, tzinfo=UTC),
        datetime(2026, 12, 31, 16, 0, tzinfo=UTC),
    )
    for moment in moments:
        with transaction(engine) as connection:
            written.append(next_number(connection, "投诉", format="投诉〔{year}〕{n:03d}号", at=moment))
    assert written == ["投诉〔2026〕001号", "投诉〔2026〕002号", "投诉〔2027〕001号"]


def test_a_format_without_the_year_goes_on_counting(engine: Engine, clock: SetClock) -> None:
    with transaction(engine) as connection:
        first = next_number(connection, "卷", format="第{n}卷", at=clock.now())
        later = next_number(connection, "卷", format="第{n}卷", at=datetime(2028, 1, 5, tzinfo=UTC))
    assert (first, later) == ("第1卷", "第2卷")


@pytest.mark.parametrize(
    "format", ["〔{year}〕号", "{n.__class__}", "{n:999999999d}", "{n}{other}", "{n}}", ""]
)
def test_a_format_that_cannot_number_takes_no_number(engine: Engine, clock: SetClock, format: str) -> None:
    with transaction(engine) as connection:
        with pytest.raises(UnusableNumberFormat) as refused:
            next_number(connection, "卷", format=format, at=clock.now())
        assert next_value(connection, "卷") == 1
    assert "{n:03d}" in refused.value.in_chinese()
