"""Forms as they are put before people."""

from __future__ import annotations

from tests.workflows.forms.drafts import field, form, group, options, rows
from workflows.forms import judge
from workflows.forms.showing import change_rows, initial_answers, labels_of, show_form


def paths(widgets) -> list[str]:
    found = []
    for widget in widgets:
        found += [widget.path] if widget.path else []
        found += paths(widget.parts)
        for _, parts in widget.rows:
            found += paths(parts)
    return found


def show(schema, answers=None, known=None, errors=None):
    return show_form(schema, answers or {}, known=known or {}, errors=errors or {})


def test_a_form_begins_with_what_is_known_then_with_its_defaults() -> None:
    schema = form(field("a", defaultValue="x"), field("b", defaultValue="y"), field("c"))
    assert initial_answers(schema, {"a": "known"}) == {"a": "known", "b": "y", "c": None}


def test_repeated_groups_begin_with_as_many_rows_as_they_must_have() -> None:
    assert initial_answers(form(rows("r", field("t"), minRows=2)), {}) == {"r": [{"t": None}, {"t": None}]}
    assert initial_answers(form(rows("r", field("t"))), {"r": [{"t": "x"}]}) == {"r": [{"t": "x"}]}


def test_hidden_parts_are_not_shown_and_come_back_when_they_apply() -> None:
    schema = form(field("kind"), group("g", field("why"), hide='=kind != "b"'))
    assert paths(show(schema, {"kind": "a"})) == ["kind"]
    assert paths(show(schema, {"kind": "b"})) == ["kind", "g.why"]


def test_what_people_see_has_the_names_the_judge_reads() -> None:
    schema = form(field("a"), group("g", field("b")), group("", field("c")), rows("r", field("d")))
    answers = {"a": "1", "g": {"b": "2"}, "c": "3", "r": [{"d": "4"}, {"d": "5"}]}
    assert paths(show(schema, answers)) == ["a", "g.b", "c", "r", "r.0.d", "r.1.d"]
    assert judge(schema, answers).is_accepted


def test_errors_stand_at_their_widgets() -> None:
    schema = form(rows("r", field("d", required=True)))
    judgement = judge(schema, {"r": [{"d": "x"}, {"d": ""}]})
    (widget,) = show(schema, {"r": [{"d": "x"}, {"d": ""}]}, errors=judgement.errors)
    assert [parts[0].error for _, parts in widget.rows] == ["", "必填"]
    assert labels_of((widget,))["r.1.d"] == "d"


def test_options_may_come_from_the_case_and_the_chosen_one_is_marked() -> None:
    schema = form(field("who", "select", valuesKey="people"), field("n", "radio", values=options(1, 2)))
    who, number = show(schema, {"who": "b", "n": 2}, {"people": [{"label": "甲", "value": "a"}, "b"]})
    assert [(o.value, o.label, o.chosen) for o in who.options] == [("a", "甲", False), ("b", "b", True)]
    assert [o.chosen for o in number.options] == [False, True]


def test_read_only_fields_show_what_the_case_holds_not_what_was_sent() -> None:
    (widget,) = show(form(field("a", readonly=True)), {"a": "sent"}, {"a": "held"})
    assert (widget.readonly, widget.value) == (True, "held")


def test_components_the_server_does_not_know_are_left_out_without_shifting_the_rest() -> None:
    schema = form(
        {"type": "image", "id": "i"}, field("a"), {"type": "textfield", "id": "nameless"}, field("b")
    )
    assert paths(show(schema)) == ["a", "b"]


def test_rows_are_added_and_removed_where_the_path_leads() -> None:
    answers = {"r": [{"s": [{"t": 1}, {"t": 2}]}], "x": "y"}
    change_rows(answers, add="r.0.s")
    change_rows(answers, remove="r.0.s.0")
    assert answers == {"r": [{"s": [{"t": 2}, {}]}], "x": "y"}
    for nowhere in ("", "x", "r.9", "r.0.q", "q.1", "r.0.s.x"):
        change_rows(answers, remove=nowhere)
    for nowhere in ("x", "r.9", "q"):
        change_rows(answers, add=nowhere)
    assert answers == {"r": [{"s": [{"t": 2}, {}]}], "x": "y"}
