"""Diagrams as pictures."""

from __future__ import annotations

import pytest
from lxml import etree

from app.settings import PACKAGES
from workflows.diagrams import read_diagram
from workflows.diagrams.drawing import Marks, draw

SVG = "{http://www.w3.org/2000/svg}"
SHIPPED = sorted(PACKAGES.glob("*/*.bpmn"))
NAMES = [path.stem for path in SHIPPED]


def picture(text: bytes, marks: Marks | None = None) -> etree._Element:
    return etree.fromstring(draw(read_diagram(text), marks or Marks(), title="<图>"))


@pytest.mark.parametrize("path", SHIPPED, ids=NAMES)
def test_every_task_of_a_shipped_diagram_is_in_its_picture(path) -> None:
    diagram = read_diagram(path.read_bytes())
    drawn = "".join(picture(path.read_bytes()).itertext())
    for element in diagram.of_kind("userTask", "serviceTask", "businessRuleTask", "callActivity"):
        assert element.name in drawn


def test_what_was_passed_and_where_the_case_stands_is_brought_out() -> None:
    raw = SHIPPED[0].read_bytes()
    tasks = list(read_diagram(raw).of_kind("userTask"))
    marks = Marks(passed={tasks[0].id}, current={tasks[1].id})
    drawn = picture(raw, marks)
    states = [rect.get("class") for rect in drawn.iter(f"{SVG}rect")]
    assert states.count("task passed") == 1
    assert states.count("task current") == 1
    assert len(drawn.xpath("//*[@id='here']")) == 1


def test_names_are_text_in_the_picture() -> None:
    raw = SHIPPED[0].read_bytes()
    name = next(iter(read_diagram(raw).of_kind("userTask"))).name
    altered = raw.replace(f'name="{name}"'.encode(), b'name="&lt;script&gt;"')
    drawn = picture(altered)
    assert list(drawn.iter(f"{SVG}script")) == []
    assert drawn.get("aria-label") == "<图>"


def test_a_diagram_without_positions_gives_no_picture() -> None:
    raw = (
        b'<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" targetNamespace="x">'
        b'<bpmn:process id="t.x" isExecutable="true"><bpmn:startEvent id="s"/></bpmn:process>'
        b"</bpmn:definitions>"
    )
    assert draw(read_diagram(raw), Marks(), title="") == ""
