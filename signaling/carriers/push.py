"""Notices by a browser's push service (RFC 8030), sealed for the browser alone (RFC 8291).

Rule 1: an address is a stranger's word. It is asked only where it is of a push service that is
known; no redirect is followed, no answer is read, and none is waited for for long.
Rule 2: the service learns that something came, when, and from whom (RFC 8292); not what.
"""

from __future__ import annotations

import base64
import os
import time
from collections.abc import Collection, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final, Protocol
from urllib.parse import urlsplit

import aiohttp
import http_ece
import jwt
import msgspec
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from signaling.carriers.notice import Carried, Notice

SERVICES: Final = (
    "fcm.googleapis.com", "updates.push.services.mozilla.com", "*.push.apple.com",
    "*.notify.windows.com",
)  # fmt: skip
"""Of the browsers there are; a clinic's settings may say others."""
TTL_S: Final = 3_600
VOUCHED_S: Final = 12 * 3_600
PATIENCE: Final = aiohttp.ClientTimeout(total=10.0)
HTTPS: Final = 443
_GONE: Final = frozenset({HTTPStatus.NOT_FOUND, HTTPStatus.GONE})
_LATER: Final = frozenset({HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.REQUEST_TIMEOUT})


class PushKeys(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What seals for one browser, in base64url."""

    p256dh: str
    auth: str


class Subscription(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where one browser can be reached. Personal: has no readable form."""

    endpoint: str
    keys: PushKeys

    def __repr__(self) -> str:
        return "Subscription(...)"


@dataclass(frozen=True, slots=True)
class Vouching:
    """The key by which push services know this installation, and whom they may write to."""

    key: ec.EllipticCurvePrivateKey
    contact: str

    @property
    def public(self) -> str:
        """The public half, as browsers want it."""
        raw = self.key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def key_of(secret: str) -> ec.EllipticCurvePrivateKey:
    """Return the key that a secret of 256 bits in hexadecimal makes."""
    curve = ec.SECP256R1()
    return ec.derive_private_key(int(secret, 16) % (curve.group_order - 1) + 1, curve)


def is_known(endpoint: str, services: Collection[str]) -> bool:
    """Whether an address is of a push service that may be asked."""
    try:
        parts = urlsplit(endpoint)
        port = parts.port
    except ValueError:
        return False
    host = parts.hostname or ""
    plain = parts.scheme == "https" and parts.username is None and port in (None, HTTPS)
    return plain and any(_fits(host, service) for service in services)


def _fits(host: str, service: str) -> bool:
    if service.startswith("*."):
        return host.endswith(service[1:]) and len(host) > len(service) - 1
    return host == service


class Poster(Protocol):
    """Of an HTTP client, what is needed here (:class:`aiohttp.ClientSession`)."""

    def post(
        self, url: str, *, data: bytes, headers: Mapping[str, str], allow_redirects: bool,
        timeout: aiohttp.ClientTimeout,
    ) -> AbstractAsyncContextManager[aiohttp.ClientResponse]:  # fmt: skip
        """Ask; the answer is there within the block."""


class PushCarrier:
    """Reaches browsers. The address is a :class:`Subscription` as JSON."""

    def __init__(self, vouching: Vouching, services: Collection[str], http: Poster) -> None:
        self._vouching = vouching
        self._services = services
        self._http = http

    async def carry(self, to: str, notice: Notice) -> Carried:
        """Send it to a browser."""
        try:
            where = msgspec.json.decode(to, type=Subscription)
            sealed = _sealed(where, notice)
        except (msgspec.DecodeError, http_ece.ECEException, ValueError):
            return Carried.GONE
        if not is_known(where.endpoint, self._services):
            return Carried.GONE
        headers = {
            "TTL": str(TTL_S), "Urgency": "normal", "Content-Encoding": "aes128gcm",
            "Content-Type": "application/octet-stream",
            "Authorization": self._vouched(where.endpoint),
        }  # fmt: skip
        try:
            async with self._http.post(
                where.endpoint, data=sealed, headers=headers, allow_redirects=False,
                timeout=PATIENCE,
            ) as answer:  # fmt: skip
                return _came_to(answer.status)
        except (aiohttp.ClientError, OSError, TimeoutError, ValueError):
            return Carried.LATER

    def _vouched(self, endpoint: str) -> str:
        parts = urlsplit(endpoint)
        claims = {
            "aud": f"{parts.scheme}://{parts.netloc}", "exp": int(time.time()) + VOUCHED_S,
            "sub": self._vouching.contact,
        }  # fmt: skip
        token = jwt.encode(claims, self._vouching.key, algorithm="ES256")
        return f"vapid t={token}, k={self._vouching.public}"


def _came_to(status: int) -> Carried:
    if HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
        return Carried.DONE
    if status in _GONE:
        return Carried.GONE
    if status in _LATER or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return Carried.LATER
    # A redirect, or a refusal that will be the same tomorrow.
    return Carried.GONE


def _sealed(where: Subscription, notice: Notice) -> bytes:
    sealed: bytes = http_ece.encrypt(
        msgspec.json.encode({"title": notice.subject, "text": notice.text}),
        salt=os.urandom(16),
        private_key=ec.generate_private_key(ec.SECP256R1()),
        dh=_bytes(where.keys.p256dh),
        auth_secret=_bytes(where.keys.auth),
        version="aes128gcm",
    )
    return sealed


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
