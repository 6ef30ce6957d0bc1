"""``packages``: the regulations as files."""

from __future__ import annotations

from pathlib import Path

import click
from flask.cli import AppGroup

from app.commands.faults import explained
from app.installation import installation
from app.settings import PACKAGES
from workflows.database import transaction
from workflows.packages import CheckReport, LoadReport, check_packages, load_packages
from workflows.validation import Finding

group = AppGroup("packages", help="Packages of regulations: load, check.")

DIRECTORY = click.argument(
    "directory",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    default=PACKAGES,
    required=False,
)


@group.command("load")
@DIRECTORY
@click.option("--demo", is_flag=True, help="Make the packages' people, with the published password.")
@explained
def load_command(directory: Path, *, demo: bool) -> None:
    """Bring this installation up to the packages; an edited regulation gets a draft, never a new version."""
    office = installation()
    with transaction(office.engine) as connection:
        report = load_packages(connection, directory, at=office.clock.now(), demo=demo)
    print_load(report)
    if report.refused:
        raise click.exceptions.Exit(1)


@group.command("check")
@DIRECTORY
@explained
def check_command(directory: Path) -> None:
    """Validate every file and account for every provision; exit 1 when something is missing."""
    report = check_packages(directory)
    print_check(report)
    if not report.passed:
        raise click.exceptions.Exit(1)


def print_load(report: LoadReport) -> None:
    """One line per thing that was done."""
    lines = [
        *(f"已发布 published     {key}" for key in report.published),
        *(f"已存草稿 drafted     {key}(本单位已修改 edited here)" for key in report.drafted),
        *(f"未处理 held back     {key}(已有他人草稿 somebody's draft)" for key in report.held_back),
    ]
    click.echo("\n".join(lines) or f"没有变化 nothing new({len(report.unchanged)})")
    for key, findings in report.refused.items():
        _print_findings(f"未发布 refused       {key}", findings)


def print_check(report: CheckReport) -> None:
    """Findings by file, clauses nothing executes, and the sum."""
    for checked in report.files:
        _print_findings(checked.file, checked.findings)
    for organisation, missing in report.uncovered.items():
        for provision in missing:
            click.echo(f"{organisation}: 没有任何文件执行 nothing executes {provision}")
    uncovered = sum(map(len, report.uncovered.values()))
    click.echo(
        f"制度 regulations {report.regulations}, 条款 provisions {len(report.executed_by)}, "
        f"错误 errors {report.errors}, 未落实 uncovered {uncovered}"
    )


def _print_findings(title: str, findings: tuple[Finding, ...]) -> None:
    click.echo(title)
    for finding in findings:
        where = f" [{finding.element_id}]" if finding.element_id else ""
        click.echo(f"  {finding.severity}{where} {finding.message_zh}\n    {finding.message_en}")
