from __future__ import annotations

from pathlib import Path

from tests import drafting
from workflows.packages import bundle_of, read_package, read_packages, surroundings_of


def test_a_bundle_holds_what_its_diagram_refers_to_and_nothing_else(package: Path) -> None:
    read = read_package(package)
    own = ["diagram.bpmn", "parameters.json", "registers.json"]
    assert sorted(bundle_of(read, "intake").files) == sorted([*own, "forms/facts.json"])
    assert sorted(bundle_of(read, "checking").files) == own


def test_a_notice_named_by_an_operator_belongs_to_the_bundle(package: Path) -> None:
    (package / "intake.bpmn").write_text(
        drafting.diagram(
            "t.intake",
            drafting.start(),
            drafting.operator("issue", "issue-notice", notice='"unused"'),
            drafting.end(),
            *drafting.path("start", "issue", "end"),
        )
    )
    assert "notices/unused.html" in bundle_of(read_package(package), "intake").files


def test_reading_a_package_twice_gives_the_same_bundle(package: Path) -> None:
    first, second = (bundle_of(read_package(package), "intake").content_hash for _ in range(2))
    assert first == second


def test_a_regulation_may_refer_to_its_own_office_and_call_shared_processes_only(package: Path) -> None:
    for folder in ("common", "u"):
        other = package.parent / folder
        other.mkdir()
        (other / "organisation.toml").write_text(f'[organisation]\nslug = "{folder}"\nname = "某某"\n')
        (other / "way.bpmn").write_text(
            drafting.diagram(
                f"{folder}.way", drafting.start(), drafting.end(), *drafting.path("start", "end")
            )
        )
    packages = {read.slug: read for read in read_packages(package.parent)}
    around = surroundings_of(packages["t"], packages.values())
    assert set(around.callable) == {"t.intake", "t.checking", "common.way"}
    assert around.calls["t.intake"] == {"t.checking"}
    assert around.units == {"window"}
    assert around.parameters == {"prompt"}
    assert around.provisions == {"t.intake.01", "t.intake.02"}
    assert "set" in around.operators


def test_a_shared_diagram_may_name_the_roles_every_office_has_and_any_clause(package: Path) -> None:
    other = package.parent / "u"
    (package.parent / "common").mkdir()
    other.mkdir()
    (other / "organisation.toml").write_text(
        '[organisation]\nslug = "u"\nname = "某某"\n[parameters]\nprompt = "2 workdays"\nextra = 1\n'
        '[[roles]]\nslug = "process-admin"\nname = "管理员"\n[[roles]]\nslug = "extra"\nname = "其他"\n'
    )
    packages = read_packages(package.parent)
    around = surroundings_of(packages[0], packages)
    assert around.roles == {"process-admin"}
    assert around.units == frozenset()
    assert around.parameters == {"prompt"}
    assert around.provisions == {"t.intake.01", "t.intake.02"}
