"""A case that can call operators, in a transaction that is rolled back."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine

from tests.workflows.operators.surroundings import Caller, open_plain_case


@pytest.fixture
def caller(engine: Engine) -> Iterator[Caller]:
    with engine.connect() as connection, connection.begin() as undone:
        yield Caller(connection=connection, case_id=open_plain_case(connection, number="office-2026-00001"))
        undone.rollback()
