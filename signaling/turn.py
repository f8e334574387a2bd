"""TURN credentials that expire with the call, as coturn's ``use-auth-secret`` checks them.

The user name is a time and a random word; the password is its HMAC-SHA1 under a secret shared with
the TURN server (draft-uberti-behave-turn-rest-00 section 2.2). SHA-1 is what TURN servers take; as
a MAC it is sound. Nothing of the person is in it.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Callable, Sequence
from typing import Final

from signaling.wire import IceServer

WORD_BYTES: Final = 9


def credentials(
    urls: Sequence[str],
    secret: str,
    ttl_s: float,
    now_s: float,
    word: Callable[[int], str] = secrets.token_urlsafe,
) -> IceServer:
    """The TURN servers with a name and password good until ``now_s + ttl_s`` (wall time).

    The TURN server checks the time when an allocation is made, and at each refresh.
    """
    name = f"{int(now_s + ttl_s)}:{word(WORD_BYTES)}"
    mac = hmac.new(secret.encode(), name.encode(), hashlib.sha1).digest()
    return IceServer(list(urls), name, base64.b64encode(mac).decode())
