"""A message reaches the one it is for."""

from __future__ import annotations

import pytest

from tests import drafting as d
from tests.office import Case, Office
from tests.workflows.engine.situations import FORM, publish, stays_as_it_was
from workflows.engine.faults import (
    ConditionUndecided,
)
from workflows.engine.stepping import AmbiguousMessage, NotAwaited


def expert_opinions(office: Office, correlation: str = "one") -> Case:
    """A case that waits for an opinion from each of three experts."""
    ask = d.sub(
        "ask",
        d.start("in"),
        d.receive("opinion", "意见", form=FORM, correlation=correlation),
        d.end("out"),
        *d.path("in", "opinion", "out"),
        loop=d.each("items", item="one", collect="text", into="opinions"),
    )
    key = publish(
        office, d.start(form=FORM), ask, d.user("after"), d.end(), *d.path("start", "ask", "after", "end")
    )
    return office.start(key, items=["甲", "乙", "丙"])


def test_a_message_reaches_the_one_it_is_for(office: Office) -> None:
    case = expert_opinions(office)
    with pytest.raises(NotAwaited):
        case.deliver("意见", "丁")
    with pytest.raises(NotAwaited):
        case.deliver("别的", "甲")
    case.deliver("意见", "乙", text="二")
    assert case.trail().split().count("opinion") == 1
    with pytest.raises(NotAwaited):
        case.deliver("意见", "乙")
    case.deliver("意见", "丙", text="三").deliver("意见", "甲", text="一")
    assert case.data["opinions"] == ["一", "二", "三"]


def test_a_message_that_could_be_for_several_is_refused(office: Office) -> None:
    case = expert_opinions(office, correlation="")
    with pytest.raises(AmbiguousMessage):
        case.deliver("意见", text="一")
    assert "opinion" not in case.trail().split()


def test_a_key_may_be_a_number(office: Office) -> None:
    case = expert_opinions(office, correlation="loopCounter + 0.5")
    case.deliver("意见", 2.5, text="二")
    assert case.trail().split().count("opinion") == 1


def test_a_null_as_the_key_of_a_message_stops_the_case(office: Office) -> None:
    key = publish(
        office,
        d.start(form=FORM),
        d.user("a"),
        d.receive("wait", "答复", correlation="text"),
        d.end(),
        *d.path("start", "a", "wait", "end"),
    )
    case = office.start(key)
    stays_as_it_was(case, ConditionUndecided, lambda: case.do("a"))
