"""Mail servers and push services as they are, and as they may be: hanging, lying, gone."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
import os
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import http_ece
import jwt
import pytest
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from signaling.carriers import mail, push
from signaling.carriers.folder import MOST, FolderCarrier
from signaling.carriers.mail import MailCarrier, MailServer
from signaling.carriers.notice import Carried, Notice
from signaling.carriers.push import PushCarrier, PushKeys, Subscription, Vouching, is_known, key_of
from tests.support.gateway import free_port

pytestmark = pytest.mark.integration

NOTICE = Notice("约定", "您今天19:00有一个约定。")
TO = "zhang@example.org"
SERVICE = "fcm.googleapis.com"


# --- mail -----------------------------------------------------------------------------------------


@dataclass
class MailHost:
    """A mail server that answers as a test says."""

    port: int
    answers: dict[str, str] = field(default_factory=dict)
    hangs_at: str = ""
    over: asyncio.Event = field(default_factory=asyncio.Event)
    took: list[str] = field(default_factory=list)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One conversation."""
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            await self._say(writer, "HELLO", "220 here")
            while line := (await reader.readline()).decode().strip():
                verb = line.split(" ", 1)[0].split(":")[0].upper()
                if verb == "DATA":
                    await self._say(writer, verb, "354 go on")
                    text = await reader.readuntil(b"\r\n.\r\n")
                    self.took.append(text.decode())
                    await self._say(writer, "BODY", "250 taken")
                elif verb == "QUIT":
                    await self._say(writer, verb, "221 bye")
                    break
                else:
                    await self._say(writer, verb, "250 well")
        writer.close()

    async def _say(self, writer: asyncio.StreamWriter, step: str, usual: str) -> None:
        if step == self.hangs_at:
            await self.over.wait()
        writer.write(f"{self.answers.get(step, usual)}\r\n".encode())
        await writer.drain()


@pytest.fixture
async def host() -> AsyncIterator[MailHost]:
    made = MailHost(free_port())
    server = await asyncio.start_server(made.serve, "127.0.0.1", made.port)
    yield made
    made.over.set()
    await asyncio.sleep(0.05)  # whoever hung sees that nobody is there
    server.close()


def carrier(port: int) -> MailCarrier:
    server = MailServer("127.0.0.1", port, "smtp+plain", None, None)
    return MailCarrier(server, "no-reply@example.org")


async def test_mail_says_the_neutral_words_and_nothing_more(host: MailHost) -> None:
    assert await carrier(host.port).carry(TO, NOTICE) is Carried.DONE
    (text,) = host.took
    assert "To: zhang@example.org" in text and "Auto-Submitted: auto-generated" in text
    body = text.split("\r\n\r\n", 1)[1].split("\r\n.")[0]
    assert base64.b64decode(body).decode().strip() == NOTICE.text


@pytest.mark.parametrize(
    ("step", "answer", "expected"),
    [
        ("RCPT", "550 nobody", Carried.GONE),
        ("RCPT", "451 later", Carried.LATER),
        ("MAIL", "421 busy", Carried.LATER),
        ("BODY", "552 full", Carried.LATER),
        ("HELLO", "554 go away", Carried.LATER),
        ("HELLO", "what", Carried.LATER),
        ("HELLO", "220 " + "x" * 100_000, Carried.LATER),
    ],
)
async def test_what_a_mail_server_refuses(
    host: MailHost, step: str, answer: str, expected: Carried
) -> None:
    host.answers[step] = answer
    assert await carrier(host.port).carry(TO, NOTICE) is expected


@pytest.mark.parametrize("step", ["HELLO", "EHLO", "RCPT", "BODY"])
async def test_a_mail_server_that_hangs_costs_a_moment(
    host: MailHost, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mail, "PATIENCE_S", 0.3)
    host.hangs_at = step
    async with asyncio.timeout(5):
        assert await carrier(host.port).carry(TO, NOTICE) is Carried.LATER


