"""What a package says about legal time names people and clauses there are, and can be read."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.workflows.packages.offices import ORGANISATION
from workflows.packages import check_packages
from workflows.packages.faults import PackageFault

GOOD = """
[time]
source = "configured, not in the text"
[time.grounds]
by = ["leader:window", "role:process-admin"]
[[time.procedures]]
slug = "hearing"
name = "听证"
provision = "t.intake.01"
[[time.ladder]]
[[time.ladder.rungs]]
name = "overdue"
to = ["performers", "leaders", "person:t.window"]
ground = "t.intake.01"
"""


def found(package: Path, rules: str) -> list[tuple[str, str]]:
    """Chinese and English of the findings about ``organisation.toml``."""
    (package / "organisation.toml").write_text(ORGANISATION + rules)
    report = check_packages(package.parent)
    files = {checked.file: checked.findings for checked in report.files}
    return [(one.message_zh, one.message_en) for one in files.get("t/organisation.toml", ())]


def test_rules_that_name_what_there_is_are_in_order(package: Path) -> None:
    assert found(package, GOOD) == []


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ('"leader:windw"', "leader:windw"),
        ('"role:boss"', "role:boss"),
        ('"somebody"', "somebody"),
    ],
)
def test_people_there_are_not_are_named_with_what_to_do(package: Path, wrong: str, said: str) -> None:
    ((zh, en),) = found(package, GOOD.replace('"leader:window"', wrong))
    assert said in zh
    assert "time.grounds.by" in zh
    assert "correct it" in en or "write" in en


def test_a_rung_that_tells_nobody_there_is_is_named(package: Path) -> None:
    ((zh, _),) = found(package, GOOD.replace('"person:t.window"', '"unit:archive"'))
    assert "time.ladder[1].overdue.to" in zh


def test_clauses_there_are_not_are_named(package: Path) -> None:
    messages = found(package, GOOD.replace("t.intake.01", "t.intake.99"))
    assert [zh.split(" ")[0] for zh, _ in messages] == [
        "time.procedures.hearing",
        "time.ladder[1].overdue.ground",
    ]
    assert all("provisions.csv" in zh for zh, _ in messages)


@pytest.mark.parametrize(
    "rules",
    [
        '[[time.ladder]]\n[[time.ladder.rungs]]\nname = "x"\ntone = "pink"\n',
        "[time.grunds]\nby = []\n",
    ],
)
def test_rules_that_cannot_be_read_are_refused(package: Path, rules: str) -> None:
    with pytest.raises(PackageFault, match="organisation"):
        found(package, rules)
