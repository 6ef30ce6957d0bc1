"""``python -m app.serving``: sets an installation up and runs its web and scheduler processes together."""

from __future__ import annotations

import argparse
import getpass
import ipaddress
import json
import os
import socket
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final
from urllib.error import URLError

from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError

from app.first_administrator import invite
from app.preparing import Kind, Prepared, prepare
from app.processes import Processes, StopRequest, stop_requests
from app.settings import DEFAULT_DATA, ROOT, Settings, settings_from_environment
from workflows.cases.correcting import PROCESS_ADMIN
from workflows.database import connect, sqlite_url, transaction
from workflows.errors import WorkflowError
from workflows.packages.directory import DEMO_PASSWORD
from workflows.people import add_person

#: How long the processes together may take until both answer.
START_SECONDS: Final = 60.0
_LOOK_SECONDS: Final = 0.2
#: Exit statuses: something died or never answered; the command line or the installation cannot be used.
FAILED, REFUSED = 1, 2


def main(arguments: Sequence[str]) -> int:
    """Serve until SIGINT or SIGTERM; returns the exit status."""
    parser = _parser()
    options = parser.parse_args(arguments)
    if options.check and options.database:
        parser.error("--check uses a database of its own: leave --database out")
    try:
        if options.check:
            with tempfile.TemporaryDirectory(prefix="guicheng-") as directory:
                options.database = sqlite_url(Path(directory))
                return _serve(options, data=Path(directory), port=_free_port())
        return _serve(options, data=options.data, port=options.port)
    except WorkflowError as error:
        _say(f"{error.in_chinese()}\n{error}", error=True)
    except SQLAlchemyError as error:
        _say(f"数据库不可用。 The database cannot be used: {error}", error=True)
    except (KeyboardInterrupt, EOFError):
        _say("已中止。 Broken off.", error=True)
    return REFUSED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="run", description="规程 Guicheng: set up and serve.")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (%(default)s)")
    parser.add_argument("--port", type=int, default=8000, help="port to listen on (%(default)s)")
    parser.add_argument("--data", type=Path, default=DEFAULT_DATA, help="data directory (./instance)")
    parser.add_argument("--database", help="database URL; default: SQLite in the data directory")
    kind = parser.add_mutually_exclusive_group()
    kind.add_argument(
        "--demo", dest="kind", action="store_const", const=Kind.DEMO, help="with people; default when fresh"
    )
    kind.add_argument(
        "--empty", dest="kind", action="store_const", const=Kind.OFFICE, help="ask for an administrator"
    )
    parser.add_argument("--check", action="store_true", help="start, probe and stop; 0 when all is well")
    return parser


def _serve(options: argparse.Namespace, *, data: Path, port: int) -> int:
    environment = _environment(data, options.database)
    if options.check:
        environment.setdefault("GUICHENG_DEMO_WEEKS", "1")
    settings = settings_from_environment(environment)
    if not _is_free(options.host, port):
        _say(f"端口 {port} 已被占用,请用 --port 另选。 Port {port} is in use: choose another.", error=True)
        return REFUSED
    prepared = prepare(
        settings, kind=options.kind, loopback=is_loopback(options.host), report=_report_demonstration()
    )
    _report_refused(prepared)
    invitation = None
    if prepared.kind is Kind.OFFICE and not prepared.people:
        invitation = _first_administrator(settings, prepared)
    address = f"http://{_bracketed(options.host)}:{port}/"
    began = time.monotonic()
    with (
        stop_requests() as stop,
        Processes(_commands(settings, options.host, port), environment) as processes,
    ):
        if not _wait_ready(processes, stop, address, began):
            return 0 if stop.received else FAILED
        if options.check:
            return _probe(address)
        _greet(address, prepared)
        if invitation is not None:
            _say(f"设立第一位管理员 set up the first administrator: {address}{invitation}")
        return _watch(processes, stop)


def _environment(data: Path, database: str | None) -> dict[str, str]:
    environment = dict(os.environ)
    environment["GUICHENG_DATA"] = str(data.resolve())
    if database is not None:
        environment["GUICHENG_DATABASE"] = database
    path = [str(ROOT), *filter(None, [environment.get("PYTHONPATH")])]
    environment["PYTHONPATH"] = os.pathsep.join(path)
    return environment


def _commands(settings: Settings, host: str, port: int) -> dict[str, list[str]]:
    embedded = make_url(settings.database).get_backend_name() == "sqlite"
    # SQLite has one writer: a second worker would only wait for the first.
    workers = 1 if embedded else max(2, os.cpu_count() or 2)
    web = ["granian", "--interface", "wsgi", "--factory", "app:create_app", "--host", host]
    web += ["--port", str(port), "--workers", str(workers), "--blocking-threads", "4", "--no-ws"]
    web += ["--log-level", "warning", "--respawn-failed-workers"]
    scheduler = ["workflows.scheduler", "--database", settings.database, "--data", str(settings.data)]
    return {"web": [sys.executable, "-m", *web], "scheduler": [sys.executable, "-m", *scheduler]}


