"""Words that anybody can check later without asking us: what was agreed to, what was erased. Pure.

Rule 1: a proof is JSON with its names in order and no space (:func:`canonical`), and its signature
is Ed25519 (RFC 8032) over exactly those bytes: nothing is left to how somebody writes it anew.
Rule 2: not a word of a session is in one: only random ids, times, purposes, digests. A receipt
names who could see and hear it, as they were named to whoever agreed; a certificate names nobody.
Rule 3: a proof says by which key it was signed. Whose key that is, the verifier knows from
elsewhere: ``GET /api/v1/proofs/key``, or ``quietroom audit key``.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

VERSION: Final = 1
_encoder: Final = msgspec.json.Encoder(order="sorted")


class ProofKind(StrEnum):
    """What is proven."""

    CONSENT = "consent"
    """What somebody agreed to, or took back."""
    ERASURE = "erasure"
    """What was erased."""


@dataclass(frozen=True, slots=True)
class Signed:
    """A proof: ``text`` as it was signed; ``signature`` and ``key`` are base64url, unpadded."""

    text: str
    signature: str
    key: str


def canonical(said: Mapping[str, Any]) -> str:
    """Return what is said as it is signed: the same for the same, wherever it is written."""
    return _encoder.encode(said).decode()


def sign(said: Mapping[str, Any], seed: bytes) -> Signed:
    """Sign what is said, with its version, by the key that this seed makes."""
    private = Ed25519PrivateKey.from_private_bytes(seed)
    text = canonical({**said, "version": VERSION})
    return Signed(text, _base64(private.sign(text.encode())), public_of(seed))


def public_of(seed: bytes) -> str:
    """Return the public key that this seed makes."""
    public = Ed25519PrivateKey.from_private_bytes(seed).public_key()
    return _base64(public.public_bytes(Encoding.Raw, PublicFormat.Raw))


def is_signed(proof: Signed) -> bool:
    """Whether the key that a proof names has signed it as it is."""
    try:
        key = Ed25519PublicKey.from_public_bytes(_bytes(proof.key))
        key.verify(_bytes(proof.signature), proof.text.encode())
    except (InvalidSignature, ValueError, binascii.Error):
        return False
    return True


def _base64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
