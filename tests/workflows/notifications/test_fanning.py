"""Who is told by a letter, once each, and who is not."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, insert, select, update

from tests.drafting import diagram, end, path, start, user
from tests.office import LI_SI, ORGANISATION, ZHANG_SAN, Office
from tests.workflows.notifications.staffed import letters, staffed, told
from workflows import cases, tables
from workflows.absences import enter_absence
from workflows.clock import SetClock
from workflows.database import reading, transaction
from workflows.deliveries import deliverers
from workflows.notifications.board import notifications_of
from workflows.outbox import deliver_due, post

CHECKED = diagram(
    "t.checked",
    start(form="facts"),
    user("check", candidates='unit("window")'),
    user("approve", candidates='[unit("window"), unit("chiefs")]', exclude='performer("check")'),
    end(),
    *path("start", "check", "approve", "end"),
)
#: 李四 is asked, and kept out of what follows for who he is.
ACCUSED = diagram(
    "t.accused",
    start(form="facts"),
    user("answer", candidates='person("li.si")'),
    user("judge", candidates='unit("window")', exclude='person("li.si")'),
    end(),
    *path("start", "answer", "judge", "end"),
)
INSIDE = deliverers(spool=None, webhook=None)


@pytest.fixture
def office(engine: Engine, clock: SetClock) -> Office:
    office = staffed(engine, clock.now())
    office.publish(CHECKED)
    office.publish(ACCUSED)
    return office


def send(office: Office, *to: str, key: str = "k", case_id: int = 0, **body: Any) -> None:
    with transaction(office.engine) as connection:
        post(
            connection,
            key=key,
            kind="notify",
            case_id=case_id,
            body={"to": list(to), "organisation": ORGANISATION, "subject": "请知悉", **body},
            at=office.now,
        )
    deliver_due(office.engine, SetClock(office.now), INSIDE)


def sentences(office: Office, whose: str, *, english: bool = False) -> list[str]:
    with reading(office.engine) as connection:
        page = notifications_of(connection, whose, after=None, size=20)
    return [one.said(english=english).subject for one in page.rows]


def test_a_unit_a_leader_a_role_and_a_person_are_told_once_each(office: Office) -> None:
    send(office, "unit:window", "person:zhang.san", "leader:window", "role:process-admin", "unit:nowhere")
    assert told(office) == {user: ["message"] for user in ("li.si", "wang.wu", "zhang.san", "zhao.liu")}


def test_another_organisation_and_those_who_left_are_not_told(office: Office) -> None:
    with transaction(office.engine) as connection:
        gone = tables.people.c.user == "li.si"
        connection.execute(update(tables.people).where(gone).values(active=False))
    send(office, "unit:window", "person:qian.qi", "person:li.si")
    assert told(office) == {"zhang.san": ["message"]}


def test_a_letter_tells_everybody_once_however_many_processes_deliver_it(
    office: Office, clock: SetClock
) -> None:
    with transaction(office.engine) as connection:
        for n in range(8):
            post(
                connection,
                key=f"k{n}",
                kind="notify",
                case_id=0,
                body={"to": ["unit:window"], "organisation": ORGANISATION, "subject": "请知悉"},
                at=clock.now(),
            )
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: deliver_due(office.engine, clock, INSIDE), range(4)))
    while deliver_due(office.engine, clock, INSIDE):
        pass
    assert told(office) == {"li.si": ["message"] * 8, "zhang.san": ["message"] * 8}


def test_what_colleagues_hand_each_other_is_told_with_number_and_step(
    office: Office, clock: SetClock
) -> None:
    case = office.start("t.checked", text="甲事项")
    number = case.numbers("check")[0]
    with transaction(office.engine) as connection:
        cases.hand_over(
            connection,
            case_id=case.id,
            number=number,
            to=LI_SI,
            reason="请看甲事项",
            by=ZHANG_SAN,
            at=clock.now(),
        )
    deliver_due(office.engine, clock, INSIDE)
    assert told(office) == {"li.si": ["handed-over"]}
    (subject,) = sentences(office, "li.si")
    assert subject == f"zhang.san某请您接办“check”（{case.row.number}）"
    (english,) = sentences(office, "li.si", english=True)
    assert english == f"zhang.san某 wants to hand “check” ({case.row.number}) over to you"
    with reading(office.engine) as connection:
        stored = connection.execute(select(tables.notifications.c.body)).scalar_one()
    assert "甲" not in stored


def test_the_substitute_of_somebody_who_is_away_is_told_too_and_for_whom(office: Office) -> None:
    with transaction(office.engine) as connection:
        enter_absence(
            connection,
            user="wang.wu",
            substitute="sun.ba",
            since=office.now - timedelta(hours=1),
            until=office.now + timedelta(hours=1),
            reason="errand",
            by="wang.wu",
            at=office.now,
        )
    send(office, "leader:window")
    assert told(office) == {"sun.ba": ["message"], "wang.wu": ["message"]}
    assert sentences(office, "sun.ba") == ["（代 wang.wu某）请知悉"]
    assert sentences(office, "wang.wu") == ["请知悉"]
    office.wait(hours=2)
    send(office, "leader:window", key="k2")
    assert told(office)["sun.ba"] == ["message"]


def test_who_did_it_and_who_must_have_no_hand_in_it_are_not_told_as_members(office: Office) -> None:
    send(office, "unit:window", by="zhang.san")
    assert told(office) == {"li.si": ["message"]}
    send(office, "unit:window", key="k2", **{"except": ["li.si"]})
    assert told(office) == {"li.si": ["message"], "zhang.san": ["message"]}


def test_whom_a_task_keeps_out_is_not_told_of_it_as_a_member(office: Office) -> None:
    case = office.start("t.checked").do("check")
    send(office, "unit:window", "unit:chiefs", case_id=case.id, case=case.row.number, **urged(case))
    assert told(office) == {"li.si": ["urged"], "wang.wu": ["urged"]}


def test_who_has_an_interest_in_a_case_hears_only_of_the_task_that_is_theirs(office: Office) -> None:
    case = office.start("t.accused")
    answer = case.numbers("answer")[0]
    case.do("answer", by=LI_SI)
    about = {"case_id": case.id, "case": case.row.number}
    send(office, "person:li.si", key="theirs", what="urged", task=answer, subject="", **about)
    assert told(office) == {"li.si": ["urged"]}
    send(office, "person:li.si", "unit:window", key="judge", **about, **urged(case))
    send(office, "person:li.si", "unit:window", key="talk", what="mentioned", task=None, **about)
    send(office, "unit:window", key="free", **about)
    assert told(office) == {"li.si": ["urged"], "zhang.san": ["urged", "mentioned", "message"]}
    send(office, "person:li.si", key="said", **about)
    assert told(office)["li.si"] == ["urged", "message"]


def urged(case: Any) -> dict[str, Any]:
    return {"what": "urged", "task": case.numbers(case.open()[0])[0], "subject": ""}


def test_what_nobody_here_is_meant_by_goes_outside_as_it_was_posted(office: Office, tmp_path: Any) -> None:
    outside = deliverers(spool=tmp_path / "spool", webhook=None)
    send(office, "applicant")
    assert told(office) == {}
    (waiting,) = letters(office, "gateway")
    assert (waiting.sent_at, waiting.attempts) == (None, 0)
    deliver_due(office.engine, SetClock(office.now), outside)
    (file,) = (tmp_path / "spool").iterdir()
    assert file.name == "k.json"
    assert '"kind":"notify"' in file.read_text()


def test_words_of_colleagues_do_not_leave_the_office(office: Office, tmp_path: Any) -> None:
    with transaction(office.engine) as connection:
        connection.execute(
            insert(tables.outbox).values(
                key="k", kind="notify", case_id=0, available_at=office.now,
                body='{"to": ["person:li.si"], "what": "signature-asked", '
                '"reason": "甲理由", "organisation": "t"}',
            )
        )  # fmt: skip
    outside = deliverers(spool=tmp_path / "spool", webhook=None)
    while deliver_due(office.engine, SetClock(office.now), outside):
        pass
    (file,) = (tmp_path / "spool").iterdir()
    assert "甲理由" not in file.read_text()
    assert told(office) == {"li.si": ["signature-asked"]}


def test_what_the_words_do_not_know_is_told_in_general_ones(office: Office) -> None:
    send(office, "person:li.si", what="never-heard-of", subject="")
    assert sentences(office, "li.si") == ["您的工作有新的情况"]
    assert sentences(office, "li.si", english=True) == ["Something has happened to your work"]


def test_an_absence_nobody_looks_after_is_told_to_the_head(office: Office) -> None:
    with transaction(office.engine) as connection:
        post(
            connection,
            key="absence-1",
            kind="notify",
            case_id=0,
            body={
                "user": "zhang.san",
                "what": "absence-unattended",
                "since": "2026-09-21T01:00:00+00:00",
                "until": "2026-09-22T09:30:00+00:00",
                "to": ["leader:window"],
            },
            at=office.now,
        )
    deliver_due(office.engine, SetClock(office.now), INSIDE)
    assert sentences(office, "wang.wu") == ["zhang.san某外出期间的工作没有安排妥当"]
