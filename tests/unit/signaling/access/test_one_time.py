from __future__ import annotations

import pyotp
import pytest

from signaling.access.one_time import STEP_S, address, new_secret, step_of

SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
"""Of RFC 6238 appendix B, in base 32."""


@pytest.mark.parametrize(("at", "code"), [(59, "287082"), (1111111109, "081804")])
def test_the_rfc_s_own_codes_are_right(at: int, code: str) -> None:
    assert step_of(SECRET, code, 0, at) == at // STEP_S


@pytest.mark.parametrize("skew_s", [-STEP_S, 0, STEP_S])
def test_clocks_may_differ_by_a_step(skew_s: int) -> None:
    code = pyotp.TOTP(SECRET).at(100_000)
    assert step_of(SECRET, code, 0, 100_000 + skew_s) == 100_000 // STEP_S


@pytest.mark.parametrize("skew_s", [-2 * STEP_S, 2 * STEP_S])
def test_and_by_no_more(skew_s: int) -> None:
    assert step_of(SECRET, pyotp.TOTP(SECRET).at(100_020), 0, 100_020 + skew_s) is None


def test_a_code_is_good_once() -> None:
    code = pyotp.TOTP(SECRET).at(100_000)
    used = step_of(SECRET, code, 0, 100_000)
    assert used is not None
    assert step_of(SECRET, code, used, 100_000) is None


@pytest.mark.parametrize("code", ["", "28708", "2870822", "abcdef", "２８７０８２", "287082 "])
def test_what_is_no_code_is_wrong(code: str) -> None:
    assert step_of(SECRET, code, 0, 59) is None


def test_an_authenticator_reads_the_address() -> None:
    secret = new_secret()
    read = pyotp.parse_uri(address(secret, "li@example.org"))
    assert isinstance(read, pyotp.TOTP)
    assert read.secret == secret
    assert read.issuer == "Quietroom"
