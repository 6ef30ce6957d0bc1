"""Settings of an installation, read once from the environment; a wrong one stops the start."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from workflows.database import sqlite_url
from workflows.errors import WorkflowError
from workflows.notifications.outside import NOWHERE, Outlets, outlets_from

#: The folder this program stands in.
ROOT = Path(__file__).resolve().parent.parent
#: Where an installation keeps its files unless told otherwise.
DEFAULT_DATA = ROOT / "instance"
#: Where the regulations of a fresh installation come from.
PACKAGES = ROOT / "bpmn"

#: How far back the cases of a demonstration begin, in weeks, unless told otherwise.
DEMO_WEEKS = 13
#: More would keep the start waiting for minutes.
MOST_DEMO_WEEKS = 52

_YES = frozenset({"1", "true", "yes", "on"})
_NO = frozenset({"", "0", "false", "no", "off"})


class UnusableSetting(WorkflowError):
    """A setting of this installation cannot be used."""

    code = "unusable-setting"
    message_zh = "环境变量 {name} 的设置不可用。"


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What differs between installations."""

    #: Directory for the embedded database, the secret and files.
    data: Path
    #: Database URL, ``sqlite:///…`` or ``postgresql://…``.
    database: str
    #: Signs sessions; shared by all web nodes of one installation.
    secret: str
    #: The clock is set by hand: tests, rehearsals, training.
    controlled_clock: bool = False
    #: Cookies over HTTPS only, no controlled clock.
    production: bool = False
    #: How many weeks of cases a new demonstration is given; 0 for none.
    demo_weeks: int = DEMO_WEEKS
    #: The mail server, the address of the pages and the hosts that webhooks may name.
    outlets: Outlets = NOWHERE

    def __post_init__(self) -> None:
        if self.controlled_clock and self.production:
            raise UnusableSetting(
                "A production installation keeps real time.", name="GUICHENG_CONTROLLED_CLOCK"
            )


def settings_from_environment(environment: Mapping[str, str] = os.environ) -> Settings:
    """Settings from ``GUICHENG_DATA``, ``_DATABASE``, ``_SECRET``, ``_CONTROLLED_CLOCK``, ``_PRODUCTION``,
    ``_DEMO_WEEKS``, and what ``workflows.notifications.outside`` reads.

    Makes the data directory and, when none is given, the secret in it. Raises ``UnusableSetting`` and what
    ``outlets_from`` raises.
    """
    data = Path(environment.get("GUICHENG_DATA") or DEFAULT_DATA).resolve()
    data.mkdir(parents=True, exist_ok=True)
    return Settings(
        data=data,
        database=environment.get("GUICHENG_DATABASE") or sqlite_url(data),
        secret=environment.get("GUICHENG_SECRET") or stored_secret(data),
        controlled_clock=_flag(environment, "GUICHENG_CONTROLLED_CLOCK"),
        production=_flag(environment, "GUICHENG_PRODUCTION"),
        demo_weeks=_weeks(environment, "GUICHENG_DEMO_WEEKS"),
        outlets=outlets_from(environment),
    )


def stored_secret(data: Path) -> str:
    """The secret kept in a data directory, made on first use and readable by its owner only."""
    path = data / "secret"
    if not path.exists():
        draft = data / f"secret.{secrets.token_hex(4)}"
        draft.touch(mode=0o600)
        draft.write_text(secrets.token_hex(32))
        # A link appears whole or not at all: of two nodes that start together, one wins.
        with suppress(FileExistsError):
            path.hardlink_to(draft)
        draft.unlink()
    return _read_secret(path)


def _read_secret(path: Path) -> str:
    secret = path.read_text().strip()
    if len(secret) < 32:
        raise UnusableSetting("The stored secret is damaged: delete the file.", name=str(path))
    return secret


def _weeks(environment: Mapping[str, str], name: str) -> int:
    value = environment.get(name, "").strip()
    if not value:
        return DEMO_WEEKS
    if not (value.isascii() and value.isdigit() and int(value) <= MOST_DEMO_WEEKS):
        raise UnusableSetting(f"Give a whole number from 0 to {MOST_DEMO_WEEKS}.", name=name, value=value)
    return int(value)


def _flag(environment: Mapping[str, str], name: str) -> bool:
    value = environment.get(name, "").strip().lower()
    if value in _YES:
        return True
    if value in _NO:
        return False
    raise UnusableSetting("Give true or false.", name=name, value=value)
