"""What goes wrong with data elsewhere: merged at joins, overwritten, mistaken for something else."""

from __future__ import annotations

import pytest

from tests import drafting as d
from tests.office import ZHANG_SAN, Office, ended
from tests.workflows.engine.situations import FORM, fork, publish
from workflows.cases import FormInvalid, NotPermitted
from workflows.cases.correcting import ReasonMissing


def test_a_branch_that_ends_later_does_not_bring_back_what_the_other_has_changed(office: Office) -> None:
    case = office.start(publish(office, *fork("a", "b")), text="新")
    case.do("a", text="已批准").do("b")
    assert ended(case)
    assert case.data["text"] == "已批准"


def test_two_branches_may_add_to_one_list(office: Office) -> None:
    grow = [d.assign(f"grow-{name}", numbers=f"append(numbers, {name})") for name in ("1", "2")]
    key = publish(
        office,
        d.start(form=FORM),
        d.assign("none", numbers="[0]"),
        d.parallel("split"),
        d.user("a"),
        d.user("b"),
        *grow,
        d.parallel("join"),
        d.end(),
        *d.path("start", "none", "split", "a", "grow-1", "join"),
        *d.path("split", "b", "grow-2", "join", "end"),
    )
    case = office.start(key).do("b").do("a")
    assert case.data["numbers"] == [0, 2, 1]


def test_data_may_have_names_that_mean_something_to_a_serializer(office: Office) -> None:
    key = publish(office, d.start(form=FORM), d.user("a"), d.end(), *d.path("start", "a", "end"))
    strange = {"typename": "datetime", "__class__": {"typename": "x"}, "__builtins__": None, "id": [{}]}
    case = office.start(key, **strange)
    assert case.do("a").data == strange


def test_only_the_fields_of_the_form_are_accepted(office: Office) -> None:
    key = publish(
        office,
        d.start(form=FORM),
        d.user("a", form=FORM),
        d.user("b"),
        d.end(),
        *d.path("start", "a", "b", "end"),
    )
    case = office.start(key)
    with pytest.raises(FormInvalid):
        case.do("a", workdays=3)
    with pytest.raises(FormInvalid):
        case.do("a").do("b", n=3)
    assert case.data == {}


def test_the_data_of_a_call_stays_inside_it(office: Office) -> None:
    publish(
        office,
        d.start(),
        d.user("inside", form=FORM),
        d.assign("read", seen="if m = null then 0 else m"),
        d.end(),
        *d.path("start", "inside", "read", "end"),
        key="t.called",
        properties={"output.seen": "所见", "input.n": "数"},
    )
    key = publish(
        office,
        d.start(form=FORM),
        d.call("ask", "t.called", properties={"input.n": "5", "output.seen": "seen"}),
        d.user("after"),
        d.end(),
        *d.path("start", "ask", "after", "end"),
    )
    case = office.start(key, n=1, m=7)
    (inner,) = set(case.scopes) - {""}
    assert case.scopes[inner] == {"n": 5}
    case.do("inside", n=9, m=4)
    assert case.data == {"n": 1, "m": 7, "seen": 4}
    assert set(case.scopes) == {""}


def test_scopes_within_scopes_read_outward_and_write_inward(office: Office) -> None:
    publish(
        office,
        d.start(),
        d.user("a", form=FORM, loop=d.each("list", item="x", collect="n", into="given")),
        d.end(),
        *d.path("start", "a", "end"),
        key="t.called",
        properties={"input.list": "列表", "output.given": "所填"},
    )
    key = publish(
        office,
        d.start(form=FORM),
        d.assign("lists", lists='[["甲", "乙"], ["丙"]]'),
        d.sub(
            "each",
            d.start("in"),
            d.call("ask", "t.called", properties={"input.list": "one", "output.given": "given"}),
            d.assign("sum-up", total="sum(given) + loopCounter * 100"),
            d.end("out"),
            *d.path("in", "ask", "sum-up", "out"),
            loop=d.each("lists", item="one", collect="total", into="totals"),
        ),
        d.user("after"),
        d.end(),
        *d.path("start", "lists", "each", "after", "end"),
    )
    case = office.start(key, n=5)
    assert len(case.scopes) == 1 + 2 + 2 + 3
    case.do("a", n=3, which=2).do("a", n=2, which=1).do("a", n=1)
    assert case.data["totals"] == [103, 203]
    assert case.data["n"] == 5


def test_correcting_data_wakes_a_condition_and_needs_a_reason(office: Office) -> None:
    wait = d.sub(
        "inner",
        d.start("in"),
        d.catch("agreed", d.condition("ok")),
        d.end("out"),
        *d.path("in", "agreed", "out"),
    )
    key = publish(
        office, d.start(form=FORM), wait, d.user("a"), d.end(), *d.path("start", "inner", "a", "end")
    )
    case = office.start(key, ok=False)
    with pytest.raises(ReasonMissing):
        case.correct(ok=True, reason=" ")
    with pytest.raises(NotPermitted):
        case.correct(ok=True, by=ZHANG_SAN)
    case.correct(ok=True)
    assert case.open() == ["a"]
    assert case.events()[-1].body["command"]["reason"] == "笔误"


def test_data_changed_inside_a_sub_process_wakes_a_condition_around_it(office: Office) -> None:
    inner = d.sub(
        "inner",
        d.start("in"),
        d.user("a", form=FORM),
        d.user("b"),
        d.end("out"),
        *d.path("in", "a", "b", "out"),
    )
    key = publish(
        office,
        d.start(form=FORM),
        inner,
        d.boundary("stop", "inner", d.condition("ok")),
        d.user("stopped"),
        d.end(),
        *d.path("start", "inner", "end"),
        *d.path("stop", "stopped", "end"),
    )
    assert office.start(key, ok=False).do("a", ok=True).open() == ["stopped"]
