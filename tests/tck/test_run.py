"""The runner of the compatibility kit counts what it should, shown on a kit of one folder."""

from pathlib import Path

import pytest

from tests.tck.run import main

MODEL = """<definitions xmlns="https://www.omg.org/spec/DMN/20230324/MODEL/" name="m" namespace="urn:m">
<inputData id="i" name="n"><variable name="n" typeRef="number"/></inputData>
<decision id="d" name="Doubled"><variable name="Doubled"/><informationRequirement><requiredInput href="#i"/>
</informationRequirement><literalExpression><text>{a: n * 2, b: [n]}</text></literalExpression></decision>
</definitions>"""
CASE = """<testCase id="{id}"><inputNode name="n"><value xsi:type="xsd:decimal">2</value></inputNode>
<resultNode name="{name}"><expected><component name="a"><value xsi:type="xsd:decimal">{a}</value></component>
<component name="b"><list><item><value xsi:type="xsd:decimal">2.0</value></item></list></component></expected>
</resultNode></testCase>"""
CASES = """<testCases xmlns="http://www.omg.org/spec/DMN/20160719/testcase"
 xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><modelName>m.dmn</modelName>{cases}</testCases>"""


def write_kit(directory: Path, *cases: str) -> None:
    folder = directory / "compliance-level-2" / "0001"
    folder.mkdir(parents=True)
    (folder / "m.dmn").write_text(MODEL, encoding="utf-8")
    (folder / "m-test.xml").write_text(CASES.format(cases="".join(cases)), encoding="utf-8")


def test_it_passes_what_is_right_and_lists_what_is_wrong(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_kit(
        tmp_path,
        CASE.format(id="right", name="Doubled", a="4"),
        CASE.format(id="wrong", name="Doubled", a="5"),
        CASE.format(id="lost", name="Tripled", a="6"),
    )
    assert main([str(tmp_path), "--level", "2"]) == 1
    printed = capsys.readouterr().out
    assert "m-test#wrong: Doubled: expected" in printed
    assert "m-test#lost: Tripled: there is no such decision" in printed
    assert "#right" not in printed
    assert "level 2: 1 of 3 passed (33.3 %)" in printed


def test_it_says_so_when_everything_passes(tmp_path: Path) -> None:
    write_kit(tmp_path, CASE.format(id="right", name="Doubled", a="4"))
    assert main([str(tmp_path), "--level", "2", "--quiet"]) == 0
