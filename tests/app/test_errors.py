"""How the pages say that something could not be done."""

from __future__ import annotations

from pathlib import Path

import pytest

from app import create_app
from app.errors import STATUSES, status_of
from app.settings import Settings
from tests.app.conftest import Site
from workflows.errors import CaseStops, WorkflowError


def test_a_person_reads_what_happened_and_what_to_do(site: Site) -> None:
    page = site.client("zhang.san").get("/cases/t-2026-99999")
    assert page.status_code == 404
    assert "没有找到" in page.text
    assert "请核对编号" in page.text


@pytest.mark.parametrize("accept", ["application/json", "application/problem+json"])
def test_a_program_gets_a_problem_document(site: Site, accept: str) -> None:
    answer = site.client("zhang.san").get("/cases/t-2026-99999", headers={"Accept": accept})
    assert answer.mimetype == "application/problem+json"
    assert answer.json["status"] == 404
    assert answer.json["type"] == "urn:guicheng:no-such-case"


def test_an_address_that_does_not_exist_is_not_found(site: Site) -> None:
    assert site.client("zhang.san").get("/nowhere").status_code == 404
    assert site.client("zhang.san").get("/api/nowhere").mimetype == "application/problem+json"


def test_a_mistake_of_ours_shows_no_trace_of_the_code(site: Site, tmp_path: Path) -> None:
    app = create_app(Settings(data=tmp_path, database=str(site.engine.url), secret="s" * 40))

    @app.get("/broken", endpoint="health.broken")
    def broken() -> str:
        raise ZeroDivisionError("secret detail")

    page = Site(app=app, engine=site.engine).client("zhang.san").get("/broken")
    app.extensions["guicheng"].engine.dispose()
    assert page.status_code == 500
    assert "secret detail" not in page.text
    assert "没有任何内容被保存" in page.text


def test_a_case_that_stops_is_a_conflict_and_the_rest_a_bad_request() -> None:
    assert status_of(CaseStops(element="x")) == 409
    assert status_of(WorkflowError()) == 400


def test_every_code_in_the_table_belongs_to_an_error() -> None:
    def family(error: type[WorkflowError]) -> set[str]:
        return {error.code}.union(*(family(one) for one in error.__subclasses__()))

    unknown = STATUSES.keys() - family(WorkflowError)
    assert unknown == set()
