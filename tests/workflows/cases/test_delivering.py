"""Messages that people send a case: what begins beside its tasks."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine

from tests import drafting as d
from tests.office import LI_SI, QIAN_QI, WANG_WU, ZHANG_SAN, Case, Office
from workflows.cases import Actor, NotPermitted
from workflows.database import reading
from workflows.engine.stepping import NotAwaited
from workflows.reading.sendable import Sendable, sendables_of
from workflows.verification import verify

ASKED = d.diagram(
    "t.asked",
    d.start(),
    d.sub("examine", d.start("inner-start"), d.user("work"), d.end("inner-end"),
          *d.path("inner-start", "work", "inner-end")),
    d.boundary("ask", "examine", d.message("更多时间"), interrupting=False, candidates='unit("window")'),
    d.user("why"),
    d.end("answered"),
    d.boundary("told", "examine", d.message("外来消息"), interrupting=False),
    d.end("known"),
    d.end(),
    *d.path("start", "examine", "end"),
    *d.path("ask", "why", "answered"),
    *d.path("told", "known"),
)  # fmt: skip


@pytest.fixture
def case(engine: Engine) -> Case:
    office = Office(engine).settle_in()
    return office.start(office.publish(ASKED))


def offered(case: Case, by: Actor = ZHANG_SAN) -> list[Sendable]:
    with reading(case.office.engine) as connection:
        return sendables_of(connection, case.id, by=by, at=case.office.now)


def test_a_message_is_offered_to_those_its_event_names_and_to_nobody_else(case: Case) -> None:
    assert [one.message for one in offered(case)] == ["更多时间"]
    assert offered(case, WANG_WU) == offered(case, QIAN_QI) == []


def test_a_person_sends_it_and_the_ordinary_work_stays(case: Case) -> None:
    first = offered(case)[0].number
    case.deliver("更多时间", by=ZHANG_SAN)
    assert case.open() == ["work", "why"]
    assert offered(case)[0].number != first


def test_it_can_be_sent_again_until_the_work_is_over(case: Case) -> None:
    case.deliver("更多时间", by=ZHANG_SAN).do("why").deliver("更多时间", by=ZHANG_SAN).do("work")
    assert case.open() == ["why"]
    assert offered(case) == []
    with pytest.raises(NotAwaited):
        case.deliver("更多时间", by=ZHANG_SAN)


@pytest.mark.parametrize(
    ("message", "by"), [("更多时间", WANG_WU), ("更多时间", QIAN_QI), ("外来消息", ZHANG_SAN)]
)
def test_who_is_not_named_is_refused_and_what_names_nobody_comes_from_outside(
    case: Case, message: str, by: Actor
) -> None:
    with pytest.raises(NotPermitted):
        case.deliver(message, by=by)
    case.deliver("外来消息")
    case.deliver("更多时间", by=LI_SI)
    with reading(case.office.engine) as connection:
        assert verify(connection, case.id).proven
