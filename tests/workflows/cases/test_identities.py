"""Who somebody is stands apart from what happened, and the same person is recognised in the next case."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import orjson
import pytest
from sqlalchemy import Connection, Engine, delete, insert, select

from tests import drafting as d
from tests.office import ELSEWHERE, ORGANISATION, ZHAO_LIU, Case, Office, with_connection
from workflows.cases.identities import MASKED, mask, reveal, secret_of
from workflows.database import reading, transaction
from workflows.tables import cases, events, identities, identity_secrets, records

#: Whoever comes a second time is known by the number.
VISIT = d.diagram(
    "t.visit",
    d.start(form="visitor"),
    d.operator("known", "find-records", result="before", kind='"visit"', subject="number"),
    d.operator("keep", "record", kind='"visit"', subject="number"),
    d.user("talk", form="visitor"),
    d.end(),
    *d.path("start", "known", "keep", "talk", "end"),
)


@pytest.fixture
def office(engine: Engine) -> Office:
    office = Office(engine).settle_in()
    office.publish(VISIT)
    return office


def visit(office: Office, **who: str) -> Case:
    return office.apply("t.visit", **{"number": "000"} | who)


def revealed(case: Case, name: str) -> Any:
    with reading(case.office.engine) as connection:
        return reveal(connection, case.id, case.data)[name]


def test_the_same_person_has_the_same_reference_in_every_case_of_the_office(office: Office) -> None:
    first = visit(office, name="张三", number="00000000000000000x")
    second = visit(office, name=" 张三 ", number="00000000000000000X")
    assert first.data["name"] == second.data["name"]
    assert first.data["number"] == second.data["number"]
    assert visit(office, name="李四").data["name"] != first.data["name"]


def test_a_record_about_a_person_is_found_in_the_next_case(office: Office) -> None:
    first = visit(office, name="张三", number="00000000000000000X")
    second = visit(office, name="张三某", number="00000000000000000x")
    other = visit(office, name="张三", number="000000000000000000")
    assert first.data["before"] == other.data["before"] == []
    (found,) = second.data["before"]
    assert found["subject"] == second.data["number"]
    assert mask(found)["subject"] == MASKED
    for case in (first, second, other):
        assert case.verify().proven


def test_neither_history_nor_records_hold_who_it_is(office: Office) -> None:
    case = visit(office, name="张三某", number="00000000000000000X")
    case.do("talk", name="李四某", text="问路").verify()
    with reading(office.engine) as connection:
        stored = [*connection.scalars(select(events.c.body)), *connection.scalars(select(cases.c.data))]
        stored += connection.scalars(select(records.c.subject))
    assert not any(word in text for text in stored for word in ("张三某", "李四某", "00000000000000000X"))


def test_who_is_named_twice_in_a_case_is_kept_once(office: Office) -> None:
    case = visit(office, name="张三", number="张三")
    case.do("talk", name=" 张三", text="又来")
    query = select(identities.c.value).where(identities.c.case_id == case.id)
    assert [orjson.loads(value) for value in _all(office, query)] == ["张三"]
    assert revealed(case, "name") == "张三"


def test_a_destroyed_identity_is_unreadable_in_its_case_and_still_proves_it(office: Office) -> None:
    first, second = visit(office, name="张三"), visit(office, name="张三")
    with_connection(office, lambda c: c.execute(delete(identities).where(identities.c.case_id == first.id)))
    assert revealed(first, "name") is None
    assert revealed(second, "name") == "张三"
    assert first.verify().proven


def test_without_its_secret_an_office_recognises_nobody_any_more(office: Office) -> None:
    first = visit(office, name="张三", number="1")
    with_connection(office, lambda c: c.execute(delete(identity_secrets)))
    second = visit(office, name="张三", number="1")
    assert second.data["name"] != first.data["name"]
    assert second.data["before"] == []
    assert (revealed(first, "name"), revealed(second, "name")) == ("张三", "张三")


def test_a_case_from_before_the_secrets_is_still_revealed_and_proven(office: Office) -> None:
    """Its references were salted one by one."""
    old = {"$identity": "0123456789abcdef0123456789abcdef"}
    case = office.start("t.visit", name=old, number="-")
    row = {"case_id": case.id, "hash": old["$identity"], "field": "name", "value": '"张三"', "salt": "s"}
    with_connection(office, lambda c: c.execute(insert(identities).values(row)))
    assert revealed(case, "name") == "张三"
    assert case.do("talk", name="张三").verify().proven
    assert revealed(case, "name") == "张三"


def test_what_is_set_by_hand_is_set_apart_as_well(office: Office) -> None:
    case = visit(office, name="张三")
    case.correct(name="李四某", text="笔误", by=ZHAO_LIU)
    assert case.data["name"].keys() == {"$identity"}
    assert case.data["text"] == "笔误"
    assert revealed(case, "name") == "李四某"
    assert not any("李四某" in text for text in _all(office, select(events.c.body)))


def test_each_office_has_a_secret_of_its_own_that_stays(office: Office) -> None:
    def secrets(connection: Connection) -> list[bytes]:
        return [secret_of(connection, slug) for slug in (ORGANISATION, ELSEWHERE, ORGANISATION)]

    ours, theirs, again = with_connection(office, secrets)
    assert ours == again == with_connection(office, secrets)[0]
    assert ours != theirs
    assert len(ours) == len(theirs) == 32


def test_processes_that_need_the_secret_at_the_same_moment_get_the_same(office: Office) -> None:
    together = Barrier(4)

    def ask(_: int) -> bytes:
        together.wait(10)
        with transaction(office.engine) as connection:
            return secret_of(connection, ORGANISATION)

    with ThreadPoolExecutor(4) as processes:
        assert len(set(processes.map(ask, range(4)))) == 1


def _all(office: Office, query: Any) -> list[Any]:
    with reading(office.engine) as connection:
        return list(connection.scalars(query))
