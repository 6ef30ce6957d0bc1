"""A true record proves itself; whatever is changed behind the engine's back is found, and where."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import UTC
from typing import Any

import orjson
import pytest
from sqlalchemy import Connection, Engine, delete, insert, select, update

from tests import drafting as d
from tests.office import LI_SI, MORNING, WANG_WU, Case, Office, with_connection
from workflows import tables
from workflows.cases.open_case import NoSuchCase
from workflows.definitions import Bundle, loading
from workflows.history import chain_hash
from workflows.operators.traces import digest_of
from workflows.tables import (
    cases,
    clocks,
    events,
    notices,
    queues,
    records,
    register_entries,
    tasks,
    timers,
    versions,
)
from workflows.verification import verify


@pytest.fixture
def office(engine: Engine) -> Office:
    return Office(engine).settle_in()


@pytest.fixture
def case(office: Office) -> Case:
    """A case in its midst: three events, an open task, an armed timer, a record and an entry it made."""
    breach = {"kind": '"违约"', "subject": "text", "valid_until": "months(6)"}
    key = office.publish(
        d.diagram(
            "t.proven",
            d.start(form="facts"),
            d.user("a", form="facts"),
            d.operator("note-it", "record", **breach),
            d.operator("enter", "enter-register", register='"ledger"'),
            d.user("b", form="facts"),
            d.boundary("late", "b", d.timer("workdays(5)"), interrupting=False),
            d.user("c", form="facts"),
            d.end(outcome="办结"),
            *d.path("start", "a", "note-it", "enter", "b", "c", "end"),
            *d.path("late", "end"),
        )
    )
    case = office.apply(key, text="某某餐饮店")
    office.wait(hours=1)
    return case.do("a", n=5).claim("b", by=LI_SI)


def found(case: Case) -> set[tuple[int, str]]:
    """Where and what diverges."""
    verdict = case.verify()
    assert verdict.proven is not bool(verdict.divergences)
    return {(one.seq, one.what) for one in verdict.divergences}


def tamper(case: Case, what: Callable[[Connection], Any]) -> set[tuple[int, str]]:
    """Do something behind the engine's back to a case that is true, and say what is found."""
    assert found(case) == set()
    with_connection(case.office, what)
    return found(case)


def body_of(connection: Connection, case: Case, seq: int) -> dict[str, Any]:
    stored = select(events.c.body).where(events.c.case_id == case.id, events.c.seq == seq)
    body: dict[str, Any] = orjson.loads(connection.execute(stored).scalar_one())
    return body


def rewrite(connection: Connection, case: Case, seq: int, body: dict[str, Any]) -> None:
    connection.execute(
        update(events)
        .where(events.c.case_id == case.id, events.c.seq == seq)
        .values(body=orjson.dumps(body, option=orjson.OPT_SORT_KEYS).decode())
    )


def forge_chain(connection: Connection, case: Case) -> None:
    """Hash everything anew, as somebody who owns the database and knows the programme could."""
    previous = bytes(32)
    for row in connection.execute(
        select(events).where(events.c.case_id == case.id).order_by(events.c.seq)
    ).mappings():
        hashed = chain_hash({**row, "previous": previous})
        connection.execute(
            update(events)
            .where(events.c.case_id == case.id, events.c.seq == row["seq"])
            .values(previous=previous, hash=hashed)
        )
        previous = hashed
    connection.execute(update(cases).where(cases.c.id == case.id).values(head=previous))


def test_a_true_record_is_proven_to_its_end(case: Case) -> None:
    assert found(case) == set()
    case.wait(days=20).do("b", by=LI_SI).do("c")
    verdict = case.verify()
    assert (verdict.proven, verdict.events, verdict.number) == (True, 6, case.row.number)
    assert (case.status, case.outcome) == ("closed", "办结")


def test_there_is_nothing_to_prove_of_a_case_that_does_not_exist(office: Office) -> None:
    with pytest.raises(NoSuchCase):
        with_connection(office, lambda connection: verify(connection, 999))


def test_an_altered_event_is_found(case: Case) -> None:
    def alter(connection: Connection) -> None:
        body = body_of(connection, case, 2)
        body["command"]["data"]["n"] = 6
        rewrite(connection, case, 2, body)

    assert (2, "chain") in tamper(case, alter)


@pytest.mark.parametrize("column", ["actor", "at", "kind", "on_behalf_of"])
def test_the_circumstances_of_an_event_cannot_be_altered(case: Case, column: str) -> None:
    value = MORNING if column == "at" else WANG_WU.user
    change = update(events).where(events.c.case_id == case.id, events.c.seq == 2).values({column: value})
    assert (2, "chain") in tamper(case, lambda connection: connection.execute(change))


def test_submitted_data_cannot_be_forged_even_with_the_chain(case: Case) -> None:
    def forge(connection: Connection) -> None:
        body = body_of(connection, case, 2)
        body["command"]["data"]["n"] = 6
        rewrite(connection, case, 2, body)
        forge_chain(connection, case)

    assert (2, "data") in tamper(case, forge)


