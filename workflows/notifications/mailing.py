"""E-mail over SMTP: one connection for a round of letters, each recognisable when it comes twice."""

from __future__ import annotations

import hashlib
import html
import smtplib
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from typing import Any, Final
from urllib.parse import parse_qs, unquote, urlsplit

from workflows.errors import WorkflowError

#: Seconds a mail server has to answer.
TIMEOUT: Final = 15.0
_PORTS: Final = {"smtp": 25, "smtps": 465}
_STARTTLS: Final = ("offered", "required", "never")


class UnusableMailServer(WorkflowError):
    """The address of the mail server or of the sender cannot be used."""

    code = "unusable-mail-server"
    message_zh = "邮件服务器或发件人地址不可用：{reason}。"


class NotEncrypted(WorkflowError):
    """The mail server offers no encryption, and a password is not sent without."""

    code = "not-encrypted"
    message_zh = "邮件服务器不支持加密，不能在明文连接上发送密码。"


class ServerDown(WorkflowError):
    """The mail server did not answer a moment ago; the other letters of this round wait."""

    code = "mail-server-down"
    message_zh = "邮件服务器刚才没有答复，稍后再发。"


@dataclass(frozen=True, kw_only=True, repr=False)
class MailServer:
    """Where mail is handed over. Never printed: it holds a password."""

    host: str
    port: int
    #: TLS from the first byte.
    tls: bool
    #: ``offered``, ``required`` or ``never``.
    starttls: str
    user: str
    password: str
    #: The sender, ``name <address>`` or an address.
    sender: str
    timeout: float = TIMEOUT

    @property
    def domain(self) -> str:
        return parseaddr(self.sender)[1].rpartition("@")[2]


def mail_server(url: str, sender: str) -> MailServer:
    """The server of ``smtp[s]://user:password@host:port?starttls=required``. Raises ``UnusableMailServer``.

    ``smtp`` encrypts when the server offers it (``starttls=required`` insists, ``never`` does not try);
    a password is never sent unencrypted. User name and password are percent-encoded.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise UnusableMailServer("The port is not a number.", reason="端口应为数字") from None
    if parts.scheme not in _PORTS or not parts.hostname:
        raise UnusableMailServer(
            "Write smtp://host:port or smtps://host:port.",
            reason="应写作 smtp://主机:端口 或 smtps://主机:端口",
        )
    starttls = parse_qs(parts.query).get("starttls", ["offered"])[0]
    if starttls not in _STARTTLS:
        raise UnusableMailServer(
            "starttls is offered, required or never.", reason="starttls 应为 offered、required 或 never"
        )
    if "@" not in parseaddr(sender)[1] or not sender.isprintable():
        raise UnusableMailServer("The sender needs an address.", reason="没有写明发件人地址")
    return MailServer(
        host=parts.hostname,
        port=port or _PORTS[parts.scheme],
        tls=parts.scheme == "smtps",
        starttls=starttls,
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        sender=sender,
    )


class Mailer:
    """Hands mail over; keeps its connection for the next letter until ``rest``."""

    def __init__(self, server: MailServer) -> None:
        self._server = server
        self._open: smtplib.SMTP | None = None
        self._down = False

    def send(self, message: EmailMessage) -> None:
        """Hand one message over. Raises ``OSError``, ``SMTPException``, ``NotEncrypted``.

        Once the server could not be reached, ``ServerDown`` follows at once until ``rest``: a round of
        letters must not wait for each of them in turn.
        """
        if self._down:
            raise ServerDown()
        if self._open is None:
            try:
                self._open = self._connected()
            except Exception:
                self._down = True
                raise
        try:
            self._open.send_message(message)
        except (smtplib.SMTPResponseException, smtplib.SMTPRecipientsRefused):
            # Refused this one; the server is there and takes the next.
            raise
        except (OSError, smtplib.SMTPException):
            self._let_go()
            raise

    def rest(self) -> None:
        """Let go of the connection, and try again next time."""
        self._down = False
        self._let_go()

    def _connected(self) -> smtplib.SMTP:
        server = self._server
        context = ssl.create_default_context()
        if server.tls:
            made: smtplib.SMTP = smtplib.SMTP_SSL(
                server.host, server.port, timeout=server.timeout, context=context
            )
        else:
            made = smtplib.SMTP(server.host, server.port, timeout=server.timeout)
        try:
            self._secure(made, context)
        except Exception:
            made.close()
            raise
        return made

    def _secure(self, made: smtplib.SMTP, context: ssl.SSLContext) -> None:
        server = self._server
        made.ehlo()
        encrypted = server.tls
        if not encrypted and server.starttls != "never" and made.has_extn("starttls"):
            made.starttls(context=context)
            made.ehlo()
            encrypted = True
        if not encrypted and (server.user or server.starttls == "required"):
            raise NotEncrypted()
        if server.user:
            made.login(server.user, server.password)

    def _let_go(self) -> None:
        found, self._open = self._open, None
        if found is None:
            return
        try:
            found.quit()
        except (OSError, smtplib.SMTPException):
            found.close()


_FOOTER: Final = {
    "zh": "这是系统自动发送的通知，请勿回复。要改变接收方式，请登录后打开“通知—通知设置”。",
    "en": "Sent automatically, please do not answer. To change how you are told, sign in and open "
    "Notifications, Settings.",
}
_OPEN: Final = {"zh": "打开", "en": "Open"}


def message_of(
    server: MailServer, key: str, body: Mapping[str, Any], *, to: str, posted_at: datetime
) -> EmailMessage:
    """The message of a letter: plain text and simple HTML; its Message-ID follows from the letter's key."""
    language = "en" if body.get("language") == "en" else "zh"
    message = EmailMessage()
    message["From"] = server.sender
    message["To"] = to
    message["Subject"] = str(body["subject"])
    message["Date"] = format_datetime(posted_at)
    message["Message-ID"] = f"<{hashlib.sha256(key.encode()).hexdigest()[:40]}@{server.domain}>"
    message["Auto-Submitted"] = "auto-generated"
    message["Content-Language"] = "en" if language == "en" else "zh-CN"
    link, text = str(body.get("link") or ""), str(body.get("text") or "")
    footer = _FOOTER[language]
    message.set_content(
        "\n\n".join(part for part in (str(body["subject"]), text, link, "-- \n" + footer) if part)
    )
    paragraphs = [f"<p><strong>{html.escape(str(body['subject']))}</strong></p>"]
    paragraphs += [f"<p>{html.escape(line)}</p>" for line in text.splitlines() if line]
    if link:
        paragraphs.append(f'<p><a href="{html.escape(link)}">{_OPEN[language]}</a></p>')
    paragraphs.append(f'<p style="color:#59636f">{html.escape(footer)}</p>')
    page = (
        f'<!doctype html><html lang="{message["Content-Language"]}"><body>{"".join(paragraphs)}</body></html>'
    )
    message.add_alternative(page, subtype="html")
    return message