async def test_a_mail_server_that_is_not_there() -> None:
    assert await carrier(free_port()).carry(TO, NOTICE) is Carried.LATER


@pytest.mark.parametrize("to", ["a@b\r\nBcc: c@d", "a@b\nX: y"])
async def test_an_address_that_would_be_more_than_one(host: MailHost, to: str) -> None:
    assert await carrier(host.port).carry(to, NOTICE) is Carried.GONE
    assert host.took == []


@pytest.mark.parametrize(
    "url", ["http://mail", "smtp://", "mail.example.org", "smtp://h/path", "smtp://h:99999"]
)
def test_what_is_no_mail_server(url: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        mail.parse(url)


def test_a_mail_server_with_a_password_tells_nobody() -> None:
    server = mail.parse("smtp://no%40body:p%2Fw@mail.example.org")
    assert (server.user, server.password, server.port) == ("no@body", "p/w", 587)
    assert "p/w" not in repr(server)


# --- push -----------------------------------------------------------------------------------------


@dataclass
class Browser:
    """A browser with a subscription."""

    key: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )
    auth: bytes = field(default_factory=lambda: os.urandom(16))

    def subscription(self, endpoint: str) -> str:
        """As the page sends it."""
        raw = self.key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        keys = {"p256dh": _text(raw), "auth": _text(self.auth)}
        return json.dumps({"endpoint": endpoint, "keys": keys})

    def read(self, sealed: bytes) -> dict[str, str]:
        """What the service worker is given."""
        plain = http_ece.decrypt(
            sealed, private_key=self.key, auth_secret=self.auth, version="aes128gcm"
        )
        found: dict[str, str] = json.loads(plain)
        return found


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


@dataclass
class Service:
    """A push service that answers as a test says."""

    url: str = ""
    hangs: bool = False
    answer: Callable[[], web.StreamResponse] = lambda: web.Response(status=201)
    asked: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """One notice."""
        self.asked.append((dict(request.headers), await request.read()))
        if self.hangs:
            await asyncio.sleep(5)
        return self.answer()


@pytest.fixture
async def service() -> AsyncIterator[Service]:
    made = Service()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", made.handle)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    port = free_port()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    made.url = f"http://127.0.0.1:{port}"
    yield made
    await runner.cleanup()


@contextlib.asynccontextmanager
async def pushing(service: Service) -> AsyncIterator[PushCarrier]:
    """A carrier that believes the service to be a known one: its TLS and name are not here."""

    vouching = Vouching(key_of("ab" * 32), "mailto:it@example.org")
    async with aiohttp.ClientSession() as http:
        yield PushCarrier(vouching, [SERVICE], Elsewhere(http, service.url))


@dataclass
class Elsewhere:
    """Asks the service of the test instead of the known one."""

    http: aiohttp.ClientSession
    url: str

    def post(self, url: str, **more: Any) -> Any:
        """As a session does."""
        return self.http.post(url.replace(f"https://{SERVICE}", self.url), **more)


async def test_a_browser_reads_what_its_service_cannot(service: Service) -> None:
    browser = Browser()
    async with pushing(service) as carrier:
        to = browser.subscription(f"https://{SERVICE}/send/abc")
        assert await carrier.carry(to, NOTICE) is Carried.DONE
    ((headers, sealed),) = service.asked
    assert NOTICE.text.encode() not in sealed
    assert browser.read(sealed) == {"title": NOTICE.subject, "text": NOTICE.text}
    scheme, rest = headers["Authorization"].split(" ", 1)
    token, public = (part.split("=", 1)[1] for part in rest.split(", "))
    key = ec.EllipticCurvePublicKey.from_encoded_point(
        ec.SECP256R1(), base64.urlsafe_b64decode(public + "=")
    )
    claims = jwt.decode(token, key, algorithms=["ES256"], audience=f"https://{SERVICE}")
    assert (scheme, claims["sub"]) == ("vapid", "mailto:it@example.org")


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (200, Carried.DONE), (201, Carried.DONE), (404, Carried.GONE), (410, Carried.GONE),
        (429, Carried.LATER), (500, Carried.LATER), (503, Carried.LATER), (400, Carried.GONE),
        (302, Carried.GONE), (401, Carried.GONE),
    ],
)  # fmt: skip
async def test_what_a_push_service_says(service: Service, status: int, expected: Carried) -> None:
    service.answer = lambda: web.Response(
        status=status, headers={"Location": f"{service.url}/elsewhere"}
    )
    async with pushing(service) as carrier:
        to = Browser().subscription(f"https://{SERVICE}/send/abc")
        assert await carrier.carry(to, NOTICE) is expected
    assert len(service.asked) == 1, "no redirect is followed"


