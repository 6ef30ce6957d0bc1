"""Every element a diagram may use, in small diagrams: each is driven to its end in several ways.

``Case`` stores and reads back the state between any two acts and has ``verify`` prove the case after each.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.office import Case, Office, ended
from workflows.diagrams import read_diagram
from workflows.validation import Severity, validate

CORPUS = Path(__file__).parents[2] / "bpmn" / "corpus"
#: Those that others call come first.
CALLED = ("callee", "middle", "thrower")
NAMES = [*CALLED, *sorted({file.stem for file in CORPUS.glob("*.bpmn")} - set(CALLED))]
THREE = ["甲", "乙", "丙"]


@dataclass(frozen=True, kw_only=True)
class Run:
    """One way through a diagram: what is given, what is done, and what must be true at the end."""

    diagram: str
    says: str
    do: Callable[[Case], Any]
    #: Elements as they ended, in order; ``-`` before one that was cancelled.
    trail: str
    given: dict[str, Any] = field(default_factory=dict)
    data: dict[str, Any] = field(default_factory=dict)
    start: str | None = None
    outcome: str | None = None


def run(diagram: str, says: str, do: Callable[[Case], Any], trail: str, **more: Any) -> Run:
    given = {name: more.pop(name) for name in ("n", "m", "ok", "text", "items", "deadline") if name in more}
    return Run(diagram=diagram, says=says, do=do, trail=trail, given=given, **more)


def opinions(case: Case, *words: str, which: int = 0) -> Case:
    """Complete tasks at ``a``, one opinion after the other."""
    for word in words:
        case.do("a", which=which, opinion=word)
    return case


RUNS = [
    run("tasks", "people do one thing after the other", lambda c: c.do("a", n=3).do("m"),
        "start a m end", data={"n": 3}, outcome="办结"),
    run("starts", "a case begins at its plain start", lambda c: c.do("a"), "start a end"),
    run("starts", "a message opens a case at its own start", lambda c: c.do("b"), "by-message b end",
        start="by-message"),
    run("starts", "a schedule opens a case at its own start", lambda c: c.do("c"), "by-schedule c end",
        start="by-schedule"),
    run("service", "an operator stores what is computed", lambda c: c.do("a"), "start count more a end",
        n=4, data={"total": 9, "note": "第4件"}),
    run("decision", "a decision table leads one way", lambda c: c.do("high"), "start grade-it gate high end",
        n=1000, data={"level": "高"}),
    run("decision", "a decision table leads the other way", lambda c: c.do("low"),
        "start grade-it gate low end", n=999, data={"level": "低"}),
    run("messages", "a letter goes out and the answer to it comes in",
        lambda c: c.deliver("答复", "A-1", opinion="可以"), "start ask answer tell end", text="A-1",
        data={"text": "A-1", "opinion": "可以"}),
    run("exclusive", "of two true conditions the first of the file counts", lambda c: c.do("second"),
        "start gate second merge end", n=5),
    run("exclusive", "a condition is tried after those before it", lambda c: c.do("first"),
        "start gate first merge end", n=1),
    run("exclusive", "the default is taken when nothing else is true", lambda c: c.do("none"),
        "start gate none merge end", n=0),
    run("parallel", "a join waits for all", lambda c: c.do("b").do("c").do("a").do("after"),
        "start split b c a join after end"),
    run("inclusive", "two of three branches are taken and awaited", lambda c: c.do("b").do("a").do("after"),
        "start split b a join after end", n=1, m=1),
    run("inclusive", "one branch is taken and awaited alone", lambda c: c.do("b").do("after"),
        "start split b join after end", n=0, m=1),
    run("inclusive", "the default branch is taken alone", lambda c: c.do("c").do("after"),
        "start split c join after end", n=0, m=0),
    run("inclusive_upstream", "a join waits for a token that can still come",
        lambda c: expect(c, "a").do("a", ok=True).do("b").do("after"),
        "start split a gate b join after end"),
    run("inclusive_upstream", "a join lets go when the token went another way",
        lambda c: expect(c, "a").do("a", ok=False).do("after"), "start split a gate join aside after end"),
    run("inclusive_nested", "joins inside joins wait for their own", lambda c: c.do("d").do("a").do("after"),
        "start split inner d a inner-join join after end", n=2, m=1),
    run("inclusive_nested", "the default inside is taken", lambda c: c.do("b").do("after"),
        "start split inner b inner-join join after end", n=1, m=0),
    run("inclusive_loop", "a join inside a loop works in every round",
        lambda c: c.do("a").do("b").do("check", ok=True).do("b").do("a").do("check", ok=False),
        "start merge split a b join check gate merge split b a join check gate end", n=1, m=1),
    run("inclusive_guarded", "a join waits for an activity with a boundary event",
        lambda c: expect(c, "a").do("a").do("after"), "start split a -remind join after end"),
    run("inclusive_guarded", "a reminder beside the way does not hold the join up",
        lambda c: expect(c.wait(days=3), "a", "reminder").do("a").do("after").do("reminder"),
        "start split remind a join after end reminder reminded"),
    run("race", "the first timer wins the race", lambda c: c.wait(days=3).do("a"),
        "start gate -later -answer soon a end"),
    run("race", "an answer in time wins the race", lambda c: c.deliver("答复", opinion="好").do("c"),
        "start gate -soon -later answer c end", data={"opinion": "好"}),
    run("race_signal", "a signal wins the race", lambda c: c.do("work").do("a"),
        "start split gate work halt -agreed -answer stop a merge join end", ok=False),
    run("race_signal", "a condition that becomes true wins the race",
        lambda c: c.correct(ok=True).do("b").do("work"),
        "start split gate -stop -answer agreed b merge work halt join end", ok=False),
    run("race_signal", "a condition that is true already wins at once", lambda c: c.do("b").do("work"),
        "start split gate -stop -answer agreed b merge work halt join end", ok=True),
    run("race_signal", "a receive task wins the race", lambda c: c.deliver("答复").do("work").do("c"),
        "start split gate -stop -agreed answer work halt c merge join end", ok=False),
    run("catches", "timers, signals and conditions are awaited on the way",
        lambda c: c.wait(days=3).do("a", ok=True, deadline="2026-12-01").wait(days=100),
        "start wait split a agreed shout heard join day end", ok=False,
        data={"deadline": "2026-12-01", "ok": True}),
    *[
        each_run
        for name, happen in (
            ("timer", lambda c: c.wait(days=4)),
            ("message", lambda c: c.deliver("撤回")),
            ("conditional", lambda c: c.correct(ok=True)),
        )
        for each_run in (
            run(f"boundary_{name}", "what is done first disarms the event", lambda c: c.do("a").do("after"),
                "start a -event after end", ok=False),
            run(f"boundary_{name}", "the event interrupts", lambda c, happen=happen: happen(c).do("b"),
                "start -a event b aside", ok=False),
            run(f"boundary_{name}_beside", "what is done first disarms the event",
                lambda c: c.do("a").do("after"), "start a -event after end", ok=False),
        )
    ],
    run("boundary_timer_beside", "a timer beside the work leaves it be",
        lambda c: c.wait(days=4).do("a").do("b").do("after"), "start event a b aside after end"),
    run("boundary_conditional_beside", "a condition beside the work leaves it be",
        lambda c: c.correct(ok=True).do("a").do("b").do("after"),
        "start event a b aside after end", ok=False),
    run("boundary_message_beside", "messages come in as often as they like",
        lambda c: c.deliver("撤回").deliver("撤回").do("b").do("a").do("b").do("after"),
        "start event event b aside a -event b aside after end"),
    run("boundary_signal", "a signal interrupts", lambda c: c.do("other").do("b"),
        "start split other shout -a event shouted b aside"),
    run("boundary_signal_beside", "a signal beside the work leaves it be",
        lambda c: c.do("other").do("b").do("a"),
        "start split other shout event shouted b aside a -event end"),
    run("boundary_escalation", "an escalation interrupts the sub-process", lambda c: c.do("a").do("boss"),
        "start in a raise -inner -b event boss aside"),
    run("boundary_escalation_beside", "an escalation beside the sub-process leaves it be",
        lambda c: c.do("a").do("boss").do("b").do("after"),
        "start in a raise event boss aside b out inner -event after end"),
    run("boundary_error", "an error leaves by the event that names it",
        lambda c: c.do("a", ok=False).do("mend"),
        "start in split a gate failed -b -inner -any missing mend end"),
    run("boundary_error", "without an error the sub-process ends as drawn",
        lambda c: c.do("a", ok=True).do("b").do("after"),
        "start in split a gate out b out inner -any -missing after end"),
    run("boundary_nested_error", "an error goes outward to who catches it",
        lambda c: c.do("a", ok=False).do("mend"),
        "start in-1 in-2 a gate failed -outer -inner -other caught mend end"),
    run("boundary_nested_error", "an error is caught at the nearest activity",
        lambda c: c.do("a", ok=True).do("inside").do("after"),
        "start in-1 in-2 a gate strange -inner other inside out-1 outer -caught after end"),
    run("boundary_error_neighbours", "an error of one does not concern its neighbour",
        lambda c: expect(c.do("a-x"), "a-y", "mend-x").correct(n=0).do("a-y").do("mend-x"),
        "start split in-x in-y a-x g-x failed-x -x caught-x a-y g-y fine-y y -caught-y mend-x join end", n=1),
    run("sub_process", "a sub-process writes the data around it",
        lambda c: c.do("a", n=7).do("b").do("after"),
        "start in-1 in-2 a out-2 inner b out-1 outer after end", data={"n": 7}),
    run("transaction", "a transaction is a sub-process", lambda c: c.do("a").do("after"),
        "start in-1 a out-1 outer after end"),
    run("sub_process_boundary", "a limit ends all that goes on inside",
        lambda c: c.wait(days=2).wait(days=2).do("late").do("nudge"),
        "start in split remind -inner -a -wait limit late end nudge aside"),
    run("caller", "a call takes inputs and gives outputs, nothing else", lambda c: c.do("a", n=1).do("after"),
        "start start a answer end ask after end", n=3, data={"n": 3, "total": 31}),
    run("caller_nested", "calls inside calls", lambda c: c.do("a", n=100).do("between").do("after"),
        "start start start a answer end down between end ask after end", n=3, data={"n": 3, "total": 104}),
    run("caller_twice", "two calls of one process do not mix",
        lambda c: c.do("a", which=1, n=20).do("a", n=10).do("after"),
        "start split start start a answer end two a answer end one join after end", n=3,
        data={"n": 3, "first": 11, "second": 22}),
    run("caller_error", "the caller catches an error of the called process",
        lambda c: c.do("a", ok=False).do("mend"), "start start a gate failed -ask caught mend end"),
    run("caller_error", "without an error the call ends as drawn", lambda c: c.do("a", ok=True).do("after"),
        "start start a gate end ask -caught after end"),
    run("terminate", "a terminating end stops everything", lambda c: c.do("a"),
        "start split in a stop -inner -b -wait", outcome="终止"),
    run("terminate_inside", "a terminating end stops its own sub-process only",
        lambda c: expect(c.do("a"), "beside").do("beside").do("after"),
        "start fork in split a stop -b inner beside join after end"),
    run("each_parallel", "all are asked at once and answers keep the order of the list",
        lambda c: c.do("a", which=2, opinion="三").do("a", opinion="一").do("a", opinion="二").do("after"),
        "start a a a a after end", items=THREE, data={"opinions": ["一", "二", "三"]}),
    run("each_parallel", "nobody to ask is no obstacle", lambda c: c.do("after"), "start a after end",
        items=[], data={"opinions": []}),
    run("each_parallel", "a null in the list is an item", lambda c: opinions(c, "一", "二").do("after"),
        "start a a a after end", items=[None, "乙"], data={"opinions": ["一", "二"]}),
    run("each_sequential", "one is asked after the other", lambda c: one_by_one(c).do("after"),
        "start a a a a after end", items=THREE, data={"opinions": ["一", "二", "三"]}),
    run("each_sequential", "a null in the list is an item", lambda c: one_by_one(c).do("after"),
        "start a a a a after end", items=[None, None, None], data={"opinions": ["一", "二", "三"]}),
    run("each_number", "a number says how often", lambda c: opinions(c, "一", "二").do("after"),
        "start a a a after end", n=2, data={"opinions": ["一", "二"]}),
    run("each_number", "no times at all is no obstacle", lambda c: c.do("after"), "start a after end", n=0),
    run("each_until", "enough is enough", lambda c: opinions(c, "同意", "同意").do("after"),
        "start a a -a a after end", items=THREE, data={"opinions": ["同意", "同意"]}),
    run("each_until", "one veto is enough", lambda c: opinions(c, "不同意", which=1).do("after"),
        "start a -a -a a after end", items=THREE, data={"opinions": ["不同意"]}),
    run("each_sub", "a sub-process for each has data of its own",
        lambda c: opinions(c, "二", which=1).do("a", opinion="一").do("after"),
        "start in in a join-up out inner a join-up out inner inner after end", items=["甲", "乙"],
        data={"lines": ["甲：一", "乙：二"]}),
    run("each_call", "a call for each", lambda c: c.do("a", n=10, which=1).do("a", n=20).do("after"),
        "start start start a answer end ask a answer end ask ask after end", items=["甲", "乙"],
        data={"sums": [21, 12]}),
    run("each_service", "automatic work for each", lambda c: c.do("after"),
        "start double double double double after end", items=[1, 2, 3], data={"doubled": [2, 4, 6]}),
    run("each_after_boundary", "multi-instance directly behind a boundary event",
        lambda c: opinions(c.wait(days=4), "一", "二"),
        "start -first late a a a end", items=["甲", "乙"], data={"opinions": ["一", "二"]}),
    run("each_guarded", "a limit cancels all that are still asked",
        lambda c: opinions(c, "一").wait(days=4).do("b"),
        "start a -a -a -a late b end", items=THREE),
    run("each_guarded", "who all answer in time disarm the limit",
        lambda c: opinions(c, "一", "二").do("after"),
        "start a a a -late after end", items=["甲", "乙"]),
    run("each_nested", "each within each", lambda c: opinions(c, "一", "二", "三", "四").do("after"),
        "start in a a a out outer in a a a out outer outer after end", items=["甲", "乙"],
        data={"all": [["一", "二"], ["三", "四"]]}),
    run("each_error", "an error of one ends the work of all",
        lambda c: c.do("a", which=1, ok=True).do("a", ok=False).do("mend"),
        "start in in in a gate out inner a gate failed -inner -inner -a -inner caught mend end", items=THREE),
    run("each_terminate", "a terminating end stops one of several",
        lambda c: expect(c.do("a", which=1), "a", "b").do("b").do("a").do("after"),
        "start in in split split a stop -b inner b out a stop inner inner after end"),
    run("loop_after", "a loop goes on while its condition holds",
        lambda c: c.do("a", ok=True).do("a", ok=True).do("a", ok=False).do("after"),
        "start a a a a after end", data={"ok": False}),
    run("loop_before", "a loop tests before its first round",
        lambda c: c.do("after"), "start a after end", n=0),
    run("loop_before", "a loop that tests before each round ends when it does not hold",
        lambda c: c.do("a", n=1).do("a", n=0).do("after"), "start a a a after end", n=2, data={"n": 0}),
    run("loop_maximum", "a loop ends at its maximum",
        lambda c: c.do("a", n=1).do("a", n=2).do("a", n=3).do("after"),
        "start a a a a after end", data={"n": 3}),
    run("loop_sub", "a sub-process in a loop", lambda c: c.do("a", ok=True).do("a", ok=False).do("after"),
        "start in a out inner in a out inner inner after end", data={"rounds": 2}),
    run("loop_drawn", "a loop that is drawn", lambda c: c.do("a", ok=True).do("a", ok=True).do("a", ok=False),
        "start merge a gate merge a gate merge a gate end"),
    run("parallel_in_loop", "a parallel join works in every round",
        lambda c: c.do("a").do("b", ok=True).do("b", ok=False).do("a"),
        "start merge split a b join gate merge split b a join gate end"),
    run("boundary_in_loop", "a boundary event is armed in every round",
        lambda c: c.wait(days=5).do("why").do("a", ok=True).wait(days=5).do("why").do("a", ok=False),
        "start merge -a late why merge a -late gate merge -a late why merge a -late gate end"),
]  # fmt: skip


def expect(case: Case, *elements: str) -> Case:
    """These, and no others, are open now."""
    assert sorted(case.open()) == sorted(elements)
    return case


def one_by_one(case: Case) -> Case:
    for word in ("一", "二", "三"):
        expect(case, "a").do("a", opinion=word)
    return case


def publish_corpus(office: Office, name: str) -> str:
    """Publish a diagram of the corpus with those that may be called."""
    office.decisions["grade"] = (CORPUS / "grade.dmn").read_text()
    text = (CORPUS / f"{name}.bpmn").read_text()
    for called in CALLED:
        if f"t.{called}" in text or name == "caller_nested":
            office.publish((CORPUS / f"{called}.bpmn").read_text())
    return office.publish(text)


@pytest.mark.parametrize("way", RUNS, ids=lambda way: f"{way.diagram}: {way.says}")
def test_a_case_runs_as_drawn(office: Office, way: Run) -> None:
    key = publish_corpus(office, way.diagram)
    case = office.start(key, at_element=way.start, **way.given)
    way.do(case)
    assert case.trail() == way.trail
    assert ended(case)
    assert case.outcome == way.outcome
    assert {name: case.data.get(name) for name in way.data} == way.data
    assert set(case.scopes) == {""}
    _check_flows(case, read_diagram((CORPUS / f"{way.diagram}.bpmn").read_bytes()))


def _check_flows(case: Case, diagram: Any) -> None:
    """Each flow that was taken leads from an element that had ended to the one that was entered."""
    done = set()
    for _, element, what, *flow in case.steps():
        if flow and flow[0] in diagram.flows and element in diagram.elements:
            taken = diagram.flows[flow[0]]
            assert taken.target == element
            assert taken.source in done
        if what == "completed":
            done.add(element)


@pytest.mark.parametrize("name", NAMES)
def test_every_diagram_of_the_corpus_is_driven(name: str) -> None:
    assert name in {way.diagram for way in RUNS} | set(CALLED)


@pytest.mark.parametrize("name", NAMES)
def test_no_diagram_of_the_corpus_has_more_than_remarks_about_its_drawing(
    sqlite_engine: Any, name: str
) -> None:
    office = Office(sqlite_engine)
    office.decisions["grade"] = (CORPUS / "grade.dmn").read_text()
    office.published = {f"t.{one}": (CORPUS / f"{one}.bpmn").read_text() for one in NAMES}
    found = validate(office.published[f"t.{name}"].encode(), office.surroundings(), process_id=f"t.{name}")
    serious = [f for f in found if f.severity is not Severity.NOTICE and f.rule not in ("drawing", "labels")]
    assert serious == []