def test_a_path_cannot_be_forged_even_with_the_chain(case: Case) -> None:
    def forge(connection: Connection) -> None:
        body = body_of(connection, case, 2)
        body["steps"] = [step for step in body["steps"] if step[1] != "note-it"]
        rewrite(connection, case, 2, body)
        forge_chain(connection, case)

    assert tamper(case, forge) == {(2, "steps")}


@pytest.mark.parametrize("seq", [1, 2, 3])
def test_a_deleted_event_is_found(case: Case, seq: int) -> None:
    gone = delete(events).where(events.c.case_id == case.id, events.c.seq == seq)
    assert "chain" in {what for _, what in tamper(case, lambda connection: connection.execute(gone))}


def test_an_event_too_many_is_found(case: Case) -> None:
    def add(connection: Connection) -> None:
        last = (
            connection.execute(select(events).where(events.c.case_id == case.id, events.c.seq == 3))
            .mappings()
            .one()
        )
        row = {**last, "seq": 4, "previous": last["hash"]}
        connection.execute(insert(events).values(**{**row, "hash": chain_hash(row)}))

    assert (3, "chain") in tamper(case, add)


def test_altered_case_data_is_found(case: Case) -> None:
    data = orjson.loads(case.row.data)
    data["values"][""]["n"] = 6
    change = update(cases).where(cases.c.id == case.id).values(data=orjson.dumps(data).decode())
    assert tamper(case, lambda connection: connection.execute(change)) == {(3, "case data")}


def test_a_state_that_is_not_what_the_history_leads_to_is_found(case: Case, office: Office) -> None:
    other = office.apply("t.proven", text="某某书店")
    change = update(cases).where(cases.c.id == case.id).values(state=other.row.state)
    assert tamper(case, lambda connection: connection.execute(change)) == {(3, "stored state")}


def test_a_case_that_is_closed_by_hand_is_found(case: Case) -> None:
    change = update(cases).where(cases.c.id == case.id).values(status="closed")
    assert (3, "status") in tamper(case, lambda connection: connection.execute(change))


@pytest.mark.parametrize(
    "values",
    [{"status": "completed"}, {"element_id": "c"}, {"excluded": '["zhang.san"]'}],
    ids=lambda values: next(iter(values)),
)
def test_an_altered_task_is_found(case: Case, values: dict[str, str]) -> None:
    change = update(tasks).where(tasks.c.case_id == case.id, tasks.c.status == "open").values(**values)
    assert tamper(case, lambda connection: connection.execute(change)) == {(3, "tasks")}


def test_a_task_that_is_given_to_others_is_found(case: Case) -> None:
    def give(connection: Connection) -> None:
        queue = connection.execute(
            insert(queues).values(organisation="t", candidates='["person:li.si"]').returning(queues.c.id)
        ).scalar_one()
        connection.execute(
            update(tasks).where(tasks.c.case_id == case.id, tasks.c.status == "open").values(queue_id=queue)
        )

    assert tamper(case, give) == {(3, "tasks")}


def test_a_timer_that_is_taken_away_is_found(case: Case) -> None:
    change = update(timers).where(timers.c.case_id == case.id).values(status="gone")
    assert tamper(case, lambda connection: connection.execute(change)) == {(3, "timers")}


def test_a_record_that_is_dropped_is_found(case: Case) -> None:
    gone = delete(records).where(records.c.case_id == case.id)
    assert tamper(case, lambda connection: connection.execute(gone)) == {(3, "records")}


def test_an_entry_that_is_dropped_from_its_register_is_found(case: Case) -> None:
    gone = delete(register_entries).where(register_entries.c.case_id == case.id)
    assert tamper(case, lambda connection: connection.execute(gone)) == {(3, "register_entries")}


def test_an_entry_that_is_renumbered_is_found(case: Case) -> None:
    change = update(register_entries).values(number="7")
    assert tamper(case, lambda connection: connection.execute(change)) == {(3, "register_entries")}


def test_an_entry_whose_content_was_altered_is_found(case: Case) -> None:
    change = update(register_entries).values(entry='{"facts": "好得很"}')
    assert tamper(case, lambda connection: connection.execute(change)) == {(3, "register_entries")}


def test_a_record_that_nobody_made_is_found(case: Case) -> None:
    def add(connection: Connection) -> None:
        row = dict(connection.execute(select(records)).mappings().one())
        connection.execute(insert(records).values({**row, "id": 99, "seq": 3}))

    assert tamper(case, add) == {(3, "records")}


def other_bundle(case: Case) -> Bundle:
    stored = with_connection(case.office, lambda c: c.execute(select(versions.c.bundle)).scalar_one())
    files = dict(Bundle.unpack(stored).files)
    return Bundle(
        files={**files, "diagram.bpmn": files["diagram.bpmn"].replace("workdays(5)", "workdays(9)")}
    )