async def test_a_push_service_that_lies_costs_a_moment(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(push, "PATIENCE", aiohttp.ClientTimeout(total=0.3))

    service.hangs = True
    async with pushing(service) as carrier, asyncio.timeout(5):
        to = Browser().subscription(f"https://{SERVICE}/send/abc")
        assert await carrier.carry(to, NOTICE) is Carried.LATER


@pytest.mark.parametrize(
    "endpoint",
    [
        "http://fcm.googleapis.com/send", "https://127.0.0.1/x", "https://[::1]/x",
        "https://169.254.169.254/latest", "https://localhost/x", "https://fcm.googleapis.com.evil/x",
        "https://evilfcm.googleapis.com/x", "https://user@fcm.googleapis.com/x",
        "https://fcm.googleapis.com:8443/x", "https://fcm.googleapis.com:x/", "file:///etc/passwd",
        "https://push.apple.com/x", "",
    ],
)  # fmt: skip
async def test_an_address_of_elsewhere_is_never_asked(service: Service, endpoint: str) -> None:
    assert not is_known(endpoint, push.SERVICES)
    async with pushing(service) as carrier:
        assert await carrier.carry(Browser().subscription(endpoint), NOTICE) is Carried.GONE
    assert service.asked == []


@pytest.mark.parametrize(
    "endpoint", ["https://fcm.googleapis.com/a", "https://web.push.apple.com/b"]
)
def test_an_address_of_a_known_service(endpoint: str) -> None:
    assert is_known(endpoint, push.SERVICES)


@pytest.mark.parametrize("keys", [("", ""), ("AAAA", "AAAA"), ("é", "x"), ("B" * 87, "A" * 22)])
async def test_keys_that_are_none(service: Service, keys: tuple[str, str]) -> None:
    async with pushing(service) as carrier:
        where = Subscription(f"https://{SERVICE}/x", PushKeys(*keys))
        to = json.dumps({"endpoint": where.endpoint, "keys": {"p256dh": keys[0], "auth": keys[1]}})
        assert await carrier.carry(to, NOTICE) is Carried.GONE


# --- a folder -------------------------------------------------------------------------------------


async def test_a_folder_has_the_words_and_no_address(tmp_path: Path) -> None:
    carrier = FolderCarrier(tmp_path / "outbox", "mail")
    assert await carrier.carry(TO, NOTICE) is Carried.DONE
    (found,) = (tmp_path / "outbox").iterdir()
    text = found.read_text(encoding="utf-8")
    assert json.loads(text) == {
        "channel": "mail", "subject": NOTICE.subject, "text": NOTICE.text,
    }  # fmt: skip
    assert "zhang" not in text + found.name


async def test_a_folder_does_not_grow_for_ever(tmp_path: Path) -> None:
    for number in range(MOST + 3):
        (tmp_path / f"{number}.json").write_text("{}")
    assert await FolderCarrier(tmp_path, "mail").carry(TO, NOTICE) is Carried.DONE
    assert len(list(tmp_path.iterdir())) == MOST


async def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert await FolderCarrier(tmp_path / "file" / "x", "mail").carry(TO, NOTICE) is Carried.LATER
    assert await FolderCarrier(None, "mail").carry(TO, NOTICE) is Carried.LATER
