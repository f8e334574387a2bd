"""What a page carries for us and cannot read or change: AES-256-GCM (NIST SP 800-38D).

Rule 1: the keys are made from the signing keys, so that what was sealed before a restart opens
after it, and whoever changes those keys ends these too.
Rule 2: the first key seals, any opens. Nonces are random, 96 bits: enough for 2^32 seals of a key.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import secrets
from collections.abc import Mapping
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

NONCE_BYTES: Final = 12
_PURPOSE: Final = b"quietroom seat 1"


class Seals:
    """Seals and opens; ``keys`` are the signing keys by id, the first of them the newest."""

    def __init__(self, keys: Mapping[str, str]) -> None:
        derived = (hmac.digest(secret.encode(), _PURPOSE, "sha256") for secret in keys.values())
        self._ciphers = [AESGCM(key) for key in derived]

    def seal(self, plain: bytes) -> str:
        """Return text that only these keys open."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        sealed = nonce + self._ciphers[0].encrypt(nonce, plain, _PURPOSE)
        return _text(sealed)

    def open(self, text: str) -> bytes | None:
        """Return what was sealed; None for anything we did not seal."""
        try:
            sealed = base64.b64decode(text + "=" * (-len(text) % 4), b"-_", validate=True)
        except (binascii.Error, ValueError):
            return None
        if _text(sealed) != text:  # the last character has bits that say nothing
            return None
        for cipher in self._ciphers:
            try:
                return cipher.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], _PURPOSE)
            except (InvalidTag, ValueError):
                continue
        return None


def _text(sealed: bytes) -> str:
    return base64.urlsafe_b64encode(sealed).decode().rstrip("=")
