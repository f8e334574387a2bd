"""Receipts: the same words have the same bytes, and whoever changes one changes the signature."""

from __future__ import annotations

import base64
import json

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from signaling.receipts import Signed, canonical, is_signed, public_of, sign

SEED, OTHER = bytes(range(32)), bytes(32)
SAID = {"kind": "consent", "at": 1, "purposes": ["supervision"]}


def test_what_is_signed_does_not_hang_on_the_order_it_was_said_in() -> None:
    assert canonical({"b": 1, "a": [2, "中"]}) == '{"a":[2,"中"],"b":1}'
    assert sign(SAID, SEED) == sign(dict(reversed(SAID.items())), SEED)


def test_anybody_can_check_it_with_the_standard_alone() -> None:
    proof = sign(SAID, SEED)
    raw = base64.urlsafe_b64decode(proof.key + "=")
    signature = base64.urlsafe_b64decode(proof.signature + "==")
    Ed25519PublicKey.from_public_bytes(raw).verify(signature, proof.text.encode())
    assert json.loads(proof.text) == {**SAID, "version": 1}
    assert is_signed(proof)


@pytest.mark.parametrize(
    ("text", "signature", "key"),
    [
        ('{"at":2}', None, None),
        (None, "AA", None),
        (None, "not base64!", None),
        (None, None, public_of(OTHER)),
        (None, None, "AA"),
    ],
)
def test_what_was_changed_does_not_verify(
    text: str | None, signature: str | None, key: str | None
) -> None:
    proof = sign(SAID, SEED)
    changed = Signed(text or proof.text, signature or proof.signature, key or proof.key)
    assert not is_signed(changed)
