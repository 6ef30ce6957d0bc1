from __future__ import annotations

from flask.testing import FlaskCliRunner


def add(office: FlaskCliRunner, *options: str) -> str:
    given = ["--organisation", "t", "--name", "王五", "--password", "three blind mice"]
    result = office.invoke(args=["users", "add", "wang.wu", *given, *options])
    return f"{result.exit_code} {result.output}"


def test_a_person_who_is_added_is_listed_with_what_the_person_is(office: FlaskCliRunner) -> None:
    assert add(office, "--unit", "window", "--leads", "window", "--role", "process-admin") == "0 "
    listed = office.invoke(args=["users", "list"]).output
    assert listed == "wang.wu\t王五\tt\twindow, leads window, process-admin\n"


def test_a_mistake_is_explained_in_both_languages(office: FlaskCliRunner) -> None:
    output = add(office, "--unit", "nowhere")
    assert output.startswith("1 ")
    assert "没有“nowhere”这个部门、角色、岗位或专长" in output
    assert "no such unit, role, post or skill" in output


def test_a_password_can_be_changed_and_an_account_closed(office: FlaskCliRunner) -> None:
    add(office)
    changed = office.invoke(args=["users", "password", "wang.wu", "--password", "four calling birds"])
    assert changed.exit_code == 0
    assert office.invoke(args=["users", "deactivate", "wang.wu"]).exit_code == 0
    assert "inactive" in office.invoke(args=["users", "list", "--organisation", "t"]).output
    assert office.invoke(args=["users", "deactivate", "wang.wu"]).exit_code == 1


def test_a_token_is_shown_once_and_can_be_listed_and_revoked(office: FlaskCliRunner) -> None:
    add(office)
    made = office.invoke(args=["users", "token", "wang.wu", "--name", "对账程序", "--days", "7"])
    assert made.output.startswith("gct_")
    listed = office.invoke(args=["users", "tokens"]).output
    assert "1\twang.wu\t对账程序\tvalid until " in listed
    assert made.output.strip() not in listed
    assert office.invoke(args=["users", "revoke", "1"]).exit_code == 0
    assert "revoked, never used" in office.invoke(args=["users", "tokens", "wang.wu"]).output
    assert office.invoke(args=["users", "revoke", "1"]).exit_code == 1


def test_nobody_gets_no_token(office: FlaskCliRunner) -> None:
    refused = office.invoke(args=["users", "token", "nobody", "--name", "x"])
    assert refused.exit_code == 1
    assert "没有用户“nobody”" in refused.output
