"""Posting to an address that somebody has entered, without letting them reach what is not theirs to reach.

A server that posts wherever it is told can be made to speak to services of its own network. So a host must
have public addresses only, unless whoever runs the installation has named it; what was looked up is what is
connected to; redirects are not followed; and of the answer nothing but its status is told.
"""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from workflows.errors import WorkflowError

#: Seconds a receiver has to answer.
TIMEOUT: Final = 10.0


class AddressNotAllowed(WorkflowError):
    """The host lies in a private network and was not allowed by whoever runs the installation."""

    code = "address-not-allowed"
    message_zh = "“{host}”是内网地址，须由系统运行人员列入允许名单（GUICHENG_WEBHOOK_HOSTS）后才能使用。"


class NotTaken(WorkflowError):
    """The receiver answered, but did not take the letter."""

    code = "not-taken"
    message_zh = "接口答复了 {status}，没有收下。"


@dataclass(frozen=True, kw_only=True)
class Reach:
    """What may be reached: every public host, and those named here, as written in the address."""

    hosts: frozenset[str] = frozenset()
    timeout: float = TIMEOUT


PUBLIC: Final = Reach()


def post_to(url: str, body: bytes, headers: Mapping[str, str], reach: Reach) -> int:
    """POST JSON and return the status of the answer.

    Raises ``AddressNotAllowed``, ``NotTaken`` for any status but 2xx, ``OSError`` and
    ``http.client.HTTPException``.
    """
    parts = urlsplit(url)
    host = parts.hostname or ""
    port = parts.port or (443 if parts.scheme == "https" else 80)
    connection = http.client.HTTPConnection(host, port, timeout=reach.timeout)
    connection.sock = _connected(host, port, reach)
    if parts.scheme == "https":
        connection.sock = ssl.create_default_context().wrap_socket(connection.sock, server_hostname=host)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    given = {"Host": _host_header(host, parts.port), "Content-Type": "application/json", **headers}
    try:
        connection.request("POST", target, body=body, headers=given)
        status = connection.getresponse().status
    finally:
        connection.close()
    if not 200 <= status < 300:
        raise NotTaken(f"Answered {status}.", status=status)
    return status


def _connected(host: str, port: int, reach: Reach) -> socket.socket:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    addresses: Collection[str] = [str(one[4][0]) for one in found]
    if host not in reach.hosts and not all(_is_public(one) for one in addresses):
        raise AddressNotAllowed(host=host)
    failure: OSError | None = None
    for address in addresses:
        try:
            return socket.create_connection((address, port), timeout=reach.timeout)
        except OSError as error:
            failure = error
    raise failure or OSError(f"{host} has no address")


def _is_public(address: str) -> bool:
    found = ipaddress.ip_address(address.partition("%")[0])
    mapped = found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else None
    return (mapped or found).is_global


def _host_header(host: str, port: int | None) -> str:
    written = f"[{host}]" if ":" in host else host
    return written if port is None else f"{written}:{port}"
