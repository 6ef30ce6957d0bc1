"""Every test of the engine has an office, on each database."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine

from tests.office import Office


@pytest.fixture
def office(engine: Engine) -> Office:
    return Office(engine).settle_in()
