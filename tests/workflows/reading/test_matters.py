"""The catalogue of matters of an office, and that its cases keep the one they began with."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine

from workflows.database import reading, transaction
from workflows.definitions import load_version
from workflows.packages import load_packages
from workflows.packages.reading import read_package
from workflows.reading.matters import NoSuchMatter, matter, matters_of
from workflows.tables import versions

BPMN = Path(__file__).parents[3] / "bpmn"


@pytest.fixture
def office(engine: Engine) -> Engine:
    with transaction(engine) as connection:
        load_packages(connection, BPMN, at=datetime(2026, 1, 5, tzinfo=UTC), demo=False)
    return engine


def test_the_catalogue_is_read_as_the_package_says_it(office: Engine) -> None:
    with reading(office) as connection:
        listed = matters_of(connection, "fuxin")
        change = matter(connection, "fuxin", "association-change")
        assert matters_of(connection, "hrss") == []
        with pytest.raises(NoSuchMatter):
            matter(connection, "fuxin", "nothing")
    assert len(listed) == len(read_package(BPMN / "fuxin").tables["matters"]["matters"])
    assert (change.statutory_workdays, change.promised_workdays) == (20, 7)
    assert [one.name for one in change.materials if one.main] == [
        "变更登记申请表",
        "会员（代表）大会决议",
        "登记证书副本",
    ]


def test_every_version_is_published_with_the_catalogue_of_its_day(office: Engine) -> None:
    with reading(office) as connection:
        every = connection.execute(versions.select().where(versions.c.status == "published")).all()
        kept = {row.id: load_version(connection, row.id) for row in every}
    matters = {version.key: len(version.parameters.get("matters", ())) for version in kept.values()}
    assert matters["fuxin.application"] == 13
    assert matters["hrss.complaint"] == 0
