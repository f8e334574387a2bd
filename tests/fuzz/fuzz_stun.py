"""STUN: what a stranger's check can be.

The first byte says whether it is signed as a peer's would be, so that the parser behind the
signature is reached too.
"""

from __future__ import annotations

import binascii
import hashlib
import hmac

from media.errors import PacketError
from media.ice import Credentials, IceAgent, local_ufrag

LOCAL = Credentials("ours", "p" * 24)
REMOTE = Credentials("theirs", "q" * 24)
PATH = (0, ("192.0.2.7", 40_000))
HEADER = 20


def signed(body: bytes) -> bytes:
    """The message with the length, integrity and fingerprint that make it a peer's."""
    if len(body) < HEADER:
        return body
    attributes = len(body) - HEADER
    message = body[:2] + ((attributes + 24) & 0xFFFF).to_bytes(2, "big") + body[4:]
    digest = hmac.new(LOCAL.password.encode(), message, hashlib.sha1).digest()
    message += b"\x00\x08\x00\x14" + digest
    message = message[:2] + ((attributes + 32) & 0xFFFF).to_bytes(2, "big") + message[4:]
    mark = (binascii.crc32(message) ^ 0x5354554E).to_bytes(4, "big")
    return message + b"\x80\x28\x00\x04" + mark


def one(data: bytes) -> None:
    """Nothing but PacketError; an answer is no larger than three times its check."""
    body = signed(data[1:]) if data[:1] and data[0] & 1 else data[1:]
    try:
        local_ufrag(body)
        answer = IceAgent(LOCAL, REMOTE).handle_check(body, PATH)
    except PacketError:
        return
    assert len(answer.response) <= 3 * len(body)
    assert answer.valid or not answer.selected
