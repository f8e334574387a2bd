"""What people and programs hold to open a door: random, shown once, kept as a digest. Pure."""

from __future__ import annotations

import hashlib
import secrets
from typing import Final

BYTES: Final = 32
DIGEST_BYTES: Final = 32


def new() -> str:
    """Return a new secret of 256 bits, fit for a link."""
    return secrets.token_urlsafe(BYTES)


def digest(secret: str) -> bytes:
    """Return what is kept of a secret.

    Without salt or work: nobody guesses 256 random bits, and it is found by its digest.
    """
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()
