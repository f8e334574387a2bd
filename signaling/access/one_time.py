"""One-time codes of an authenticator (TOTP, RFC 6238): six digits, new every 30 s. Pure.

Rule: a code is good once. Who keeps the last step that was used passes it in, and keeps the new.
"""

from __future__ import annotations

import hmac
from typing import Final

import pyotp

STEP_S: Final = 30
WINDOW: Final = 1
"""Steps by which two clocks may differ (RFC 6238 section 5.2)."""
ISSUER: Final = "Quietroom"


def new_secret() -> str:
    """Return a secret of 160 bits in base 32 (RFC 4226 section 4)."""
    return pyotp.random_base32()


def address(secret: str, account: str) -> str:
    """Return what an authenticator reads, as a link or a picture of one."""
    return pyotp.TOTP(secret).provisioning_uri(name=account, issuer_name=ISSUER)


def step_of(secret: str, code: str, last: int, wall: float) -> int | None:
    """Return the step a code belongs to, or None when it is wrong, too old, or used already.

    ``last`` is the last step that was used; ``wall`` Unix seconds.
    """
    totp = pyotp.TOTP(secret)
    now = int(wall) // STEP_S
    given = code.encode("utf-8", "surrogatepass")
    found = None
    for step in range(now - WINDOW, now + WINDOW + 1):
        if hmac.compare_digest(totp.at(step * STEP_S).encode(), given) and step > last:
            found = step
    return found
