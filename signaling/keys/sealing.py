"""One stored key at work: it seals fields, wraps other keys and makes blind indexes.

AES-256-GCM (NIST SP 800-38D) with random 96-bit nonces; each use of a key has a key of its own,
derived by HKDF-SHA256 (RFC 5869), so that no two uses can be mistaken for each other.

Rule 1: what is sealed says by which key, so that two generations of a key work side by side while
one replaces the other.
Rule 2: what is sealed is bound to its place (``context``: table, column and row). Moved to another
row it does not open.
"""

from __future__ import annotations

import hmac
import secrets
from typing import Final
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

KEY_BYTES: Final = 32
NONCE_BYTES: Final = 12
VERSION: Final = b"\x01"
_ID_BYTES: Final = 16
_HEAD: Final = len(VERSION) + _ID_BYTES
LEAST_BYTES: Final = _HEAD + NONCE_BYTES + 16
"""Sealed nothing: the head, the nonce, the tag."""
INDEX_BYTES: Final = 16


class SealError(Exception):
    """It does not open: another key, another place, or changed bytes. Says no more than that."""


class Key:
    """One key of the store, unwrapped. Has no readable form."""

    __slots__ = ("_index", "_seal", "_wrap", "id", "mac_key", "recorder", "signing_seed")

    def __init__(self, key_id: UUID, material: bytes) -> None:
        if len(material) != KEY_BYTES:
            raise ValueError("a key has 32 bytes")
        self.id = key_id
        self._seal = AESGCM(_derive(material, b"seal"))
        self._wrap = AESGCM(_derive(material, b"wrap"))
        self._index = _derive(material, b"index")
        self.mac_key = _derive(material, b"mac")
        """For MACs that are made elsewhere."""
        self.signing_seed = _derive(material, b"sign")
        """Of an Ed25519 key (RFC 8032 section 5.1.5)."""
        self.recorder = _derive(material, b"record")
        """For a recorder, which makes a key of it for each of its files."""

    def __repr__(self) -> str:
        return "Key(...)"

    def seal(self, plain: bytes, context: str) -> bytes:
        """Return bytes that only this key opens, and only in this place."""
        return _encrypt(self._seal, self.id, plain, context)

    def open(self, sealed: bytes, context: str) -> bytes:
        """Return what was sealed. Raises :class:`SealError`."""
        return _decrypt(self._seal, self.id, sealed, context)

    def wrap(self, material: bytes, context: str) -> bytes:
        """Seal another key's material."""
        return _encrypt(self._wrap, self.id, material, context)

    def unwrap(self, wrapped: bytes, context: str) -> bytes:
        """Return another key's material. Raises :class:`SealError`."""
        return _decrypt(self._wrap, self.id, wrapped, context)

    def index(self, value: str, context: str) -> bytes:
        """Return what equal values of one column have in common, and nobody else can compute."""
        told = context.encode() + b"\0" + value.encode()
        return hmac.digest(self._index, told, "sha256")[:INDEX_BYTES]


def key_of(sealed: bytes) -> UUID:
    """Return by which key something was sealed. Raises :class:`SealError`."""
    if len(sealed) < LEAST_BYTES or sealed[: len(VERSION)] != VERSION:
        raise SealError
    return UUID(bytes=sealed[len(VERSION) : _HEAD])


def new_material() -> bytes:
    """Return a new key."""
    return secrets.token_bytes(KEY_BYTES)


def _derive(material: bytes, purpose: bytes) -> bytes:
    return HKDFExpand(SHA256(), KEY_BYTES, b"quietroom 1 " + purpose).derive(material)


def _encrypt(cipher: AESGCM, key_id: UUID, plain: bytes, context: str) -> bytes:
    head, nonce = VERSION + key_id.bytes, secrets.token_bytes(NONCE_BYTES)
    return head + nonce + cipher.encrypt(nonce, plain, head + context.encode())


def _decrypt(cipher: AESGCM, key_id: UUID, sealed: bytes, context: str) -> bytes:
    if key_of(sealed) != key_id:
        raise SealError
    head, nonce = sealed[:_HEAD], sealed[_HEAD : _HEAD + NONCE_BYTES]
    try:
        return cipher.decrypt(nonce, sealed[_HEAD + NONCE_BYTES :], head + context.encode())
    except InvalidTag:
        raise SealError from None
