from __future__ import annotations

from pathlib import Path

import pytest
from flask.testing import FlaskCliRunner

from tests.notices import DAYS_2027, NOTICE_2027, NUMBER


@pytest.fixture
def keeper(office: FlaskCliRunner) -> FlaskCliRunner:
    """An office with a person who may change the calendar."""
    given = ["--organisation", "t", "--name", "赵六", "--password", "three blind mice"]
    added = office.invoke(args=["users", "add", "zhao.liu", *given, "--role", "process-admin"])
    assert added.exit_code == 0, added.output
    return office


def bring(office: FlaskCliRunner, tmp_path: Path, text: str, *options: str) -> tuple[int, str]:
    file = tmp_path / "notice.txt"
    file.write_text(text, encoding="utf-8")
    result = office.invoke(args=["calendar", "import", str(file), *options])
    return result.exit_code, result.output


def test_a_dry_run_says_what_would_change_and_changes_nothing(keeper: FlaskCliRunner, tmp_path: Path) -> None:
    for _ in range(2):
        status, said = bring(keeper, tmp_path, NOTICE_2027, "--dry-run")
        assert status == 0, said
        assert "2027-02-14  — → 上班 work 春节" in said
        assert f"2027  {NUMBER}" in said
        assert "期限变动 deadlines that move: 0" in said


def test_an_import_says_its_number_and_a_second_one_finds_nothing(
    keeper: FlaskCliRunner, tmp_path: Path
) -> None:
    assert "batch 1: 完成 done" in bring(keeper, tmp_path, NOTICE_2027, "--by", "zhao.liu")[1]
    status, said = bring(keeper, tmp_path, NOTICE_2027, "--by", "zhao.liu")
    assert status == 1
    assert "年历已经是这样" in said


def test_year_and_number_may_be_given_beside_the_file(keeper: FlaskCliRunner, tmp_path: Path) -> None:
    given = ("--year", "2027", "--number", NUMBER, "--dry-run")
    assert bring(keeper, tmp_path, DAYS_2027, *given)[0] == 0


def test_an_import_needs_somebody_who_answers_for_it(keeper: FlaskCliRunner, tmp_path: Path) -> None:
    status, said = bring(keeper, tmp_path, NOTICE_2027)
    assert status == 2
    assert "--by" in said


def test_faults_are_said_in_both_languages(keeper: FlaskCliRunner, tmp_path: Path) -> None:
    status, said = bring(keeper, tmp_path, f"{NOTICE_2027}2027-06-15 上班 端午", "--dry-run")
    assert status == 1
    assert "第15行:2027-06-15 不是周末" in said
    assert "Line 15: 2027-06-15 is no weekend" in said


def test_days_of_one_office(keeper: FlaskCliRunner, tmp_path: Path) -> None:
    given = ("--organisation", "t", "--by", "zhao.liu", "--note", "局庆")
    status, said = bring(keeper, tmp_path, "2026-12-17 放假 局庆", *given)
    assert status == 0, said
    assert "2026-12-17  — → 放假 off 局庆" in said
