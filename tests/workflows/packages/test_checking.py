from __future__ import annotations

from pathlib import Path

from tests.workflows.packages.offices import PROVISIONS, REGISTERS
from workflows.packages import check_packages


def messages(package: Path) -> dict[str, list[str]]:
    """File → English messages of its errors."""
    found: dict[str, list[str]] = {}
    for checked in check_packages(package.parent).files:
        for finding in checked.findings:
            if finding.severity == "error":
                found.setdefault(checked.file, []).append(finding.message_en)
    return found


def test_a_package_in_order_passes_and_every_clause_is_accounted_for(package: Path) -> None:
    report = check_packages(package.parent)
    assert report.passed
    assert report.regulations == 2
    assert report.executed_by == {
        "t.intake.01": "checking.bpmn: look; intake.bpmn: register",
        "t.intake.02": "declaratory: purpose",
    }


def test_what_no_diagram_uses_is_a_warning(package: Path) -> None:
    files = {checked.file: checked.findings for checked in check_packages(package.parent).files}
    assert [finding.severity for finding in files["t/notices"]] == ["warning"]
    assert "elsewhere" in files["t/forms"][0].message_en


def test_a_clause_nothing_executes_is_named(package: Path) -> None:
    extra = "t.intake.03,第三条,process,三日内答复,Reply within three days,\n"
    (package / "provisions.csv").write_text(PROVISIONS + extra)
    report = check_packages(package.parent)
    assert report.uncovered == {"t": ("t.intake.03",)}
    assert not report.passed


def test_a_clause_counts_as_executed_where_a_form_a_register_or_access_names_it(package: Path) -> None:
    rows = "".join(f"t.intake.0{n},第{n}条,record,摘要,Summary,\n" for n in (3, 4, 5))
    (package / "provisions.csv").write_text(PROVISIONS + rows)
    (package / "registers.toml").write_text(
        REGISTERS.replace('slug = "intake"', 'slug = "intake"\nprovision = "t.intake.03"')
    )
    (package / "access.toml").write_text(
        '[[rules]]\nprocess = "t.intake"\nact = "read"\nwho = "starter()"\nprovision = "t.intake.04"\n'
    )
    form = package / "forms" / "facts.form.json"
    form.write_text(
        form.read_text().replace('"validate"', '"properties": {"provision": "t.intake.05"}, "validate"')
    )
    report = check_packages(package.parent)
    assert report.passed
    assert report.executed_by["t.intake.03"] == "registers.toml: intake"
    assert report.executed_by["t.intake.04"] == "access.toml: read"
    assert report.executed_by["t.intake.05"] == "forms/facts.form.json: Field_text"


def test_a_row_that_names_an_element_that_does_not_exist_is_an_error(package: Path) -> None:
    claimed = PROVISIONS.replace("on receipt,", "on receipt,element registr")
    (package / "provisions.csv").write_text(claimed)
    assert messages(package) == {
        "t/provisions.csv": [
            "The provision 't.intake.01' is said to be executed by 'element registr', which does not exist."
        ]
    }


def test_a_clause_misspelt_in_a_form_is_an_error(package: Path) -> None:
    form = package / "forms" / "facts.form.json"
    form.write_text(
        form.read_text().replace('"validate"', '"properties": {"provision": "t.intake.9"}, "validate"')
    )
    assert list(messages(package)) == ["t/forms/facts.form.json"]


def test_findings_of_validation_are_listed_under_their_diagram(package: Path) -> None:
    diagram = package / "checking.bpmn"
    diagram.write_text(diagram.read_text().replace("t.intake.01", "t.intake.99"))
    assert list(messages(package)) == ["t/checking.bpmn"]


def test_a_decision_table_that_cannot_be_read_is_an_error(package: Path) -> None:
    (package / "limit.dmn").write_text("<decision/>")
    assert "decisions/limit" in messages(package)["t/"][0]
