"""Building what the browser runs: once, again when something changed, and never in the way of the pages."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from app import asset_build
from app.asset_build import SOURCE, CannotBuild, build, inputs_hash

needs_packages = pytest.mark.skipif(
    not (SOURCE / "node_modules").exists(), reason="the packages have not been installed here"
)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A copy of what the bundles are made of."""
    copy = tmp_path / "assets"
    shutil.copytree(SOURCE, copy, ignore=shutil.ignore_patterns("node_modules"))
    return copy


def test_every_file_that_goes_into_a_bundle_counts(source: Path) -> None:
    before = inputs_hash(source)
    assert inputs_hash(source) == before
    (source / "src" / "new.js").write_text("")
    added = inputs_hash(source)
    (source / "package-lock.json").write_text("{}")
    assert len({before, added, inputs_hash(source)}) == 3


def test_the_packages_come_from_whatever_registry_the_machine_uses() -> None:
    lock = json.loads((SOURCE / "package-lock.json").read_text())
    packages = [one for name, one in lock["packages"].items() if name]
    assert not [one for one in packages if "resolved" in one]
    assert all(one["integrity"].startswith("sha512-") for one in packages)


@needs_packages
def test_it_builds_once_and_again_only_after_a_change(source: Path, tmp_path: Path) -> None:
    (source / "node_modules").symlink_to(SOURCE / "node_modules")
    target = tmp_path / "static" / "dist"
    assert build(source, target)
    manifest = json.loads((target / "manifest.json").read_text())
    assert manifest.keys() == {
        f"{name}.{kind}" for name in ("viewer", "replay", "editor") for kind in ("js", "css")
    }
    assert all((target / file).stat().st_size > 100 for file in manifest.values())
    assert not build(source, target)
    (source / "src" / "viewer.js").write_text("console.log(1);")
    assert build(source, target)
    assert json.loads((target / "manifest.json").read_text())["viewer.js"] != manifest["viewer.js"]
    assert [path.name for path in target.parent.iterdir()] == ["dist"]


@needs_packages
def test_a_failed_build_leaves_the_one_before(source: Path, tmp_path: Path) -> None:
    (source / "node_modules").symlink_to(SOURCE / "node_modules")
    target = tmp_path / "dist"
    build(source, target)
    (source / "src" / "viewer.js").write_text("this is not a script")
    with pytest.raises(CannotBuild, match="esbuild"):
        build(source, target)
    assert (target / "manifest.json").exists()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["assets", "dist"]


def test_what_cannot_be_built_is_said_and_stops_nothing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail() -> bool:
        raise CannotBuild("npm ci: no network")

    monkeypatch.setattr(asset_build, "build", fail)
    assert asset_build.main() == 0
    assert "no network" in capsys.readouterr().err
