from __future__ import annotations

from pathlib import Path

import pytest

from workflows.packages import check_packages

MATTER = '[[matters]]\nname = "某某许可"\nstatutory_workdays = 20\npromised_workdays = {days}\n'


def severities(package: Path, days: int, *, before: str = "") -> list[str]:
    (package / "matters.toml").write_text(before + MATTER.format(days=days))
    files = {checked.file: checked.findings for checked in check_packages(package.parent).files}
    return [str(finding.severity) for finding in files.get("t/matters.toml", ())]


@pytest.mark.parametrize(("days", "found"), [(19, []), (20, ["error"]), (21, ["error"])])
def test_what_is_promised_is_less_than_what_the_law_gives(package: Path, days: int, found: list[str]) -> None:
    assert severities(package, days) == found


def test_an_office_may_have_an_equal_promise_only_pointed_out(package: Path) -> None:
    lenient = 'promised_equal = "flagged"\n'
    assert severities(package, 20, before=lenient) == ["warning"]
    assert severities(package, 21, before=lenient) == ["error"]


def test_neither_a_matter_nor_a_material_is_named_twice(package: Path) -> None:
    twice = MATTER.format(days=7) + 'materials = [{ name = "申请书" }, { name = "照片" }]\n'
    assert severities(package, 7) == []
    assert severities(package, 7, before=twice) == ["error"]
    same = twice.replace("照片", "申请书").replace("某某许可", "某某变更")
    assert severities(package, 7, before=same) == ["error"]
