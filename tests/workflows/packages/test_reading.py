from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.workflows.packages.offices import ORGANISATION, PROVISIONS, write_package
from workflows.packages import PackageFault, PackageGroup, PackagePerson, read_package, read_packages

NAMED = [("posts", "reception", "首问接待岗"), ("skills", "mediation", "调解")]


def test_a_package_is_what_its_files_say(package: Path) -> None:
    read = read_package(package)
    assert (read.slug, read.name, read.name_en) == ("t", "某某局", "Bureau of Moumou")
    assert read.units == (PackageGroup(slug="window", name="窗口", name_en="Window"),)
    assert read.people[0] == PackagePerson(user="t.window", name="张三", units=("window",), leads=("window",))
    assert [provision.id for provision in read.provisions] == ["t.intake.01", "t.intake.02"]
    assert read.provisions[1].executed_by == "declaratory: purpose"
    assert list(read.diagrams) == ["checking", "intake"]
    assert list(read.forms) == ["elsewhere", "facts"]
    assert read.registers["intake"]["columns"][0]["value"] == "case.number"


def test_posts_and_skills_are_lists_of_the_organisation_and_of_its_people(package: Path) -> None:
    written = package / "organisation.toml"
    more = "".join(f'\n[[{key}]]\nslug = "{slug}"\nname = "{name}"\n' for key, slug, name in NAMED)
    text = written.read_text(encoding="utf-8")
    first, people, rest = text.partition("[[people]]\n")
    held = 'posts = ["reception"]\nskills = ["mediation"]\n'
    written.write_text(first + more + people + held + rest, encoding="utf-8")
    read = read_package(package)
    assert [(one.slug, one.name) for one in (*read.posts, *read.skills)] == [one[1:] for one in NAMED]
    assert (read.people[0].posts, read.people[0].skills) == (("reception",), ("mediation",))
    written.write_text(first + people + held + rest, encoding="utf-8")
    with pytest.raises(PackageFault):
        read_package(package)


def test_what_is_no_row_of_its_own_is_kept_as_a_setting(package: Path) -> None:
    settings = read_package(package).settings
    assert settings["closing"] == "17:30"
    assert settings["parameters"] == {"prompt": "1 workday"}
    assert settings["contacts"] == {"phone": "0000-0000000"}


def test_the_shared_package_needs_no_organisation_and_comes_first(package: Path) -> None:
    shared = package.parent / "common"
    shared.mkdir()
    assert [read.slug for read in read_packages(package.parent)] == ["common", "t"]


Damage = Callable[[Path], object]


def _edit(file: str, old: str, new: str) -> Damage:
    def damage(package: Path) -> None:
        path = package / file
        assert old in path.read_text()
        path.write_text(path.read_text().replace(old, new, 1))

    return damage


DAMAGES: dict[str, tuple[str, Damage]] = {
    "no organisation": ("t/organisation.toml", lambda p: (p / "organisation.toml").unlink()),
    "broken TOML": ("t/organisation.toml", _edit("organisation.toml", "[[units]]", "[[units]")),
    "another slug": ("t/organisation.toml", _edit("organisation.toml", 'slug = "t"', 'slug = "x"')),
    "no name": ("t/organisation.toml", _edit("organisation.toml", 'name = "某某局"', "")),
    "a name that is a number": (
        "t/organisation.toml",
        _edit("organisation.toml", 'name = "窗口"', "name = 7"),
    ),
    "a misspelt key": ("t/organisation.toml", _edit("organisation.toml", "leads =", "leeds =")),
    "an unknown unit": (
        "t/organisation.toml",
        _edit("organisation.toml", 'units = ["window"]', 'units = ["x"]'),
    ),
    "a text for a list": (
        "t/organisation.toml",
        _edit("organisation.toml", 'units = ["window"]', 'units = "x"'),
    ),
    "a foreign user name": ("t/organisation.toml", _edit("organisation.toml", '"t.window"', '"window"')),
    "an impossible hour": ("t/organisation.toml", _edit("organisation.toml", '"17:30"', '"half past five"')),
    "a parameter no expression can read": (
        "t/organisation.toml",
        _edit("organisation.toml", 'prompt = "1 workday"', '"at once" = "1 workday"'),
    ),
    "a parameter that is a table": (
        "t/organisation.toml",
        _edit("organisation.toml", 'prompt = "1 workday"', "prompt = {days = 1}"),
    ),
    "units in one table": ("t/organisation.toml", _edit("organisation.toml", "[[units]]", "[units]")),
    "a missing column": ("t/provisions.csv", _edit("provisions.csv", "article", "artikel")),
    "a clause twice": ("t/provisions.csv:3", _edit("provisions.csv", "intake.02", "intake.01")),
    "a clause of others": ("t/provisions.csv:2", _edit("provisions.csv", "t.intake.01", "x.intake.01")),
    "a clause without a summary": ("t/provisions.csv:2", _edit("provisions.csv", "收到即登记", "")),
    "a quote that never ends": ("t/provisions.csv", _edit("provisions.csv", "收到即登记", '"收到')),
    "a register without a name": ("t/registers.toml", _edit("registers.toml", 'name = "收件登记簿"', "")),
    "a column without a value": ("t/registers.toml", _edit("registers.toml", 'value = "case.number"', "")),
    "a diagram that is no XML": ("t/intake.bpmn", lambda p: (p / "intake.bpmn").write_text("<bpmn")),
    "a process of another name": ("t/intake.bpmn", _edit("intake.bpmn", '"t.intake"', '"t.other"')),
    "a form that is no JSON": (
        "t/forms/facts.form.json",
        lambda p: (p / "forms/facts.form.json").write_text("{"),
    ),
    "a file that is not UTF-8": (
        "t/provisions.csv",
        lambda p: (p / "provisions.csv").write_bytes(b"\xff\xfe"),
    ),
}


@pytest.mark.parametrize("name", DAMAGES)
def test_a_malformed_file_is_named_with_what_to_do_in_both_languages(package: Path, name: str) -> None:
    file, damage = DAMAGES[name]
    damage(package)
    with pytest.raises(PackageFault) as caught:
        read_package(package)
    assert caught.value.facts["file"] == file
    assert file in str(caught.value)
    assert file in caught.value.in_chinese()
    assert caught.value.code == "package-fault"


def test_two_packages_cannot_have_the_same_user(package: Path) -> None:
    other = package.parent / "u"
    package.rename(other)
    write_package(package.parent)
    (other / "organisation.toml").write_text(ORGANISATION.replace('slug = "t"', 'slug = "u"'))
    (other / "provisions.csv").write_text(PROVISIONS.replace("t.intake", "u.intake"))
    with pytest.raises(PackageFault):
        read_packages(package.parent)


def test_a_folder_that_does_not_exist_is_a_fault(tmp_path: Path) -> None:
    with pytest.raises(PackageFault):
        read_packages(tmp_path / "nowhere")
