"""Whatever valid diagram is drawn and whatever people do with its cases, some things are always true."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, Phase, given, note, settings
from hypothesis import strategies as st
from sqlalchemy import Engine

from tests.office import LI_SI, ZHANG_SAN, Case, Office
from tests.workflows.engine.random_blocks import Block, called_part, diagrams, draw
from workflows.cases import NotPermitted, TaskClaimedByAnother
from workflows.cases.open_case import OpenCase
from workflows.engine import state
from workflows.engine.stepping import AmbiguousMessage, NotAwaited, find
from workflows.engine.tree import CaseWorkflow
from workflows.errors import CaseStops
from workflows.history import digest

MANY = 3_000
#: Commands drawn at random, and those allowed until everything must have come to its end.
COMMANDS = 12
PATIENCE = 400


def test_a_case_of_any_diagram_keeps_its_promises(
    sqlite_engine: Engine, request: pytest.FixtureRequest
) -> None:
    is_long = request.config.getoption("long")
    explore(sqlite_engine, examples=MANY if is_long else 60, derandomize=not is_long)


@pytest.mark.postgresql
def test_a_case_of_any_diagram_keeps_its_promises_on_postgresql(
    postgresql_engine: Engine, request: pytest.FixtureRequest
) -> None:
    is_long = request.config.getoption("long")
    explore(postgresql_engine, examples=MANY // 10 if is_long else 15, derandomize=not is_long)


def explore(engine: Engine, *, examples: int, derandomize: bool) -> None:
    office = Office(engine).settle_in()
    begun = office.now
    office.publish(called_part())

    @settings(
        max_examples=examples,
        derandomize=derandomize,
        deadline=None,
        database=None,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
    )
    @given(block=diagrams(), facts=st.tuples(st.integers(0, 9), st.integers(0, 9)), choices=st.data())
    def keeps_its_promises(block: Block, facts: tuple[int, int], choices: st.DataObject) -> None:
        office.now = begun
        xml, messages = draw(block, "t.random")
        note(xml)
        case = office.start(office.publish(xml), n=facts[0], m=facts[1])
        case.proves = False
        promises(case)
        for _ in range(COMMANDS):
            if case.status != "open":
                break
            act(case, messages, choices)
            promises(case)
        finish(case)
        verdict = case.verify()
        assert verdict.proven, verdict.divergences

    keeps_its_promises()


def act(case: Case, messages: list[str], choices: st.DataObject) -> None:
    """One thing somebody, or the clock, may do now."""
    tasks, timers = case.tasks(), case.timers()
    acts = ["complete", "claim", "release"] if tasks else []
    acts += ["wait"] if timers else []
    acts += ["deliver"] if messages else []
    what = choices.draw(st.sampled_from([*acts, "correct", "forget"]), label="act")
    given_facts = {"n": choices.draw(st.integers(0, 9), label="n")} if what in ("complete", "correct") else {}
    by = choices.draw(st.sampled_from([ZHANG_SAN, LI_SI]), label="by")
    before = (case.row.state, case.data, [row.number for row in tasks], [row.task for row in timers])
    try:
        if what == "wait":
            case.office.now = max(case.office.now, timers[0].due_at)
            assert case.fire() > 0
        elif what == "deliver":
            case.deliver(choices.draw(st.sampled_from(messages), label="message"))
        elif what in ("correct", "forget"):
            case.correct(**(given_facts or {"n": None}))
        else:
            row = choices.draw(st.sampled_from(tasks), label="task")
            case.complete(row.number, by=by, **given_facts) if what == "complete" else (
                case.claim if what == "claim" else case.release
            )(row.element_id, by=by)
    except (NotPermitted, TaskClaimedByAnother, NotAwaited, AmbiguousMessage):
        """Refused, and nothing has changed."""
    except CaseStops:
        assert case.incidents()
        assert before == (
            case.row.state,
            case.data,
            [row.number for row in case.tasks()],
            [row.task for row in case.timers()],
        )


def finish(case: Case) -> None:
    """Do what lies open, with facts that lead out of every loop, until the case ends."""
    for _ in range(PATIENCE):
        if case.status != "open":
            return
        try:
            go_on(case)
        except CaseStops:
            # What is missing may have to be known to fire the timers that are due before anything else.
            try:
                case.correct(n=0, m=0)
                go_on(case)
            except CaseStops:
                return
    raise AssertionError("the case does not end")


def go_on(case: Case) -> None:
    tasks = case.tasks()
    if not tasks:
        case.office.now = max(case.office.now, case.timers()[0].due_at)
        assert case.fire() > 0
        return
    holder = {ZHANG_SAN.user: ZHANG_SAN, LI_SI.user: LI_SI, None: None}[tasks[0].assignee]
    free = [one for one in (ZHANG_SAN, LI_SI) if one.user not in tasks[0].excluded]
    case.complete(tasks[0].number, by=holder or free[0], n=0)


def promises(case: Case) -> None:
    """What is true of a case after each command."""
    if case.status != "open":
        assert not case.tasks()
        assert not case.timers()
        return
    assert case.tasks() or case.timers(), "nobody can act and no timer is armed"
    case.look(lambda opened: _as_stored(opened, case))


def _as_stored(opened: OpenCase, case: Case) -> None:
    turn = opened.turn("looked-at", at=case.office.now, by=None, command={})
    workflow: CaseWorkflow = opened.workflow(turn)
    encoded = state.encode(workflow)
    assert encoded == state.decompress(opened.row.state)
    assert digest(encoded) == next(
        event.body["state"] for event in reversed(case.events()) if "state" in event.body
    )
    live = workflow.all_live()
    manual = sorted(task.id for task in live if task.task_spec.manual)
    assert manual == [row.number for row in case.tasks()]
    armed = sorted(
        task.id
        for task in workflow.event_manager.tasks.values()
        if "timer" in task.task_spec.feel and not task.internal_data.get("event_fired")
    )
    assert armed == sorted(row.task for row in case.timers())
    scopes = set(opened.scopes.values) - {""}
    assert all(find(workflow, int(scope.removesuffix("/call"))) in live for scope in scopes)
