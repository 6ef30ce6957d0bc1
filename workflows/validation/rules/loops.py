"""A multi-instance activity goes over a collection or a number; a loop has a condition or a maximum.

Exactly one of collection and number, a name for the item of the collection, and output collection and output
item together; otherwise it is not clear how often the activity happens and what it leaves.
"""

from __future__ import annotations

from collections.abc import Iterator

from workflows.diagrams import Element, Loop
from workflows.diagrams.xml import BPMN
from workflows.validation.finding import Problem
from workflows.validation.subject import Subject, shown


def check(subject: Subject) -> Iterator[Problem]:
    for element in subject.diagram.elements.values():
        loop = element.loop
        if loop is None:
            continue
        found = _standard(loop) if loop.kind == "standard" else _multi_instance(loop)
        for zh, en, case in found:
            yield Problem(element.id, f"“{shown(element)}”：{zh}。", f"{shown(element)!r}: {en}.", case)
        yield from _output_item(subject, element)
        yield from _behaviour(element)


def _standard(loop: Loop) -> Iterator[tuple[str, str, str]]:
    if loop.condition is None and loop.maximum is None:
        yield (
            "循环既没有条件也没有上限：请至少填写一项",
            "the loop has neither a condition nor a maximum: give one",
            "endless",
        )
    maximum = loop.maximum
    if maximum is not None and not (
        maximum.isascii() and maximum.isdigit() and 0 < len(maximum.lstrip("0")) < 7
    ):
        yield (
            "循环的上限应当是正整数",
            "the maximum of the loop must be a positive whole number",
            "maximum",
        )


def _multi_instance(loop: Loop) -> Iterator[tuple[str, str, str]]:
    if (loop.cardinality is None) == (loop.input_collection is None):
        yield (
            "多实例应当写明集合或次数，二者只能有一个",
            "multi-instance needs either a collection or a number, not both and not neither",
            "cardinality",
        )
    if (loop.input_collection is None) != (loop.input_item is None):
        yield (
            "集合（loopDataInputRef）与其中一项的名称（inputDataItem）要一起填写",
            "give the collection (loopDataInputRef) and the name of its item (inputDataItem) together",
            "input",
        )
    if (loop.output_collection is None) != (loop.output_item is None):
        yield (
            "输出集合（loopDataOutputRef）与输出项（outputDataItem）要一起填写",
            "give the output collection (loopDataOutputRef) and the output item (outputDataItem) together",
            "output",
        )


def _output_item(subject: Subject, element: Element) -> Iterator[Problem]:
    item = element.loop.output_item if element.loop is not None else None
    if item is not None and not subject.scopes.writes(element.id, item):
        yield Problem(
            element.id,
            f"“{shown(element)}”：输出项“{item}”在每一轮中没有写入：请由其中的表单或操作给出。",
            f"{shown(element)!r}: nothing inside writes the output item {item!r}: let a form or an "
            "operator do so.",
            "item",
        )


def _behaviour(element: Element) -> Iterator[Problem]:
    node = element.node.find(f"{{{BPMN}}}multiInstanceLoopCharacteristics")
    if node is None:
        return
    if node.get("behavior", "All") != "All" or node.find(f"{{{BPMN}}}complexBehaviorDefinition") is not None:
        yield Problem(
            element.id,
            f"“{shown(element)}”：多实例的事件设置（behavior）不起作用：请删除，改用边界事件。",
            f"{shown(element)!r}: the events of a multi-instance (behavior) are ignored: use boundary "
            "events.",
            "behaviour",
        )
