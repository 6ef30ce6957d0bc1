"""Making an installation ready to serve: tables, regulations, and what kind of installation it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, Engine, insert, select

from app.settings import PACKAGES, Settings
from workflows.clock import SystemClock
from workflows.clock_setting import create_controlled, is_controlled
from workflows.database import connect, transaction
from workflows.deliveries import deliverers
from workflows.demonstration import Demonstrated, demonstrate, intend
from workflows.errors import WorkflowError
from workflows.exclusive import exclusively
from workflows.migrating import migrate
from workflows.packages import LoadReport, load_packages
from workflows.people import Person, list_people
from workflows.scheduler import SPOOL
from workflows.stored_clock import StoredClock
from workflows.tables import installation

_KIND_KEY: Final = "kind"


class Kind(StrEnum):
    """What an installation is for, decided when it is made."""

    #: Everybody knows the passwords: never reachable from elsewhere.
    DEMO = "demo"
    OFFICE = "office"


class OtherKind(WorkflowError):
    """This data directory holds another kind of installation; name another directory with --data."""

    code = "other-kind"
    message_zh = "这个数据目录已经是另一种安装({installed}),请用 --data 另指一个目录。"


class DemoInPublic(WorkflowError):
    """A demonstration has published passwords and serves this machine only; use --empty or 127.0.0.1."""

    code = "demo-in-public"
    message_zh = "演示安装的密码是公开的,只能在本机使用:请改用 --empty,或使用 127.0.0.1。"


class ClockMismatch(WorkflowError):
    """Set GUICHENG_CONTROLLED_CLOCK as it was when this installation was made."""

    code = "clock-mismatch"
    message_zh = "GUICHENG_CONTROLLED_CLOCK 应与本安装建立时相同。"


@dataclass(frozen=True, kw_only=True)
class Prepared:
    """An installation ready to serve."""

    kind: Kind
    report: LoadReport
    #: Who can sign in.
    people: tuple[Person, ...]
    #: The cases made for a demonstration by this start, if any.
    demonstrated: Demonstrated | None = None


#: Told how many steps of how many are done.
Report = Callable[[int, int], None]


def _silent(done: int, total: int) -> None:
    pass


def prepare(
    settings: Settings,
    *,
    kind: Kind | None,
    loopback: bool,
    packages: Path = PACKAGES,
    report: Report = _silent,
) -> Prepared:
    """Migrate, decide the kind (``None``: as it is; a fresh one is a demonstration), load the packages.

    A fresh demonstration is given the cases of its last weeks; one that was broken off goes on where it was.

    Raises ``OtherKind``, ``DemoInPublic``, ``ClockMismatch`` and ``PackageFault``; then nothing is loaded.
    """
    engine = connect(settings.database)
    try:
        prepared = _prepare(engine, settings, kind=kind, loopback=loopback, packages=packages)
        if prepared.kind is not Kind.DEMO:
            return prepared
        # What a demonstration has to say never leaves this machine.
        spool = deliverers(spool=settings.data / SPOOL, webhook=None)
        return replace(prepared, demonstrated=demonstrate(engine, packages, spool, report=report))
    finally:
        engine.dispose()


def _prepare(
    engine: Engine, settings: Settings, *, kind: Kind | None, loopback: bool, packages: Path
) -> Prepared:
    migrate(engine)
    with transaction(engine) as connection:
        exclusively(connection, "prepare")
        fresh = _stored_kind(connection) is None
        decided = _decide_kind(connection, kind)
        if decided is Kind.DEMO and not loopback:
            raise DemoInPublic()
        at = _decide_time(connection, controlled=settings.controlled_clock)
        if fresh and decided is Kind.DEMO and settings.demo_weeks:
            intend(connection, until=at, weeks=settings.demo_weeks)
            # The regulations were in force before the first case began.
            at -= timedelta(weeks=settings.demo_weeks, days=1)
        report = load_packages(connection, packages, at=at, demo=decided is Kind.DEMO)
        people = tuple(person for person in list_people(connection) if person.active)
    return Prepared(kind=decided, report=report, people=people)


def _stored_kind(connection: Connection) -> str | None:
    found: str | None = connection.execute(
        select(installation.c.value).where(installation.c.key == _KIND_KEY)
    ).scalar_one_or_none()
    return found


def _decide_kind(connection: Connection, wanted: Kind | None) -> Kind:
    stored = _stored_kind(connection)
    if stored is None:
        decided = wanted or Kind.DEMO
        connection.execute(insert(installation).values(key=_KIND_KEY, value=decided))
        return decided
    if wanted is not None and wanted != stored:
        raise OtherKind(installed=stored, wanted=str(wanted))
    return Kind(stored)


def _decide_time(connection: Connection, *, controlled: bool) -> datetime:
    """The moment at which packages take effect; a new controlled clock stands at the present."""
    now = SystemClock().now()
    if is_controlled(connection):
        if not controlled:
            raise ClockMismatch()
        return StoredClock(connection.engine).now()
    if controlled:
        create_controlled(connection, now)
    return now
