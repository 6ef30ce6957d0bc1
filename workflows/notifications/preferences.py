"""How each person wants to be told: channels by group, addresses, language, digest and quiet hours."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from typing import Any, Final

import orjson
from sqlalchemy import Connection, Row, bindparam, delete, insert, select

from workflows.clock import BEIJING
from workflows.errors import WorkflowError
from workflows.notifications.words import Group
from workflows.tables import notification_settings


class UnusablePreferences(WorkflowError):
    """An e-mail address, a phone number or a time of day cannot be used."""

    code = "unusable-preferences"
    message_zh = "通知设置没有保存：{reason}。"


class Channel(StrEnum):
    """Ways to be told besides the page, where everything is shown always."""

    MAIL = "mail"
    #: The gateway of the organisation: text messages and the like.
    PHONE = "phone"


LANGUAGES: Final = ("zh", "en")
USUAL_DIGEST: Final = "08:30"
#: What is usual for those who have chosen nothing.
USUAL: Final[Mapping[Group, frozenset[Channel]]] = {
    Group.PASSED: frozenset({Channel.MAIL}),
    Group.ANSWERED: frozenset(),
    Group.URGED: frozenset({Channel.MAIL, Channel.PHONE}),
    Group.DEADLINE: frozenset({Channel.MAIL, Channel.PHONE}),
    Group.MENTIONED: frozenset({Channel.MAIL}),
    Group.MESSAGE: frozenset({Channel.MAIL}),
    Group.ABSENCE: frozenset({Channel.MAIL}),
    Group.DIGEST: frozenset({Channel.MAIL}),
    Group.OTHER: frozenset(),
}
_MAIL: Final = re.compile(r"[^\s@<>,;:\"()\[\]\\]{1,64}@[^\s@<>,;:\"()\[\]\\]{1,190}")
_PHONE: Final = re.compile(r"\+?[0-9][0-9 -]{3,24}")
_TIME: Final = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")


@dataclass(frozen=True, kw_only=True)
class Preferences:
    """How one person wants to be told. Times are office time as ``08:30``, empty for never."""

    mail: str = ""
    phone: str = ""
    language: str = "zh"
    #: Groups somebody has decided about.
    channels: Mapping[Group, frozenset[Channel]] = field(default_factory=dict)
    digest: str = USUAL_DIGEST
    quiet_from: str = ""
    quiet_until: str = ""

    @property
    def english(self) -> bool:
        return self.language == "en"

    def wants(self, group: Group, channel: Channel) -> bool:
        """Whether a group is told on a channel, where there is an address for it."""
        address = self.mail if channel is Channel.MAIL else self.phone
        return bool(address) and self.chose(group, channel)

    def chose(self, group: Group, channel: Channel) -> bool:
        """Whether a channel is ticked, with an address or without."""
        return channel in self.channels.get(group, USUAL[group])

    def not_before(self, at: datetime) -> datetime:
        """When what happens at an aware moment may be sent out: then, or when the quiet hours are over."""
        if not self.quiet_from or not self.quiet_until or self.quiet_from == self.quiet_until:
            return at
        local = at.astimezone(BEIJING)
        begins, ends, now = time_of(self.quiet_from), time_of(self.quiet_until), local.time()
        if begins < ends:
            quiet, tomorrow = begins <= now < ends, False
        else:
            quiet, tomorrow = now >= begins or now < ends, now >= begins
        if not quiet:
            return at
        day = local.date() + timedelta(days=1 if tomorrow else 0)
        return datetime.combine(day, ends, BEIJING).astimezone(UTC)


AS_USUAL: Final = Preferences()

_OF_PEOPLE = select(notification_settings).where(
    notification_settings.c.user.in_(bindparam("users", expanding=True))
)


def preferences_of(connection: Connection, users: Iterable[str]) -> dict[str, Preferences]:
    """User name → preferences, as usual for those who have chosen nothing. One statement."""
    wanted = sorted(set(users))
    kept = {row.user: _preferences(row) for row in connection.execute(_OF_PEOPLE, {"users": wanted})}
    return {user: kept.get(user, AS_USUAL) for user in wanted}


def keep_preferences(connection: Connection, user: str, wanted: Preferences) -> None:
    """Write down how a person wants to be told. Raises ``UnusablePreferences``."""
    _check(wanted)
    connection.execute(delete(notification_settings).where(notification_settings.c.user == user))
    chosen = {str(group): sorted(channels) for group, channels in wanted.channels.items()}
    connection.execute(
        insert(notification_settings).values(
            user=user,
            mail=wanted.mail,
            phone=wanted.phone,
            language=wanted.language,
            channels=orjson.dumps(chosen, option=orjson.OPT_SORT_KEYS).decode(),
            digest=wanted.digest,
            quiet_from=wanted.quiet_from,
            quiet_until=wanted.quiet_until,
        )
    )


def time_of(text: str) -> time:
    """The time of day a checked text means."""
    return time.fromisoformat(text)


def _check(wanted: Preferences) -> None:
    if wanted.mail and not _MAIL.fullmatch(wanted.mail):
        raise UnusablePreferences("This is not an e-mail address.", reason="邮箱地址写法不正确")
    if wanted.phone and not _PHONE.fullmatch(wanted.phone):
        raise UnusablePreferences("This is not a phone number.", reason="手机号码只写数字")
    if wanted.language not in LANGUAGES:
        raise UnusablePreferences("The language is zh or en.", reason="语言应为中文或英文")
    times = (wanted.digest, wanted.quiet_from, wanted.quiet_until)
    if any(text and not _TIME.fullmatch(text) for text in times):
        raise UnusablePreferences("A time of day is written like 08:30.", reason="时间应写作 08:30 的样子")
    if bool(wanted.quiet_from) != bool(wanted.quiet_until):
        raise UnusablePreferences(
            "Quiet hours have a beginning and an end.", reason="免打扰时段须填写起止两个时间"
        )


def _preferences(row: Row[Any]) -> Preferences:
    chosen = orjson.loads(row.channels)
    return Preferences(
        mail=row.mail,
        phone=row.phone,
        language=row.language,
        channels={
            Group(group): frozenset(Channel(one) for one in channels)
            for group, channels in chosen.items()
            if group in USUAL
        },
        digest=row.digest,
        quiet_from=row.quiet_from,
        quiet_until=row.quiet_until,
    )
