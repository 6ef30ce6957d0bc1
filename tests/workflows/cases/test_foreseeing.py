"""What would come of completing a task: exactly what then comes of it, and nothing of it before."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import Engine, select

from tests import drafting as d
from tests.office import LI_SI, ZHANG_SAN, Case, Office
from workflows import tables
from workflows.cases import Actor, FormInvalid, NotPermitted, TaskClaimedByAnother
from workflows.cases.foreseeing import Foreseen, foresee, foresee_start
from workflows.database import reading
from workflows.errors import CaseStops
from workflows.rehearsing import rehearse

TABLES = (
    "cases",
    "events",
    "tasks",
    "timers",
    "clocks",
    "counters",
    "outbox",
    "identities",
    "identity_secrets",
)
TRACES = ("notices", "records", "register_entries", "queues", "drafts")


@pytest.fixture
def office(engine: Engine) -> Office:
    office = Office(engine)
    office.notices["accepted"] = "<title>受理通知书</title><p>{{ data.text }}</p>"
    return office.settle_in()


def foreseen(case: Case, element: str, *, by: Actor = ZHANG_SAN, **data: Any) -> Foreseen:
    (number,) = case.numbers(element)
    office = case.office

    def act(connection: Any) -> Foreseen:
        return foresee(connection, case_id=case.id, number=number, data=data, by=by, at=office.now)

    return rehearse(office.engine, act)


def everything(office: Office) -> list[Any]:
    with reading(office.engine) as connection:
        return [connection.execute(select(tables.metadata.tables[name])).all() for name in (*TABLES, *TRACES)]


def busy(office: Office) -> Case:
    """A step after which a letter, a notice, an entry, a clock and two tasks come."""
    key = office.publish(
        d.diagram(
            "t.busy",
            d.start(),
            d.user("check", form="visitor"),
            d.operator("begin", "start-clock", clock='"decide"', limit="workdays(2)"),
            d.operator("issue", "issue-notice", notice='"accepted"'),
            d.operator("enter", "enter-register", register='"ledger"'),
            d.operator("tell", "notify", to='["applicant", "unit:chiefs"]', subject='"已受理"'),
            d.parallel("fork"),
            d.user("decide", candidates='unit("chiefs")', clock="decide"),
            d.user("file", exclude='performer("check")'),
            d.parallel("join"),
            d.end(outcome="准予"),
            *d.path("start", "check", "begin", "issue", "enter", "tell", "fork", "decide", "join", "end"),
            *d.path("fork", "file", "join"),
        )
    )
    return office.start(key)


def numbers(body: Any) -> list[str]:
    results = (effect.get("result") or {} for *_, effect in body["operations"])
    return [result["number"] for result in results if "number" in result]


def test_it_is_the_event_that_the_completion_then_writes(office: Office) -> None:
    case = busy(office)
    found = foreseen(case, "check", name="张三某", text="齐全")
    case.do("check", name="张三某", text="齐全")
    body = case.events()[-1].body
    # Identities get the same reference only once the organisation has its secret.
    for name in ("steps", "offers", "clocks", "closed"):
        assert found.body[name] == body[name], name
    assert numbers(found.body) == numbers(body) == ["〔2026〕1号", "1"], "what it shows is drawn only then"
    assert [(o.element_id, o.due_at) for o in found.offers] == [
        (row.element_id, row.due_at) for row in case.tasks()
    ]
    assert [(kind, letter["to"], letter["subject"]) for kind, letter in found.letters] == [
        ("notify", ["applicant", "unit:chiefs"], "已受理")
    ]
    assert not found.ends


def test_nothing_of_it_stays(office: Office) -> None:
    case = busy(office)
    before = everything(office)
    foreseen(case, "check", name="张三某", text="齐全")
    assert everything(office) == before
    assert case.do("check", name="张三某").open() == ["decide", "file"]


def opening(office: Office, key: str, *, by: Actor = ZHANG_SAN, **data: Any) -> Foreseen:
    def act(connection: Any) -> Foreseen:
        return foresee_start(connection, key=key, data=data, by=by, at=office.now)[0]

    return rehearse(office.engine, act)


def test_the_opening_of_a_case_is_foreseen_as_it_then_happens_and_nothing_of_it_stays(office: Office) -> None:
    key = office.publish(
        d.diagram(
            "t.visit",
            d.start(form="visitor"),
            d.operator("begin", "start-clock", clock='"decide"', limit="workdays(2)"),
            d.operator("tell", "notify", to='["applicant", "unit:chiefs"]', subject='"已受理"'),
            d.user("decide", candidates='unit("chiefs")', clock="decide"),
            d.end(),
            *d.path("start", "begin", "tell", "decide", "end"),
        )
    )
    before = everything(office)
    told = opening(office, key, name="张三某", text="齐全")
    assert everything(office) == before
    case = office.apply(key, name="张三某", text="齐全")
    (offer,) = told.offers
    (task,) = case.tasks()
    assert (offer.element_id, offer.keys, offer.due_at) == ("decide", ["unit:chiefs"], task.due_at)
    assert [kind for kind, _ in told.letters] == ["notify"]
    assert case.id == 1, "no id was drawn for what was only foreseen"
    written = case.events()[0].body
    for name in ("steps", "offers", "clocks"):
        assert told.body[name] == written[name], name


def test_an_end_is_foreseen_with_its_outcome(office: Office) -> None:
    case = busy(office).do("check")
    first = foreseen(case, "file", by=LI_SI)
    assert (first.ends, first.offers, first.waits) == (False, (), ())
    case.do("file", by=LI_SI)
    last = foreseen(case, "decide", by=office_chief())
    assert last.ends
    assert last.body["outcome"] == "准予"


def office_chief() -> Actor:
    return Actor(user="wang.wu", organisation="t", keys=frozenset({"person:wang.wu", "unit:chiefs"}))


def test_what_the_case_would_wait_for_is_foreseen(office: Office) -> None:
    key = office.publish(
        d.diagram(
            "t.waits", d.start(), d.user("check"), d.parallel("fork"),
            d.catch("pause", d.timer("workdays(3)")), d.receive("answer", "答复"), d.parallel("join"),
            d.end(),
            *d.path("start", "check", "fork", "pause", "join", "end"), *d.path("fork", "answer", "join"),
        )
    )  # fmt: skip
    case = office.start(key)
    waits = foreseen(case, "check").waits
    case.do("check")
    assert {(wait.element_id, wait.until) for wait in waits} == {
        ("pause", case.timers()[0].due_at),
        ("answer", None),
    }


def test_the_way_depends_on_the_answers(office: Office) -> None:
    key = office.publish(
        d.diagram(
            "t.ways", d.start(), d.user("check", form="facts"), d.exclusive("way", default="way-end"),
            d.user("more"), d.end(), d.end("done"),
            *d.path("start", "check", "way", "end"), d.flow("way", "more", "n > 5"), *d.path("more", "done"),
        )
    )  # fmt: skip
    case = office.start(key)
    assert [offer.element_id for offer in foreseen(case, "check", n=6).offers] == ["more"]
    assert foreseen(case, "check", n=1).ends
    # Nothing decides on nothing: the diagram would stop, and no incident is left of it.
    with pytest.raises(CaseStops):
        foreseen(case, "check")
    assert case.incidents() == []


def test_only_who_could_complete_it_is_told(office: Office) -> None:
    case = busy(office)
    with pytest.raises(NotPermitted):
        foreseen(case, "check", by=office_chief())
    with pytest.raises(FormInvalid):
        foreseen(case, "check", nonsense=1)
    case.claim("check", by=LI_SI)
    with pytest.raises(TaskClaimedByAnother):
        foreseen(case, "check")
