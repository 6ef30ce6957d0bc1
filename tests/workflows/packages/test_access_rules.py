"""A rule of access that nobody would keep is refused before anybody relies on it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.workflows.packages.offices import write_package
from workflows.packages import PackageFault, check_packages, read_package
from workflows.reading.access import Act

RULE = {"process": "t.intake", "act": "read", "who": "unit('window')"}


@pytest.fixture
def package(tmp_path: Path) -> Path:
    return write_package(tmp_path)


def write_rule(package: Path, **facts: str) -> None:
    lines = (f'{key} = "{value}"' for key, value in facts.items())
    (package / "access.toml").write_text("\n".join(["[[rules]]", *lines]).replace("'", '\\"'))


@pytest.mark.parametrize("act", list(Act))
def test_every_act_there_is_may_be_named(package: Path, act: Act) -> None:
    rule = RULE | {"act": act}
    if act is Act.COUNTER:
        # The counter is about no process.
        del rule["process"]
    write_rule(package, **rule)
    assert read_package(package).settings["access"]["rules"][0]["act"] == act


@pytest.mark.parametrize(
    "who",
    [
        "role('process-admin')",
        "[leader('window'), starter()]",
        "unit(承办部门)",
        "person('t.window')",
        "if 公开 = true then unit('window') else starter()",
    ],
)
def test_a_rule_means_people_by_unit_role_name_or_the_data_of_the_case(package: Path, who: str) -> None:
    write_rule(package, **RULE | {"who": who})
    assert read_package(package).settings["access"]["rules"][0]["who"] == who.replace("'", '"')


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"act": "look"}, "act"),
        ({"act": "read-identities"}, "read-identity"),
        ({"process": "t.elsewhere"}, "process"),
        ({"who": "unit("}, "FEEL"),
        ({"who": "unit('nowhere')"}, "nowhere"),
        ({"who": "leader('nowhere')"}, "nowhere"),
        ({"who": "role('nobody')"}, "nobody"),
        ({"who": "performer('register')"}, "performer"),
        ({"who": "units('window')"}, "units"),
        ({"who": "true"}, "nobody"),
        ({"who": "unit(承办部门)", "act": "start"}, "承办部门"),
        ({"who": "unit(承办部门)", "act": "read-register"}, "承办部门"),
        ({"whom": "unit('window')"}, "whom"),
        ({"act": "counter"}, "process"),
    ],
)
def test_a_rule_nobody_would_keep_is_refused(package: Path, wrong: dict[str, str], said: str) -> None:
    write_rule(package, **RULE | wrong)
    with pytest.raises(PackageFault, match=rf"t/access\.toml.*{said}") as refused:
        check_packages(package.parent)
    assert "access.toml" in refused.value.in_chinese()


@pytest.mark.parametrize("missing", RULE)
def test_a_rule_says_process_act_and_people(package: Path, missing: str) -> None:
    write_rule(package, **{key: value for key, value in RULE.items() if key != missing})
    with pytest.raises(PackageFault, match=missing):
        read_package(package)
