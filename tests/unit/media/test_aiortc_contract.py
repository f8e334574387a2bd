"""The private members of aiortc that media/association.py leans on still look as they did.

ADR 0003 names them. When this fails after an upgrade, read aiortc's change before touching the
pin: the seam may have moved.
"""

from __future__ import annotations

import inspect

import pytest
from aiortc import (
    RTCCertificate,
    RTCDataChannel,
    RTCDtlsFingerprint,
    RTCDtlsParameters,
    RTCDtlsTransport,
    RTCSctpCapabilities,
    RTCSctpTransport,
)
from aiortc import rtcdtlstransport as dtls


class FakeIce:
    """All that RTCDtlsTransport asks of the transport below it."""

    role = "controlled"

    async def _recv(self) -> bytes:
        raise ConnectionError

    async def _send(self, data: bytes) -> None:
        raise ConnectionError


def parameters(function: object) -> list[str]:
    return list(inspect.signature(function).parameters)  # type: ignore[arg-type]  # any callable


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        (RTCDtlsTransport.__init__, ["self", "transport", "certificates"]),
        (RTCDtlsTransport._set_role, ["self", "role"]),
        (RTCDtlsTransport.start, ["self", "remoteParameters"]),
        (RTCDtlsTransport.stop, ["self"]),
        (RTCSctpTransport.__init__, ["self", "transport", "port"]),
        (RTCSctpTransport.start, ["self", "remoteCaps", "remotePort"]),
        (RTCSctpTransport.stop, ["self"]),
        (RTCDtlsParameters, ["fingerprints", "role"]),
        (RTCDtlsFingerprint, ["algorithm", "value"]),
        (RTCSctpCapabilities, ["maxMessageSize"]),
        (RTCDataChannel.send, ["self", "data"]),
    ],
    ids=lambda thing: getattr(thing, "__qualname__", ""),
)
def test_signature(function: object, expected: list[str]) -> None:
    assert parameters(function) == expected


@pytest.mark.parametrize("function", [RTCDtlsTransport.start, RTCDtlsTransport.stop])
def test_is_a_coroutine(function: object) -> None:
    assert inspect.iscoroutinefunction(function)


async def test_transport_takes_any_object_of_the_shape() -> None:
    transport = RTCDtlsTransport(FakeIce(), [RTCCertificate.generateCertificate()])
    assert transport.state == "new"
    assert transport._rx_srtp is None
    assert transport._tx_srtp is None
    transport._set_role("server")
    assert transport._role == "server"


async def test_sctp_sits_on_a_dtls_transport() -> None:
    transport = RTCDtlsTransport(FakeIce(), [RTCCertificate.generateCertificate()])
    sctp = RTCSctpTransport(transport)
    assert sctp.transport is transport
    assert callable(sctp.on)
    await sctp.stop()


async def test_sctp_says_what_it_has_not_sent_and_what_is_not_acknowledged() -> None:
    transport = RTCDtlsTransport(FakeIce(), [RTCCertificate.generateCertificate()])
    sctp = RTCSctpTransport(transport)
    assert not sctp._data_channel_queue
    assert not sctp._outbound_queue
    assert sctp._flight_size == 0
    source = inspect.getsource(RTCSctpTransport._transmit)
    assert "self._flight_size_increase(chunk)" in source
    await sctp.stop()


def test_keys_are_exported_as_aiortc_does_it() -> None:
    """media/association.py repeats these steps, to have the bytes and not a session."""
    source = inspect.getsource(RTCDtlsTransport._setup_srtp)
    assert 'b"EXTRACTOR-dtls_srtp"' in source
    assert "2 * (srtp_profile.key_length + srtp_profile.salt_length)" in source
    assert "self._ssl.get_selected_srtp_profile()" in source
    assert "srtp_tx_key = srtp_profile.get_key_and_salt(view, 1)" in source


def test_profiles_lead_with_gcm() -> None:
    """Hot crypto costs half as much under GCM as under CM (docs/adr/0003)."""
    names = [profile.openssl_profile for profile in dtls.SRTP_PROFILES]
    assert b"AEAD_AES_256_GCM" in names[0]
    assert {type(profile.libsrtp_profile) for profile in dtls.SRTP_PROFILES} == {int}
