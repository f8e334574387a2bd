"""Join tokens: every way to be wrong."""

from __future__ import annotations

import base64
import json
from typing import Any

import jwt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from signaling.domain.errors import Code, Refusal
from signaling.domain.grants import Role
from signaling.tokens import LEEWAY_S, MAX_LIFETIME_S, Revocations, Tokens

KEY = "k" * 64
NOW = 1_000_000.0


def tokens() -> Tokens:
    return Tokens({"k1": KEY, "k0": "o" * 40})


def claims(**changes: Any) -> dict[str, Any]:
    good = {
        "iss": "quietroom", "aud": "quietroom", "sub": "someone", "name": "n", "role": "client",
        "room": "room-1", "jti": "jti-1", "iat": int(NOW), "nbf": int(NOW), "exp": int(NOW) + 60,
    }  # fmt: skip
    merged = good | changes
    return {name: value for name, value in merged.items() if value is not None}


def signed(key: str = KEY, kid: str | None = "k1", alg: str = "HS256", **changes: Any) -> str:
    headers = {} if kid is None else {"kid": kid}
    return jwt.encode(claims(**changes), key, algorithm=alg, headers=headers)


def code_of(token: str, wall: float = NOW) -> Code:
    with pytest.raises(Refusal) as refused:
        tokens().verify(token, wall)
    return refused.value.code


def test_minted_token_says_what_was_asked() -> None:
    book = tokens()
    minted = book.mint("room-1", Role.COUNSELLOR, "someone", "名字", 60, NOW)
    said = book.verify(minted.token, NOW)
    assert (said.room, said.role, said.sub, said.name) == (
        "room-1", Role.COUNSELLOR, "someone", "名字",
    )  # fmt: skip
    assert (said.jti, said.exp) == (minted.jti, minted.expires_at)
    assert jwt.get_unverified_header(minted.token)["kid"] == "k1"
    assert "someone" not in repr(said)
    assert minted.token not in repr(minted)


def test_older_key_still_opens() -> None:
    assert tokens().verify(signed("o" * 40, "k0"), NOW).sub == "someone"


def unsigned() -> str:
    def part(data: dict[str, Any]) -> str:
        return base64.urlsafe_b64encode(json.dumps(data).encode()).rstrip(b"=").decode()

    return f"{part({'alg': 'none', 'kid': 'k1'})}.{part(claims())}."


@pytest.mark.parametrize(
    "token",
    [
        "",
        "a.b.c",
        "静" * 20,
        signed()[:-4] + "AAAA",
        signed("f" * 40),
        signed(kid="unknown"),
        signed(kid=None),
        signed("o" * 40, "k1"),
        signed(alg="HS512", key="k" * 64),
        signed(KEY, alg="HS384"),
        unsigned(),
        signed(iss="other"),
        signed(aud="other"),
        signed(aud=["quietroom"]),
        signed(role="observer"),
        signed(sub=None),
        signed(sub=""),
        signed(room="../x"),
        signed(room=None),
        signed(jti=None),
        signed(name="n" * 65),
        signed(admin=True),
        signed(exp=None),
        signed(iat=int(NOW) + 60, nbf=int(NOW) + 60, exp=int(NOW) + 120),
        signed(nbf=int(NOW) + 60),
        signed(exp=int(NOW) + MAX_LIFETIME_S + 1),
        signed(exp=int(NOW)),
    ],
)
def test_wrong_token_is_invalid(token: str) -> None:
    assert code_of(token) is Code.TOKEN_INVALID


def test_altered_claims_are_invalid() -> None:
    head, body, signature = signed().split(".")
    plain = json.loads(base64.urlsafe_b64decode(body + "=="))
    plain["role"] = "counsellor"
    forged = base64.urlsafe_b64encode(json.dumps(plain).encode()).rstrip(b"=").decode()
    assert code_of(f"{head}.{forged}.{signature}") is Code.TOKEN_INVALID


def test_clocks_may_differ_a_little() -> None:
    assert tokens().verify(signed(), NOW - LEEWAY_S).jti == "jti-1"
    assert tokens().verify(signed(), NOW + 60 + LEEWAY_S - 1).jti == "jti-1"
    assert code_of(signed(), NOW + 60 + LEEWAY_S) is Code.TOKEN_EXPIRED
    assert code_of(signed(), NOW - LEEWAY_S - 1) is Code.TOKEN_INVALID


def test_revoked_token_is_told_so_only_if_it_is_ours() -> None:
    book = tokens()
    book.revoke("jti-1", NOW)
    with pytest.raises(Refusal) as refused:
        book.verify(signed(), NOW)
    assert refused.value.code is Code.TOKEN_REVOKED
    with pytest.raises(Refusal) as refused:
        book.verify(signed("f" * 40), NOW)
    assert refused.value.code is Code.TOKEN_INVALID


def test_revocation_lasts_as_long_as_the_token_and_no_longer() -> None:
    book = tokens()
    minted = book.mint("room-1", Role.CLIENT, "someone", "n", 60, NOW)
    book.revoke(minted.jti, NOW)
    book.revoke("of-another-minter", NOW)
    assert len(book.revocations) == 2
    book.mint("room-1", Role.CLIENT, "someone", "n", 60, NOW + 100)
    book.revoke("third", NOW + 100)
    assert minted.jti not in book.revocations
    assert "of-another-minter" in book.revocations
    book.revoke("fourth", NOW + MAX_LIFETIME_S + 10)
    assert "of-another-minter" not in book.revocations


def test_revoking_twice_keeps_the_later_end() -> None:
    revoked = Revocations()
    revoked.add("a", 100.0, 0.0)
    revoked.add("a", 50.0, 0.0)
    revoked.add("b", 1000.0, 70.0)
    assert "a" in revoked


@given(st.text(max_size=300))
def test_any_text_is_refused(text: str) -> None:
    assert code_of(text) is Code.TOKEN_INVALID


JSON = st.recursive(
    st.none() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


@given(JSON)
def test_any_signed_payload_that_is_no_claim_is_refused(payload: Any) -> None:
    data = json.dumps(payload).encode()
    token = jwt.api_jws.encode(data, KEY, algorithm="HS256", headers={"kid": "k1"})
    assert code_of(token) is Code.TOKEN_INVALID


def test_bottomless_payload_is_refused() -> None:
    token = jwt.api_jws.encode(b"[" * 100_000, KEY, algorithm="HS256", headers={"kid": "k1"})
    assert code_of(token) is Code.TOKEN_INVALID
