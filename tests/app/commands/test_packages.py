from __future__ import annotations

from pathlib import Path

from flask.testing import FlaskCliRunner

from tests.workflows.packages.offices import PROVISIONS, callee


def test_what_a_load_has_done_is_listed(cli: FlaskCliRunner, package: Path) -> None:
    first = cli.invoke(args=["packages", "load", "--demo", str(package.parent)])
    assert (first.exit_code, first.output.count("published")) == (0, 2)
    again = cli.invoke(args=["packages", "load", str(package.parent)])
    assert (again.exit_code, "nothing new" in again.output) == (0, True)


def test_a_refused_regulation_fails_the_load_with_its_findings(cli: FlaskCliRunner, package: Path) -> None:
    (package / "checking.bpmn").write_text(callee().replace("t.intake.01", "t.intake.99"))
    result = cli.invoke(args=["packages", "load", str(package.parent)])
    assert result.exit_code == 1
    assert "t.intake.99" in result.output


def test_a_malformed_file_is_one_sentence_and_no_traceback(cli: FlaskCliRunner, package: Path) -> None:
    (package / "organisation.toml").write_text("[organisation")
    for command in ("load", "check"):
        result = cli.invoke(args=["packages", command, str(package.parent)])
        assert result.exit_code == 1
        assert "t/organisation.toml" in result.output
        assert "Traceback" not in result.output


def test_a_check_passes_or_names_the_clauses_nothing_executes(cli: FlaskCliRunner, package: Path) -> None:
    assert cli.invoke(args=["packages", "check", str(package.parent)]).exit_code == 0
    extra = "t.intake.03,第三条,process,三日内答复,Reply within three days,\n"
    (package / "provisions.csv").write_text(PROVISIONS + extra)
    result = cli.invoke(args=["packages", "check", str(package.parent)])
    assert result.exit_code == 1
    assert "t: 没有任何文件执行 nothing executes t.intake.03" in result.output
