from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from app.settings import Settings, UnusableSetting, settings_from_environment, stored_secret


def test_an_installation_needs_nothing_but_a_directory(tmp_path: Path) -> None:
    settings = settings_from_environment({"GUICHENG_DATA": str(tmp_path / "new")})
    assert settings.database == f"sqlite:///{tmp_path}/new/guicheng.db"
    assert not settings.controlled_clock
    assert not settings.production


def test_the_environment_decides_where_it_says_something(tmp_path: Path) -> None:
    settings = settings_from_environment(
        {
            "GUICHENG_DATA": str(tmp_path),
            "GUICHENG_DATABASE": "postgresql://example.invalid/guicheng",
            "GUICHENG_SECRET": "s" * 40,
            "GUICHENG_CONTROLLED_CLOCK": "True",
        }
    )
    assert settings.database == "postgresql://example.invalid/guicheng"
    assert settings.secret == "s" * 40
    assert settings.controlled_clock


def test_the_secret_is_made_once_and_is_its_owners_only(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as nodes:
        secrets = set(nodes.map(stored_secret, [tmp_path] * 8))
    assert len(secrets) == 1
    assert len(secrets.pop()) == 64
    assert [path.name for path in tmp_path.iterdir()] == ["secret"]
    assert stat.S_IMODE((tmp_path / "secret").stat().st_mode) == 0o600


def test_two_installations_have_different_secrets(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
    assert stored_secret(tmp_path / "a") != stored_secret(tmp_path / "b")


def test_a_damaged_secret_stops_the_start(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("")
    with pytest.raises(UnusableSetting):
        settings_from_environment({"GUICHENG_DATA": str(tmp_path)})


def test_a_setting_that_is_neither_yes_nor_no_stops_the_start(tmp_path: Path) -> None:
    with pytest.raises(UnusableSetting) as caught:
        settings_from_environment({"GUICHENG_DATA": str(tmp_path), "GUICHENG_PRODUCTION": "maybe"})
    assert "GUICHENG_PRODUCTION" in caught.value.in_chinese()


def test_a_production_installation_keeps_real_time(tmp_path: Path) -> None:
    with pytest.raises(UnusableSetting):
        Settings(data=tmp_path, database="sqlite://", secret="s" * 40, controlled_clock=True, production=True)


@pytest.mark.parametrize(("given", "weeks"), [("", 13), ("0", 0), ("4", 4)])
def test_how_far_back_a_demonstration_goes_may_be_said(tmp_path: Path, given: str, weeks: int) -> None:
    environment = {"GUICHENG_DATA": str(tmp_path), "GUICHENG_DEMO_WEEKS": given}
    assert settings_from_environment(environment).demo_weeks == weeks


@pytest.mark.parametrize("given", ["-1", "all", "1.5", "53", "٣"])
def test_a_number_of_weeks_that_is_none_stops_the_start(tmp_path: Path, given: str) -> None:
    with pytest.raises(UnusableSetting) as caught:
        settings_from_environment({"GUICHENG_DATA": str(tmp_path), "GUICHENG_DEMO_WEEKS": given})
    assert "GUICHENG_DEMO_WEEKS" in caught.value.in_chinese()
