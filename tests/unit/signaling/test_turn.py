"""Credentials as coturn computes them."""

from __future__ import annotations

import base64
import hashlib
import hmac

from signaling.turn import credentials

URLS = ["turn:turn.example:3478"]


def test_the_name_is_the_expiry_and_the_password_its_mac():
    made = credentials(URLS, "a-shared-secret", 3600.0, 1_700_000_000.9, lambda _: "word")
    assert made.urls == URLS
    assert made.username == "1700003600:word"
    mac = hmac.new(b"a-shared-secret", b"1700003600:word", hashlib.sha1).digest()
    assert base64.b64decode(made.credential) == mac


def test_a_vector_of_another_implementation():
    """By `openssl dgst -sha1 -hmac north -binary | base64` of the name."""
    made = credentials(URLS, "north", 1.0, 1433894999.0, lambda _: "user")
    assert made.username == "1433895000:user"
    assert made.credential == VECTOR


VECTOR = "w5cEY7qJAi7fPBjUojt5iTatDF0="


def test_two_pages_never_share_a_name():
    names = {credentials(URLS, "s", 60.0, 1.0).username for _ in range(100)}
    assert len(names) == 100
