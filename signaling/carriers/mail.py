"""Notices by mail (SMTP, RFC 5321).

Rule: a server that hangs, lies or refuses costs one notice a few seconds, and nothing else.
"""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from typing import Final
from urllib.parse import unquote, urlsplit

import aiosmtplib

from signaling.carriers.notice import Carried, Notice

PATIENCE_S: Final = 15.0
STEP_S: Final = 8.0
GOODBYE_S: Final = 1.0
PERMANENT: Final = 500
SCHEMES: Final = {"smtp": 587, "smtps": 465, "smtp+plain": 25}
"""TLS by STARTTLS, from the beginning, or none at all: only to this machine itself."""


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where mail is handed over. Has no readable form: it may have a password in it."""

    host: str
    port: int
    scheme: str
    user: str | None
    password: str | None

    def __repr__(self) -> str:
        return "MailServer(...)"


def parse(url: str) -> MailServer:
    """Read ``smtp://user:password@host:port``. Raises ValueError."""
    parts = urlsplit(url)
    if parts.scheme not in SCHEMES or not parts.hostname or parts.path not in ("", "/"):
        raise ValueError("not an address of a mail server")
    user, password = (None if each is None else unquote(each) for each in (
        parts.username, parts.password,
    ))  # fmt: skip
    port = parts.port or SCHEMES[parts.scheme]
    return MailServer(parts.hostname, port, parts.scheme, user, password)


class MailCarrier:
    """Hands mail to one server."""

    def __init__(self, server: MailServer, sender: str) -> None:
        self._server = server
        self._sender = sender

    async def carry(self, to: str, notice: Notice) -> Carried:
        """Send it to an address."""
        try:
            message = _message(self._sender, to, notice)
        except ValueError:  # an address that is none
            return Carried.GONE
        try:
            async with asyncio.timeout(PATIENCE_S):
                await self._send(message)
        except aiosmtplib.SMTPRecipientsRefused as refused:
            codes = [each.code for each in refused.recipients]
            return Carried.GONE if all(code >= PERMANENT for code in codes) else Carried.LATER
        except (aiosmtplib.SMTPException, OSError, TimeoutError, UnicodeError, ValueError):
            return Carried.LATER
        return Carried.DONE

    async def _send(self, message: EmailMessage) -> None:
        server = self._server
        client = aiosmtplib.SMTP(
            hostname=server.host, port=server.port, username=server.user,
            password=server.password, use_tls=server.scheme == "smtps",
            start_tls=server.scheme == "smtp", timeout=STEP_S,
        )  # fmt: skip
        try:
            await client.connect()
            await client.send_message(message)
            with contextlib.suppress(aiosmtplib.SMTPException, OSError, TimeoutError):
                await client.quit(timeout=GOODBYE_S)
        finally:
            client.close()  # without a word: one that hangs would be waited for


def _message(sender: str, to: str, notice: Notice) -> EmailMessage:
    message = EmailMessage(policy=SMTP)
    message["From"] = sender
    message["To"] = to
    message["Subject"] = notice.subject
    # Nobody's absence notice answers it (RFC 3834).
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(notice.text)
    return message
