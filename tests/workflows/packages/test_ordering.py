from __future__ import annotations

from pathlib import Path

import pytest

from tests import drafting
from workflows.packages import PackageFault, read_package
from workflows.packages.ordering import call_order


def test_what_is_called_comes_before_what_calls_it(package: Path) -> None:
    (package / "checking.bpmn").rename(package / "zz.bpmn")
    for file in ("zz.bpmn", "intake.bpmn"):
        path = package / file
        path.write_text(path.read_text().replace("t.checking", "t.zz"))
    assert [regulation for _, regulation in call_order([read_package(package)])] == ["zz", "intake"]


def test_a_circle_of_calls_is_refused_and_written_out(package: Path) -> None:
    (package / "checking.bpmn").write_text(
        drafting.diagram(
            "t.checking",
            drafting.start(),
            drafting.call("back", "t.intake"),
            drafting.end(),
            *drafting.path("start", "back", "end"),
        )
    )
    with pytest.raises(PackageFault) as caught:
        call_order([read_package(package)])
    assert "t.intake" in caught.value.message
    assert "t.checking" in caught.value.in_chinese()


def test_a_call_to_nothing_is_left_to_validation(package: Path) -> None:
    (package / "checking.bpmn").unlink()
    assert [regulation for _, regulation in call_order([read_package(package)])] == ["intake"]
