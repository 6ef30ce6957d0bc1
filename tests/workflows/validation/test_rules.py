"""Each rule, on diagrams that keep it and on diagrams that break it in one way each.

Comments before the root of a diagram say what the rule of its folder finds: ``finds <code> at <element>``.
"""

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path

import pytest

from workflows.validation import Severity, Surroundings, rules, validate
from workflows.validation.rules import RULES

DATA = Path(__file__).parent / "data"
FINDS = re.compile(r"<!-- finds (\S+) at (\S+) -->")
VALID = sorted(DATA.glob("*/valid-*.bpmn"))
INVALID = sorted(DATA.glob("*/invalid-*.bpmn"))


def named(path: Path) -> str:
    return f"{path.parent.name}/{path.stem}"


@pytest.mark.parametrize("path", VALID, ids=named)
def test_a_diagram_that_keeps_a_rule_can_be_published(path: Path, surroundings: Surroundings) -> None:
    findings = validate(path.read_bytes(), surroundings, process_id="office.example")

    assert [finding for finding in findings if finding.severity is Severity.ERROR] == []
    assert [finding for finding in findings if finding.rule == path.parent.name] == []


@pytest.mark.parametrize("path", INVALID, ids=named)
def test_a_diagram_that_breaks_a_rule_is_found_out_where_it_does(
    path: Path, surroundings: Surroundings
) -> None:
    expected = {
        (code, None if element == "-" else element) for code, element in FINDS.findall(path.read_text())
    }

    findings = validate(path.read_bytes(), surroundings, process_id="office.example")

    assert expected
    found = {(finding.code, finding.element_id) for finding in findings if finding.rule == path.parent.name}
    assert found == expected
    assert not [finding for finding in findings if finding.rule == "rule-crashed"]


@pytest.mark.parametrize("rule", RULES)
def test_every_rule_says_what_it_is_and_is_shown_kept_and_broken(rule: str) -> None:
    module = import_module(f"{rules.__name__}.{rule.replace('-', '_')}")
    sentence, _, reason = (module.__doc__ or "").partition("\n\n")

    assert sentence.strip().endswith(".")
    assert reason.strip().endswith(".")
    assert list(DATA.glob(f"{rule}/valid-*.bpmn"))
    assert list(DATA.glob(f"{rule}/invalid-*.bpmn"))


def test_no_rule_is_left_out_of_the_table() -> None:
    folder = Path(str(rules.__file__)).parent
    modules = {path.stem.replace("_", "-") for path in folder.glob("*.py")} - {"--init--"}

    assert set(RULES) == modules
    assert {path.name for path in DATA.iterdir()} == modules


@pytest.mark.parametrize("path", INVALID, ids=named)
def test_a_finding_speaks_chinese_and_english(path: Path, surroundings: Surroundings) -> None:
    for finding in validate(path.read_bytes(), surroundings):
        assert re.search("[\u4e00-\u9fff]", finding.message_zh)
        assert re.search("[A-Za-z]{3}", finding.message_en)
        assert finding.code.split("/")[0] == finding.rule or finding.rule == "readable"
