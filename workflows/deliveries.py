"""Who delivers what: cases and messages into this database, notifications to people and what lies outside."""

from __future__ import annotations

import os
import urllib.request
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import orjson
from sqlalchemy import Connection, Engine, bindparam, select

from workflows.cases import deliver_message, start_case, system_of
from workflows.errors import WorkflowError
from workflows.notifications.fanning import GATEWAY, fanning_out
from workflows.notifications.leaving import as_posted, by_mail, by_webhook
from workflows.notifications.outside import NOWHERE, Outlets
from workflows.notifications.telling import MAIL, PHONE
from workflows.outbox import Deliverer, Inside, Letter, Outside
from workflows.tables import cases, definitions, events

#: Seconds a webhook has to answer.
TIMEOUT = 10.0


class ForeignProcess(WorkflowError):
    """A case can only start regulations of its own organisation."""

    code = "foreign-process"
    message_zh = "案件只能启动本单位的制度，“{process}”不属于本单位。"


class UnusableAddress(WorkflowError):
    """A webhook needs an http or https address."""

    code = "unusable-address"
    message_zh = "通知地址必须以 http 或 https 开头。"


def deliverers(
    *, spool: Path | None, webhook: str | None, engine: Engine | None = None, outlets: Outlets = NOWHERE
) -> Mapping[str, Deliverer]:
    """The deliverers of an installation, by kind.

    Notifications are told to people in the page. All of them also go, as they were posted, to ``webhook`` or
    else into ``spool``; with neither, those for applicants wait in the outbox. With ``engine``, which the
    letters are in, each person's own go out by the ways of ``outlets``. Raises ``UnusableAddress``.
    """
    outside = to_webhook(webhook) if webhook else to_spool(spool) if spool is not None else None
    found: dict[str, Deliverer] = {
        "start-case": Inside(start_requested_case),
        "send-message": Inside(deliver_case_message),
        "notify": fanning_out(outlets.ways(gateway=outside is not None)),
    }
    if outside is not None:
        found[GATEWAY] = as_posted(outside)
    if engine is not None:
        found[PHONE] = by_webhook(engine, outlets.reach)
        if outlets.server is not None:
            found[MAIL] = by_mail(engine, outlets.server)
    return found


def start_requested_case(connection: Connection, letter: Letter, at: datetime) -> None:
    """Open the case another case asked for. Raises ``ForeignProcess`` or what ``start_case`` raises."""
    body = letter.body
    owner = connection.execute(
        select(definitions.c.organisation).where(definitions.c.key == body["process"])
    ).scalar_one_or_none()
    if owner is not None and owner != body["organisation"]:
        raise ForeignProcess(process=body["process"])
    start_case(
        connection,
        key=body["process"],
        data=body["data"],
        by=system_of(body["organisation"]),
        at=at,
        origin=body["origin"],
    )


def start_scheduled_case(
    connection: Connection,
    *,
    key: str,
    organisation: str,
    element: str,
    data: Mapping[str, Any],
    at: datetime,
) -> int:
    """Open the case of a period (see ``workflows.schedules``) and return its id."""
    opened = start_case(
        connection,
        key=key,
        data=data,
        by=system_of(organisation),
        at=at,
        start_element=element,
        origin=f"schedule:{element}",
    )
    return opened.id


_LOCK = select(cases.c.id).where(cases.c.id == bindparam("case")).with_for_update()
_LAST_EVENT = (
    select(events.c.at).where(events.c.case_id == bindparam("case")).order_by(events.c.seq.desc()).limit(1)
)


def deliver_case_message(connection: Connection, letter: Letter, at: datetime) -> None:
    """Hand a message to the case it is for, no earlier than what has already happened there."""
    body = letter.body
    receiver = {"case": body["case"]}
    connection.execute(_LOCK, receiver)
    last: datetime | None = connection.execute(_LAST_EVENT, receiver).scalar_one_or_none()
    deliver_message(
        connection,
        case_id=body["case"],
        message=body["message"],
        data=body["data"],
        key=body["key"],
        by=system_of(body["organisation"]),
        at=at if last is None else max(at, last),
    )


def to_spool(directory: Path) -> Outside:
    """One JSON file per letter, ``<key>.json``, whole or not at all; a repeated letter replaces itself."""
    directory.mkdir(parents=True, exist_ok=True)

    def deliver(letter: Letter) -> None:
        target = directory / f"{letter.key}.json"
        unfinished = directory / f".{letter.key}.{os.getpid()}.part"
        with unfinished.open("wb") as file:
            file.write(_content(letter))
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(target)

    return Outside(deliver)


def to_webhook(address: str, *, timeout: float = TIMEOUT) -> Outside:
    """POST each letter as JSON with its key as ``Idempotency-Key``; any 2xx answer means received.

    Raises ``UnusableAddress``.
    """
    if urlsplit(address).scheme not in ("http", "https"):
        raise UnusableAddress(address=address)
    # No redirects are followed: a 3xx is an error, as a redirected POST would lose its body.
    opener = urllib.request.build_opener(_NoRedirects())

    def deliver(letter: Letter) -> None:
        request = urllib.request.Request(  # noqa: S310 - the scheme was checked above
            address,
            data=_content(letter),
            headers={"Content-Type": "application/json", "Idempotency-Key": letter.key},
            method="POST",
        )
        with opener.open(request, timeout=timeout):
            pass

    return Outside(deliver)


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        return None


def _content(letter: Letter) -> bytes:
    return orjson.dumps({name: value for name, value in asdict(letter).items() if name != "attempts"})
