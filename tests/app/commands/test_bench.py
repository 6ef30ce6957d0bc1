"""The command that measures."""

from __future__ import annotations

from importlib.util import find_spec

import pytest
from click.testing import CliRunner

from app.commands import bench


@pytest.mark.parametrize("module", [bench.THROUGHPUT, bench.CLOCKS, bench.INBOX])
def test_what_is_to_be_run_is_there_and_is_started_from_where_it_is_found(module: str) -> None:
    found = find_spec(module)
    assert found is not None
    assert found.origin == str(bench.ROOT / f"{module.replace('.', '/')}.py")


def test_the_long_measurement_has_a_command_of_its_own() -> None:
    said = CliRunner().invoke(bench.command, ["clocks", "--help"])
    assert said.exit_code == 0
    assert "--small" in said.output
