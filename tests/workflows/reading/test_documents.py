"""A document says what was so when it was issued, whoever prints it and whenever."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine, update

from tests import drafting as d
from tests.office import Case, Office, with_connection
from workflows import tables
from workflows.database import reading
from workflows.reading.case_file import CaseTask, notices_of, open_file
from workflows.reading.documents import Document, documents_of_tasks, issued_document, task_document
from workflows.reading.law import law_of
from workflows.reading.printing import GAP

LETTER = (
    '<title>函</title><meta name="number" content="函{n}号">{{ number }}/{{ data.text }}/{{ data.opinion }}'
)


@pytest.fixture
def office(engine: Engine) -> Office:
    office = Office(engine).settle_in()
    office.notices["letter"] = LETTER
    return office


def printed(document: Document) -> str:
    return str(document.printed(lambda data: data)).partition('号">')[2]


def issued(case: Case) -> list[str]:
    """What the notices on record say."""
    with reading(case.office.engine) as connection:
        found = open_file(connection, case.row.number)
        law = law_of(connection, found.version_id)
        return [
            printed(issued_document(connection, found, law, notice))
            for notice in notices_of(connection, found.id)
        ]


def of_tasks(case: Case, element: str) -> list[tuple[str, bool]]:
    """What the tasks of an element print, and whether it is a draft."""
    with reading(case.office.engine) as connection:
        found = open_file(connection, case.row.number)
        law = law_of(connection, found.version_id)
        tasks: list[CaseTask] = [task for task in found.tasks if task.element_id == element]
        documents = [task_document(connection, found, law, task, now=case.office.now) for task in tasks]
    return [(printed(document), document.draft) for document in documents]


def unissued(case: Case) -> list[str]:
    """Elements of the tasks whose document stands beside those on record."""
    with reading(case.office.engine) as connection:
        found = open_file(connection, case.row.number)
        law = law_of(connection, found.version_id)
        return [task.element_id for task, _, _ in documents_of_tasks(connection, found, law)]


def handing_over(office: Office) -> Case:
    """A called process issues a letter and has it handed over, twice."""
    office.publish(
        d.diagram(
            "t.inner",
            d.start(),
            d.operator("issue", "issue-notice", notice='"letter"'),
            d.user("hand-over", form="facts", notice="letter"),
            d.exclusive("again", default="again-done"),
            d.end("done"),
            *d.path("start", "issue", "hand-over", "again", "done"),
            d.flow("again", "issue", "ok = true"),
            properties={"input.text": "甲"},
        )
    )
    key = office.publish(
        d.diagram(
            "t.outer",
            d.start(form="facts"),
            d.call("call", "t.inner", properties={"input.text": "text"}),
            d.user("after", form="facts"),
            d.end(),
            *d.path("start", "call", "after", "end"),
        )
    )
    return office.apply(key, text="外", opinion="外意见")


def test_a_called_process_prints_what_it_knows_and_not_what_its_caller_knows(office: Office) -> None:
    case = handing_over(office)
    assert issued(case) == [f"函1号/外/{GAP}"]
    assert of_tasks(case, "hand-over") == [(f"函1号/外/{GAP}", False)]


def test_what_is_handed_over_is_what_was_issued_in_each_round(office: Office) -> None:
    case = handing_over(office)
    case.do("hand-over", ok=True, opinion="第二轮").do("hand-over", ok=False, text="后来")
    rounds = [f"函1号/外/{GAP}", "函2号/外/第二轮"]
    assert issued(case) == rounds
    assert of_tasks(case, "hand-over") == [(text, False) for text in rounds]
    assert unissued(case) == []


def preparing(office: Office) -> Case:
    """A person drafts a letter, which is then issued; and again, if need be."""
    key = office.publish(
        d.diagram(
            "t.prepared",
            d.start(form="facts"),
            d.user("draft", form="facts", notice="letter"),
            d.operator("issue", "issue-notice", notice='"letter"'),
            d.user("look", form="facts"),
            d.exclusive("again", default="again-end"),
            d.end(),
            *d.path("start", "draft", "issue", "look", "again", "end"),
            d.flow("again", "draft", "ok = true"),
        )
    )
    return office.apply(key, text="甲")


def test_a_draft_becomes_the_document_that_is_issued_and_the_next_round_drafts_anew(office: Office) -> None:
    case = preparing(office)
    assert of_tasks(case, "draft") == [(f"{GAP}/甲/{GAP}", True)]
    case.do("draft", opinion="一").do("look", ok=True, text="乙")
    assert of_tasks(case, "draft") == [("函1号/甲/一", False), (f"{GAP}/乙/一", True)]
    case.do("draft", opinion="二")
    assert of_tasks(case, "draft") == [("函1号/甲/一", False), ("函2号/乙/二", False)]
    assert unissued(case) == []


def test_data_corrected_later_does_not_change_a_document(office: Office) -> None:
    case = preparing(office).do("draft", opinion="一").correct(text="改", opinion="改")
    assert issued(case) == ["函1号/甲/一"]


def test_a_task_that_issues_nothing_prints_what_was_so_when_it_was_completed(office: Office) -> None:
    key = office.publish(
        d.diagram(
            "t.told",
            d.start(form="facts"),
            d.user("tell", form="facts", notice="letter"),
            d.user("after", form="facts"),
            d.end(),
            *d.path("start", "tell", "after", "end"),
        )
    )
    case = office.apply(key, text="甲").do("tell", opinion="告知").correct(text="改")
    case.do("after", opinion="后来")
    assert of_tasks(case, "tell") == [(f"{GAP}/甲/告知", False)]
    assert unissued(case) == ["tell"]


def test_a_document_issued_before_this_was_kept_prints_from_what_the_case_holds(office: Office) -> None:
    case = preparing(office).do("draft", opinion="一")
    with_connection(office, lambda connection: connection.execute(update(tables.notices).values(data=None)))
    assert issued(case) == ["函1号/甲/一"]
    assert of_tasks(case, "draft") == [("函1号/甲/一", False)]