def test_an_altered_version_is_found(case: Case) -> None:
    change = update(versions).values(bundle=other_bundle(case).packed())
    assert (0, "version") in tamper(case, lambda connection: connection.execute(change))


def test_an_altered_version_is_found_though_its_hash_was_altered_too(case: Case) -> None:
    bundle = other_bundle(case)
    change = update(versions).values(bundle=bundle.packed(), content_hash=bundle.content_hash)
    assert (0, "version") in tamper(case, lambda connection: connection.execute(change))
    # Another process, which has not read the version yet, finds it as well.
    loading.forget()
    assert (0, "version") in found(case)


def test_a_version_that_cannot_be_read_is_found(case: Case) -> None:
    change = update(versions).values(bundle=b"\x00")
    assert (0, "version") in tamper(case, lambda connection: connection.execute(change))


def test_an_altered_version_that_is_called_is_found(office: Office) -> None:
    office.publish(
        d.diagram(
            "t.called",
            d.start(),
            d.user("a"),
            d.end(),
            *d.path("start", "a", "end"),
            properties={"input.n": "数"},
        )
    )
    key = office.publish(
        d.diagram(
            "t.calls",
            d.start(),
            d.call("ask", "t.called", properties={"input.n": "1"}),
            d.end(),
            *d.path("start", "ask", "end"),
        )
    )
    case = office.start(key)
    called = select(tables.definitions.c.id).where(tables.definitions.c.key == "t.called").scalar_subquery()
    change = update(versions).where(versions.c.definition_id == called).values(content_hash="0" * 64)
    assert (0, "version") in tamper(case, lambda connection: connection.execute(change))


def test_a_version_that_is_published_later_changes_nothing(case: Case) -> None:
    changed = case.office.published["t.proven"].replace('id="c"', 'id="d"').replace('"c"', '"d"')
    changed = changed.replace('"b-c"', '"b-d"').replace('"c-end"', '"d-end"')
    case.office.publish(changed)
    assert found(case) == set()
    assert case.do("b", by=LI_SI).open() == ["c"]


def test_a_due_date_that_somebody_moved_by_hand_is_found(case: Case) -> None:
    """What moves a clock lawfully leaves an event."""
    change = update(clocks).values(due_at=case.office.now)
    assert tamper(case, lambda connection: connection.execute(change)) == {(3, "clocks")}


@pytest.fixture
def letter(office: Office) -> Case:
    """A case that has issued a document."""
    office.notices["letter"] = "<title>函</title>{{ data.text }}"
    key = office.publish(
        d.diagram(
            "t.letter",
            d.start(form="facts"),
            d.operator("issue", "issue-notice", notice='"letter"'),
            d.user("a", form="facts"),
            d.end(),
            *d.path("start", "issue", "a", "end"),
        )
    )
    return office.apply(key, text="某某餐饮店")


def forge_document(connection: Connection, case: Case, text: str | None) -> None:
    query = update(notices).where(notices.c.case_id == case.id)
    stored = connection.execute(select(notices.c.data).where(notices.c.case_id == case.id)).scalar_one()
    forged = stored.replace("某某餐饮店", text) if text is not None else None
    connection.execute(query.values(data=forged))


@pytest.mark.parametrize("text", ["另一家店", '"', None])
def test_a_document_that_says_something_else_is_found(letter: Case, text: str | None) -> None:
    letter.do("a", text="后来改的")
    found = tamper(letter, lambda connection: forge_document(connection, letter, text))
    assert (2, "notices") in found


def test_a_document_cannot_be_forged_even_with_its_trace_and_the_chain(letter: Case) -> None:
    def forge(connection: Connection) -> None:
        forge_document(connection, letter, "另一家店")
        row = connection.execute(select(notices).where(notices.c.case_id == letter.id)).mappings().one()
        body = body_of(connection, letter, 1)
        body["operations"][0][3]["trace"] = digest_of(notices, dict(row))
        rewrite(connection, letter, 1, body)
        forge_chain(connection, letter)

    assert tamper(letter, forge) == {(1, "document")}


def test_a_document_from_before_its_data_was_kept_is_still_proven(letter: Case) -> None:
    def as_it_was(connection: Connection) -> None:
        forge_document(connection, letter, None)
        row = connection.execute(select(notices).where(notices.c.case_id == letter.id)).mappings().one()
        content = {
            k: v.astimezone(UTC) if k == "issued_at" else v for k, v in row.items() if k not in ("id", "data")
        }
        # As the release before wrote it.
        old = orjson.dumps(content, option=orjson.OPT_SORT_KEYS | orjson.OPT_UTC_Z | orjson.OPT_NON_STR_KEYS)
        body = body_of(connection, letter, 1)
        body["operations"][0][3]["trace"] = hashlib.sha256(old).hexdigest()
        rewrite(connection, letter, 1, body)
        forge_chain(connection, letter)

    assert tamper(letter, as_it_was) == set()
