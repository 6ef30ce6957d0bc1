"""What an approver is told a draft changes."""

from __future__ import annotations

import pytest

from tests.drafting import diagram, end, exclusive, flow, operator, path, start, user
from workflows.definitions import Bundle
from workflows.definitions.changes import Change, Difference, Happened, changes_between

KEY = "t.x"
CHECK, DECIDE, DONE = user("check", form="a"), user("decide"), end("done", outcome="准予")
WAY = path("start", "check", "decide", "done")


def bundle(*content: str, **files: str) -> Bundle:
    return Bundle(files={"diagram.bpmn": diagram(KEY, *content), **files})


BEFORE = bundle(start(), CHECK, DECIDE, DONE, *WAY, **{"forms/a.json": "{}"})


def found(*content: str, before: Bundle = BEFORE, **files: str) -> dict[str, Change]:
    return {change.id: change for change in changes_between(before, bundle(*content, **files))}


FILES = {"forms/a.json": "{}"}


def test_the_same_content_has_no_changes() -> None:
    assert changes_between(BEFORE, BEFORE) == []


def test_another_layout_of_the_files_is_no_change() -> None:
    moved = {**BEFORE.files, "diagram.bpmn": BEFORE.files["diagram.bpmn"] + "<!-- moved -->"}
    assert changes_between(BEFORE, Bundle(files={**moved, "forms/a.json": "{ }"})) == []


def test_a_property_that_is_changed_added_or_removed_is_named_with_both_values() -> None:
    changes = found(start(), user("check", form="b", priority="1"), DECIDE, end("done"), *WAY, **FILES)
    assert changes.keys() == {"check", "done"}
    assert changes["check"].happened is Happened.CHANGED
    assert set(changes["check"].differences) == {
        Difference(aspect="property.form", before="a", after="b"),
        Difference(aspect="property.priority", before="", after="1"),
    }
    assert changes["done"].differences == (Difference(aspect="property.outcome", before="准予", after=""),)


def test_elements_and_flows_that_come_and_go_are_named() -> None:
    changes = found(start(), CHECK, DONE, *path("start", "check", "done"), **FILES)
    assert {key: (one.happened, one.kind) for key, one in changes.items()} == {
        "check-done": (Happened.ADDED, "sequenceFlow"),
        "decide": (Happened.REMOVED, "userTask"),
        "check-decide": (Happened.REMOVED, "sequenceFlow"),
        "decide-done": (Happened.REMOVED, "sequenceFlow"),
    }
    assert changes["check-done"].name == "check → done"


def test_a_new_name_is_a_change_of_the_element_and_not_of_its_flows() -> None:
    renamed = CHECK.replace('name="check"', 'name="核对"')
    changes = found(start(), renamed, DECIDE, DONE, *WAY, **FILES)
    assert changes["check"].differences == (Difference(aspect="name", before="check", after="核对"),)
    assert changes.keys() == {"check"}


def test_conditions_and_their_order_are_compared() -> None:
    def choice(*flows: str) -> tuple[str, ...]:
        ends = (end("done"), end("a"), end("b"))
        return (
            start(),
            exclusive("which", default="which-done"),
            *ends,
            *path("start", "which", "done"),
            *flows,
        )

    before = bundle(*choice(flow("which", "a", "n > 1"), flow("which", "b", "n > 2")))
    turned = found(*choice(flow("which", "b", "n > 2"), flow("which", "a", "n > 1")), before=before)
    assert turned["which"].differences == (Difference(aspect="order", before="a, b", after="b, a"),)
    tighter = found(*choice(flow("which", "a", "n > 5"), flow("which", "b", "n > 2")), before=before)
    assert tighter["which-a"].differences == (Difference(aspect="condition", before="n > 1", after="n > 5"),)


def test_parameters_of_an_operator_are_compared() -> None:
    def limited(limit: str) -> tuple[str, ...]:
        began = operator("begin", "start-clock", clock='"c"', limit=limit)
        return (start(), began, DONE, *path("start", "begin", "done"))

    changes = found(*limited("workdays(3)"), before=bundle(*limited("workdays(2)")))
    assert changes["begin"].differences == (
        Difference(aspect="parameter.limit", before="workdays(2)", after="workdays(3)"),
    )


@pytest.mark.parametrize(
    ("files", "happened"),
    [
        ({"forms/a.json": '{"id": "a"}'}, Happened.CHANGED),
        ({}, Happened.REMOVED),
    ],
)
def test_files_beside_the_diagram_are_compared(files: dict[str, str], happened: Happened) -> None:
    changes = found(start(), CHECK, DECIDE, DONE, *WAY, **files)
    assert {key: one.happened for key, one in changes.items()} == {"forms/a.json": happened}