def _wait_ready(processes: Processes, stop: StopRequest, address: str, began: float) -> bool:
    while not stop.received:
        if _died(processes):
            return False
        health = _health(address)
        age = health.get("heartbeat_age")
        # A heartbeat from before the start is another scheduler's.
        if health.get("web") == "ok" and age is not None and age < time.monotonic() - began:
            return True
        if time.monotonic() - began > START_SECONDS:
            _say(f"启动超时。 Not ready after {START_SECONDS:.0f} seconds: {health}", error=True)
            return False
        time.sleep(_LOOK_SECONDS)
    return False


def _watch(processes: Processes, stop: StopRequest) -> int:
    while not stop.received:
        if _died(processes):
            return FAILED
        time.sleep(_LOOK_SECONDS)
    _say("正在停止…… Stopping.")
    return 0


def _died(processes: Processes) -> bool:
    ended = processes.ended()
    if ended is not None:
        _say(f"进程 {ended[0]} 已退出(状态 {ended[1]})。 {ended[0]} has ended: {ended[1]}.", error=True)
    return ended is not None


def _probe(address: str) -> int:
    health = _health(address)
    try:
        with urllib.request.urlopen(address, timeout=10) as answer:  # noqa: S310 - our own address
            page = answer.status
    except URLError as error:
        page = getattr(error, "code", str(error.reason))
    well = page == 200 and health.get("scheduler") == "ok"
    _say(f"{'正常 all is well' if well else '不正常 not well'}: / {page}, /healthz {health}", error=not well)
    return 0 if well else FAILED


def _health(address: str) -> dict[str, Any]:
    try:
        with urllib.request.urlopen(f"{address}healthz", timeout=5) as answer:  # noqa: S310 - our own address
            found: dict[str, Any] = json.load(answer)
            return found
    except (OSError, ValueError):
        return {}


def _greet(address: str, prepared: Prepared) -> None:
    if prepared.kind is Kind.DEMO:
        _say(f"演示账号 demo accounts, 密码 password: {DEMO_PASSWORD}")
        for organisation in sorted({person.organisation for person in prepared.people}):
            users = [person.user for person in prepared.people if person.organisation == organisation]
            _say(f"  {', '.join(users)}")
    _say(f"规程 Guicheng  {address}  (Ctrl-C 停止 stops)")


def _report_demonstration() -> Callable[[int, int], None]:
    """Says every tenth of the way how far the demonstration's cases are."""
    said = -1

    def report(done: int, total: int) -> None:
        nonlocal said
        tenths = done * 10 // total
        if tenths > said:
            said = tenths
            _say(f"正在演算演示案件 {tenths * 10}% Playing the demonstration's cases {tenths * 10}%")

    return report


def _report_refused(prepared: Prepared) -> None:
    for key, findings in prepared.report.refused.items():
        _say(f"未发布 not published: {key}", error=True)
        for finding in findings[:5]:
            _say(f"  {finding.message_zh}\n  {finding.message_en}", error=True)
    for key in prepared.report.drafted:
        _say(f"{key}: 本单位已修改,新版已存为草稿。 Edited here: the package's version is a draft.")


def _first_administrator(settings: Settings, prepared: Prepared) -> str | None:
    """Ask for the first administrator; where nobody answers, the link of the page that does."""
    engine = connect(settings.database)
    try:
        given = _asked(prepared) if sys.stdin.isatty() else None
        with transaction(engine) as connection:
            if given is None:
                return invite(connection)
            add_person(connection, **given, roles=[PROCESS_ADMIN])
            return None
    finally:
        engine.dispose()


def _asked(prepared: Prepared) -> dict[str, Any] | None:
    offices = ", ".join(prepared.report.organisations)
    _say(f"设立第一位制度管理员。 The first process administrator. (单位 organisations: {offices})")
    _say("直接回车则在浏览器中设立。 Press Enter to do it in the browser.")
    organisation = input("单位 organisation: ").strip()
    if not organisation:
        return None
    return {
        "organisation": organisation,
        "user": input("用户名 user name: ").strip(),
        "name": input("姓名 name: ").strip(),
        "password": getpass.getpass("密码 password: "),
    }


def is_loopback(host: str) -> bool:
    """Whether an address to listen on can be reached from this machine only; a name other than
    ``localhost`` cannot be relied upon."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _is_free(host: str, port: int) -> bool:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host, port))
        except OSError:
            return False
        return True


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def _say(text: str, *, error: bool = False) -> None:
    stream = sys.stderr if error else sys.stdout
    stream.write(text + "\n")
    stream.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
