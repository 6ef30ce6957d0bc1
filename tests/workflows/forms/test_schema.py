"""What publication learns about a form."""

from __future__ import annotations

from tests.workflows.forms.drafts import field, form, group, options, rows
from workflows.forms import Field, form_fields, read_form


def test_the_fields_of_a_form_are_listed_flat_with_their_paths() -> None:
    schema = form(
        field("a", required=True),
        group("", field("b", "number")),
        group("g", field("c", "checklist", values=options("x")), hide="=a = 1"),
        rows("r", field("d", "filepicker", hide="=1 = 2")),
        field("e", readonly=True),
    )
    assert form_fields(schema) == form_fields(read_form(schema)) == (
        Field(path="a", type="textfield", label="a", required=True, many=False, conditional=False),
        Field(path="b", type="number", label="b", required=False, many=False, conditional=False),
        Field(path="g.c", type="checklist", label="c", required=False, many=True, conditional=True),
        Field(path="r[].d", type="filepicker", label="d", required=False, many=True, conditional=True),
    )  # fmt: skip
    assert [one.name for one in form_fields(schema)] == ["a", "b", "g", "r"]


def test_a_date_field_is_labelled_as_form_js_does_it() -> None:
    component = {"type": "datetime", "key": "d", "dateLabel": "收件日期"}
    assert form_fields(form(component))[0].label == "收件日期"


def test_a_form_that_has_been_read_is_not_read_again() -> None:
    read = read_form(form(field("a")))
    assert read_form(read) is read
