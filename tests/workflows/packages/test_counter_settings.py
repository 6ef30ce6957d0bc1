"""What a package says about its counter can be read, and names what there is."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import drafting
from tests.workflows.packages.offices import ORGANISATION
from workflows.packages import check_packages
from workflows.packages.faults import PackageFault

GOOD = """
[counter]
paper = "80mm"
required = ["name"]
checks = { identity = "refuse", phone = "off" }
[[counter.starts]]
process = "t.intake"
start = "start"
[counter.starts.data]
"text" = "asked"
[[counter.places]]
unit = "window"
place = "201室"
[[counter.bodies]]
name = "某某局"
"""


@pytest.fixture
def package(package: Path) -> Path:
    """The office's package, whose regulation is begun with a form."""
    diagram = package / "intake.bpmn"
    diagram.write_text(
        drafting.diagram(
            "t.intake",
            drafting.start(form="facts"),
            drafting.user("register", provision="t.intake.01"),
            drafting.end(),
            *drafting.path("start", "register", "end"),
            name="收件",
        )
    )
    return package


def found(package: Path, rules: str) -> list[tuple[str, str]]:
    """Chinese and English of the findings about ``organisation.toml``."""
    (package / "organisation.toml").write_text(ORGANISATION + rules)
    report = check_packages(package.parent)
    files = {checked.file: checked.findings for checked in report.files}
    return [(one.message_zh, one.message_en) for one in files.get("t/organisation.toml", ())]


def test_rules_that_name_what_there_is_are_in_order(package: Path) -> None:
    assert found(package, GOOD) == []


def test_a_field_the_start_form_does_not_ask_for_is_named(package: Path) -> None:
    ((zh, _),) = found(package, GOOD.replace('"text" = "asked"', '"txt" = "asked"'))
    assert "“txt”" in zh


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ('unit = "window"', 'unit = "windw"'),
        ('"t.intake"', '"t.intak"'),
        ('start = "start"', 'start = "begin"'),
    ],
)
def test_what_there_is_not_is_named(package: Path, right: str, wrong: str) -> None:
    ((zh, en),) = found(package, GOOD.replace(right, wrong))
    assert wrong.split('"')[1] in zh
    assert "correct it" in en


@pytest.mark.parametrize(
    ("right", "wrong", "said"),
    [
        ('paper = "80mm"', 'paper = "a3"', "paper"),
        ('required = ["name"]', 'required = ["birthday"]', "required"),
        ('phone = "off"', 'phone = "perhaps"', "perhaps"),
        ('phone = "off"', 'telephone = "off"', "checks"),
        ('place = "201室"', "place = 201", "place"),
        ('name = "某某局"', 'name = " "', "name"),
        ('"text" = "asked"', '"text" = "asked +"', "text"),
        ('"text" = "asked"', '"text" = "question"', "question"),
        ('process = "t.intake"', 'decision = "maybe"', "decision"),
        ("[[counter.places]]", "[counter.places]", "counter.places"),
        ("[[counter.bodies]]", "[[counter.offices]]", "offices"),
    ],
)
def test_what_cannot_be_read_is_refused_with_the_reason(
    package: Path, right: str, wrong: str, said: str
) -> None:
    with pytest.raises(PackageFault) as refused:
        found(package, GOOD.replace(right, wrong, 1))
    assert said in refused.value.in_chinese()
