"""The catalogue and its documentation."""

from __future__ import annotations

import inspect
import re
from pathlib import Path

import pytest

from workflows.operators import CATALOGUE, ParameterSignature

DOCUMENT = (Path(__file__).parents[3] / "docs" / "operators.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\| `(\w+)` \| (\S+) · ([^|]+?) \| (\w+) \| (yes)? ?\| (yes)? ?\| (.+) \|$", re.MULTILINE)


def sections() -> dict[str, str]:
    found = re.split(r"^## (.+)$", DOCUMENT, flags=re.MULTILINE)[1:]
    return dict(zip(found[::2], found[1::2], strict=True))


def test_the_documentation_has_a_section_for_each_operator_and_no_other() -> None:
    assert list(sections()) == list(CATALOGUE)


@pytest.mark.parametrize("name", CATALOGUE)
def test_the_documented_parameters_are_those_of_the_signature(name: str) -> None:
    documented = {
        parameter: ParameterSignature(
            type=type_, required=required == "yes", literal=literal == "yes", label_zh=zh, label_en=en
        )
        for parameter, zh, en, type_, required, literal, _ in ROW.findall(sections()[name])
    }
    assert documented == CATALOGUE[name].signature.parameters


@pytest.mark.parametrize("name", CATALOGUE)
def test_an_operator_and_its_parameters_are_called_something_in_both_languages(name: str) -> None:
    signature = CATALOGUE[name].signature
    assert f"**{signature.label_zh}** · {signature.label_en}." in sections()[name]
    for one in (signature, *signature.parameters.values()):
        assert re.search("[\u4e00-\u9fff]", one.label_zh)
        assert one.label_en.isascii()
        assert one.label_en


@pytest.mark.parametrize("name", CATALOGUE)
def test_an_operator_that_gives_a_result_says_which(name: str) -> None:
    assert ("\nResult: " in sections()[name]) == CATALOGUE[name].signature.result


@pytest.mark.parametrize("name", CATALOGUE)
def test_an_operator_takes_what_its_signature_says(name: str) -> None:
    operator = CATALOGUE[name]
    taken = list(inspect.signature(operator.run).parameters.values())[1:]
    if operator.signature.open:
        assert [p.kind for p in taken] == [inspect.Parameter.VAR_KEYWORD]
        return
    required = {p.name: p.default is inspect.Parameter.empty for p in taken}
    assert required == {n: p.required for n, p in operator.signature.parameters.items()}
