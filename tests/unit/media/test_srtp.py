"""SRTP on a shared buffer says the same as pylibsrtp's own calls, and refuses the same."""

from __future__ import annotations

import inspect

import pylibsrtp
import pytest
from pylibsrtp import Policy, Session
from pylibsrtp import _binding as binding

from media.srtp import MAX_PLAIN_BYTES, PacketBuffer, SrtpSession

PROFILES = {
    "AES-256-GCM": (Policy.SRTP_PROFILE_AEAD_AES_256_GCM, 44),
    "AES-128-GCM": (Policy.SRTP_PROFILE_AEAD_AES_128_GCM, 28),
    "AES-CM": (Policy.SRTP_PROFILE_AES128_CM_SHA1_80, 30),
}
RTP = b"\x80\x60\x00\x01\x00\x00\x00\x01\x00\x00\x00\x07" + bytes(range(200))
RTCP = b"\x80\xc9\x00\x01\x00\x00\x00\x07"


def session(profile: str, direction: int) -> Session:
    kind, size = PROFILES[profile]
    return Session(Policy(key=b"k" * size, ssrc_type=direction, srtp_profile=kind))


@pytest.fixture(params=PROFILES)
def pair(request: pytest.FixtureRequest) -> tuple[SrtpSession, Session]:
    return (
        SrtpSession(session(request.param, Policy.SSRC_ANY_OUTBOUND)),
        session(request.param, Policy.SSRC_ANY_INBOUND),
    )


@pytest.mark.parametrize("rtcp", [False, True])
def test_what_we_protect_pylibsrtp_reads(pair: tuple[SrtpSession, Session], rtcp: bool):
    ours, theirs = pair
    buffer, plain = PacketBuffer(), RTCP if rtcp else RTP
    size = ours.protect(buffer, plain, rtcp=rtcp)
    read = theirs.unprotect_rtcp if rtcp else theirs.unprotect
    assert read(buffer.raw[0:size]) == plain


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize("rtcp", [False, True])
def test_what_pylibsrtp_protects_we_read(profile: str, rtcp: bool):
    theirs = session(profile, Policy.SSRC_ANY_OUTBOUND)
    ours = SrtpSession(session(profile, Policy.SSRC_ANY_INBOUND))
    plain = RTCP if rtcp else RTP
    data = theirs.protect_rtcp(plain) if rtcp else theirs.protect(plain)
    buffer = PacketBuffer()
    buffer.raw[0 : len(data)] = data
    assert buffer.raw[0 : ours.unprotect(buffer, len(data), rtcp=rtcp)] == plain


def test_forged_replayed_and_cut_packets_are_refused():
    theirs = session("AES-256-GCM", Policy.SSRC_ANY_OUTBOUND)
    ours = SrtpSession(session("AES-256-GCM", Policy.SSRC_ANY_INBOUND))
    data, buffer = theirs.protect(RTP), PacketBuffer()

    def take(packet: bytes) -> int:
        buffer.raw[0 : len(packet)] = packet
        return ours.unprotect(buffer, len(packet), rtcp=False)

    assert take(data[:-1] + bytes([data[-1] ^ 1])) == -1
    assert take(data[:20]) == -1
    assert take(data) == len(RTP)
    assert take(data) == -1


def test_too_long_a_packet_is_refused_not_written_past_the_buffer():
    ours = SrtpSession(session("AES-256-GCM", Policy.SSRC_ANY_OUTBOUND))
    longest = RTP + bytes(MAX_PLAIN_BYTES - len(RTP))
    assert ours.protect(PacketBuffer(), longest, rtcp=False) > MAX_PLAIN_BYTES
    assert ours.protect(PacketBuffer(), longest + b"x", rtcp=False) == -1


def test_the_private_names_we_use_are_there():
    """A contract with the pinned version; raise the pin on purpose, with this test."""
    assert pylibsrtp.__version__.startswith("1.")
    assert "_srtp" in vars(session("AES-CM", Policy.SSRC_ANY_INBOUND))
    for name in ("srtp_protect", "srtp_protect_rtcp", "srtp_unprotect", "srtp_unprotect_rtcp"):
        assert callable(getattr(binding.lib, name))
        kind = (
            binding.ffi.typeof(getattr(binding.lib, name)) if hasattr(binding.ffi, "typeof") else ""
        )
        assert "int" in str(kind)
    assert "srtp_dealloc" in inspect.getsource(pylibsrtp.Session)
