"""The processes as people start them."""

from __future__ import annotations

import json
import os
import pty
import select
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from app.serving import is_loopback, main
from workflows.database import connect, reading, sqlite_url
from workflows.people import check_password, list_people

ROOT = Path(__file__).parents[2]


@contextmanager
def serving(*arguments: str) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "app.serving", *arguments]
    # Its cases are for people to look at; these tests look at the processes.
    environment = os.environ | {"GUICHENG_DEMO_WEEKS": "0"}
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def greeting_of(process: subprocess.Popen[str]) -> tuple[str, str]:
    """The address it prints once both processes are ready, and all it printed until then."""
    assert process.stdout is not None
    seen = ""
    for line in process.stdout:
        seen += line
        for word in line.split():
            if word.startswith("http://"):
                return word, seen
    raise AssertionError(seen)


def free_port() -> str:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return str(listener.getsockname()[1])


def processes_of(pid: int) -> list[int]:
    """Children of a process."""
    listed = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    return [int(number) for number in listed.split()]


def command_of(pid: int) -> str:
    return Path(f"/proc/{pid}/cmdline").read_text()


def test_it_serves_until_it_is_told_to_stop(tmp_path: Path) -> None:
    with serving("--data", str(tmp_path), "--port", free_port()) as process:
        address, greeting = greeting_of(process)
        assert "guicheng-demo" in greeting
        with urllib.request.urlopen(address + "healthz", timeout=10) as answer:
            assert json.load(answer)["scheduler"] == "ok"
        children = processes_of(process.pid)
        assert len(children) == 2
        process.send_signal(signal.SIGTERM)
        output, _ = process.communicate(timeout=30)
        assert process.returncode == 0, output
    assert not [child for child in children if Path(f"/proc/{child}").exists()]


def test_when_one_process_dies_the_other_is_stopped_and_the_status_says_so(tmp_path: Path) -> None:
    with serving("--data", str(tmp_path), "--port", free_port()) as process:
        greeting_of(process)
        children = processes_of(process.pid)
        scheduler = next(child for child in children if "workflows.scheduler" in command_of(child))
        subprocess.run(["kill", "-9", str(scheduler)], check=True)
        output, _ = process.communicate(timeout=30)
        assert process.returncode == 1, output
    assert not [child for child in children if Path(f"/proc/{child}").exists()]
    assert "scheduler" in output


def test_a_demonstration_is_refused_on_an_address_others_can_reach(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--demo", "--host", "0.0.0.0", "--data", str(tmp_path), "--port", free_port()]) == 2
    printed = capsys.readouterr().err
    assert "--empty" in printed
    assert "演示" in printed


def test_an_empty_installation_shows_a_link_for_its_first_administrator(tmp_path: Path) -> None:
    with serving("--empty", "--data", str(tmp_path), "--port", free_port()) as process:
        greeting_of(process)
        link, _ = greeting_of(process)
        assert "/first-administrator?word=" in link
        with urllib.request.urlopen(link, timeout=10) as answer:
            assert answer.status == 200
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=30)


def test_at_a_terminal_the_first_administrator_is_asked_for(tmp_path: Path) -> None:
    terminal, inner = pty.openpty()
    command = [sys.executable, "-m", "app.serving", "--empty", "--data", str(tmp_path), "--port", free_port()]
    # Without a terminal of its own to open, it asks for the password on its standard input.
    process = subprocess.Popen(
        command, cwd=ROOT, stdin=inner, stdout=inner, stderr=inner, start_new_session=True, close_fds=True
    )
    os.close(inner)
    try:
        slug = sorted(
            path.parent.name
            for path in (ROOT / "bpmn").glob("*/organisation.toml")
            if path.parent.name != "common"
        )[0]
        answers = {
            "organisation:": slug,
            "user name:": "wang.wu",
            " name:": "王五",
            "password:": "long-password",
        }
        for asked, answer in answers.items():
            wait_for(terminal, asked)
            os.write(terminal, f"{answer}\n".encode())
        assert "first-administrator" not in wait_for(terminal, "Ctrl-C")
    finally:
        process.terminate()
        process.wait(30)
        os.close(terminal)
    engine = connect(sqlite_url(tmp_path))
    with reading(engine) as connection:
        (person,) = list_people(connection)
        assert (person.user, person.name, person.organisation) == ("wang.wu", "王五", slug)
        assert check_password(connection, "wang.wu", "long-password")
    engine.dispose()


def wait_for(terminal: int, text: str) -> str:
    """Read what is printed until a text appears."""
    seen = b""
    while text.encode() not in seen:
        assert select.select([terminal], [], [], 60)[0], seen.decode()
        seen += os.read(terminal, 4096)
    return seen.decode()


def test_a_port_in_use_is_said_before_anything_is_set_up(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        taken = str(listener.getsockname()[1])
        assert main(["--data", str(tmp_path), "--port", taken]) == 2
    assert taken in capsys.readouterr().err
    assert not (tmp_path / "guicheng.db").exists()


def test_a_check_touches_no_database_but_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GUICHENG_DATABASE", "postgresql://example.invalid/office")
    assert main(["--check", "--data", str(tmp_path)]) == 0
    printed = capsys.readouterr().out
    assert "all is well" in printed
    assert "演示案件 100%" in printed
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(SystemExit):
        main(["--check", "--database", "postgresql://example.invalid/office"])


def test_a_database_that_cannot_be_reached_is_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    nowhere = f"sqlite:///{tmp_path}/nowhere/x.db"
    assert main(["--data", str(tmp_path), "--database", nowhere, "--port", free_port()]) == 2
    assert "数据库不可用" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("host", "loopback"),
    [
        ("127.0.0.1", True),
        ("127.9.9.9", True),
        ("localhost", True),
        ("::1", True),
        ("0.0.0.0", False),
        ("::", False),
        ("10.0.0.1", False),
        ("example.invalid", False),
    ],
)
def test_only_this_machines_own_addresses_are_loopback(host: str, loopback: bool) -> None:
    assert is_loopback(host) is loopback
