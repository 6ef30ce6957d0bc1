"""The materials of a case as they stand, with every version that was handed in."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine

from tests.drafting import assign, diagram, end, path, start, user
from tests.office import LI_SI, ZHANG_SAN, Case, Office
from workflows import cases
from workflows.attachments import keep_file
from workflows.database import reading, transaction
from workflows.reading.case_file import open_file
from workflows.reading.law import law_of
from workflows.reading.materials import CaseMaterials, Material, materials_of

LATER = """for m in papers return if m.state = "missing" then
 context put(context put(m, "state", "tolerated"), "until", "2026-10-01") else m"""
PERMIT = diagram(
    "t.permit",
    start(),
    user("check", form="papers"),
    assign("pledge", papers=LATER),
    user("receive", form="papers"),
    user("last"),
    end(),
    *path("start", "check", "pledge", "receive", "last", "end"),
)


@pytest.fixture
def case(engine: Engine) -> Case:
    office = Office(engine).settle_in()
    return office.start(office.publish(PERMIT))


def put(case: Case, name: str) -> str:
    """A file of the case."""
    with transaction(case.office.engine) as connection:
        return keep_file(
            connection,
            case_id=case.id,
            name=name,
            content=name.encode(),
            by=ZHANG_SAN.user,
            at=case.office.now,
        )


def hand_in(case: Case, element: str, material: str, *files: str) -> None:
    number = case.numbers(element)[0]
    case.act(
        "complete",
        lambda c, **k: cases.complete_task(
            c,
            number=number,
            data={"papers": [{"name": material, "files": list(files)}]},
            by=LI_SI,
            attachments=set(files),
            **k,
        ),
        LI_SI,
    )


def found(case: Case) -> CaseMaterials:
    with reading(case.office.engine) as connection:
        file = open_file(connection, case.row.number)
        return materials_of(connection, file, law_of(connection, file.version_id))


def line(case: Case, name: str) -> Material:
    return next(one for one in found(case).lines if one.name == name)


def test_main_ones_come_first_and_what_is_missing_is_counted(case: Case) -> None:
    case.do("check", papers=["照片"])
    # What was missing may come later now: the diagram has said so.
    lines = [(one.name, one.main, one.state, one.until) for one in found(case).lines]
    assert lines == [("申请书", True, "tolerated", "2026-10-01"), ("照片", False, "handed-in", "")]
    assert found(case).missing == 0


def test_each_set_of_files_is_a_version_and_the_older_ones_stay(case: Case) -> None:
    first = put(case, "一.txt")
    hand_in(case, "check", "申请书", first)
    second, third = put(case, "二.txt"), put(case, "三.txt")
    hand_in(case, "receive", "申请书", second, third)
    material = line(case, "申请书")
    assert [[file.name for file in one.files] for one in material.versions] == [
        ["一.txt"],
        ["二.txt", "三.txt"],
    ]
    assert [(one.number, one.by) for one in material.versions] == [(1, "li.si"), (2, "li.si")]
    assert material.latest is not None and material.latest.number == 2
    assert len(material.latest.files[0].sha256) == 64


def test_saying_the_same_again_makes_no_version(case: Case) -> None:
    first = put(case, "一.txt")
    hand_in(case, "check", "申请书", first)
    case.do("receive", papers=["照片"])
    assert len(line(case, "申请书").versions) == 1


def test_a_file_that_is_taken_back_leaves_a_version_without_files(case: Case) -> None:
    hand_in(case, "check", "申请书", put(case, "一.txt"))
    case.do("receive", papers=[{"name": "申请书", "state": "missing"}])
    assert line(case, "申请书").latest is None
    assert len(line(case, "申请书").versions) == 2


def test_a_regulation_without_a_checklist_has_no_materials(engine: Engine) -> None:
    office = Office(engine).settle_in()
    plain = diagram("t.plain", start(), user("check", form="facts"), end(), *path("start", "check", "end"))
    assert found(office.start(office.publish(plain))) == CaseMaterials()
