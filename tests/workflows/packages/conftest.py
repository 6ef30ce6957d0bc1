from __future__ import annotations

from pathlib import Path

import pytest

from tests.workflows.packages.offices import write_package


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """The folder of the office's package; its parent is the folder of packages."""
    return write_package(tmp_path / "bpmn")
