"""What an installation has to reach people by, as its environment says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from workflows.errors import WorkflowError
from workflows.notifications.mailing import MailServer, mail_server
from workflows.notifications.posting import PUBLIC, Reach
from workflows.notifications.telling import Ways

SERVER: Final = "GUICHENG_SMTP_URL"
SENDER: Final = "GUICHENG_MAIL_FROM"
ADDRESS: Final = "GUICHENG_ADDRESS"
HOSTS: Final = "GUICHENG_WEBHOOK_HOSTS"


class UnusableOutlet(WorkflowError):
    """The address of the installation's pages begins with http:// or https:// and names a host."""

    code = "unusable-outlet"
    message_zh = "环境变量 {name} 的设置不可用。"


@dataclass(frozen=True, kw_only=True)
class Outlets:
    """The mail server, the hosts a webhook may name, and the address of the pages."""

    server: MailServer | None = None
    reach: Reach = PUBLIC
    address: str = ""

    def ways(self, *, gateway: bool) -> Ways:
        """What is worth posting letters for."""
        return Ways(mail=self.server is not None, gateway=gateway, address=self.address)


NOWHERE: Final = Outlets()


def outlets_from(environment: Mapping[str, str]) -> Outlets:
    """Read ``GUICHENG_SMTP_URL``, ``_MAIL_FROM``, ``_ADDRESS`` and ``_WEBHOOK_HOSTS`` (separated by commas).

    Raises ``UnusableOutlet`` and ``UnusableMailServer``.
    """
    url, sender = environment.get(SERVER, "").strip(), environment.get(SENDER, "").strip()
    address = environment.get(ADDRESS, "").strip()
    if address and not _is_web_address(address):
        raise UnusableOutlet(name=ADDRESS)
    hosts = (one.strip().lower() for one in environment.get(HOSTS, "").split(","))
    return Outlets(
        server=mail_server(url, sender) if url else None,
        reach=Reach(hosts=frozenset(host for host in hosts if host)),
        address=address,
    )


def _is_web_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname)
