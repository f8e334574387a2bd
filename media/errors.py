"""Errors of the data plane, split by whose fault they are."""

from __future__ import annotations

from enum import StrEnum


class OfferFault(StrEnum):
    """Why an SDP offer is refused. The values are stable and documented in docs/protocol.md."""

    MALFORMED = "offer_malformed"
    TOO_LARGE = "offer_too_large"
    TOO_MANY_SECTIONS = "offer_too_many_sections"
    NO_FINGERPRINT = "offer_no_fingerprint"
    NO_COMMON_CODEC = "offer_no_common_codec"
    NOT_BUNDLED = "offer_not_bundled"
    NO_ICE_CREDENTIALS = "offer_no_ice_credentials"
    CHANGED = "offer_changed"
    BUSY = "media_busy"


class RecordFault(StrEnum):
    """Why nothing is recorded any more."""

    OFF = "off"
    """There is no place to put it."""
    BAD_ORDER = "bad_order"
    """For tracks that are not there, or out of its turn."""
    NO_ROOM = "no_room"
    """The disk is full, or nearly."""
    STALLED = "stalled"
    """The disk does not answer."""
    LEASE = "lease"
    """Nobody renewed the permit."""
    BROKEN = "broken"


class MediaError(Exception):
    """Base of everything the data plane refuses because of what a peer sent."""


class PacketError(MediaError):
    """A datagram that is not what its first byte claims. Counted and dropped, never logged."""


class NegotiationError(MediaError):
    """An offer that cannot be answered. ``fault`` is the stable code the peer is told."""

    def __init__(self, fault: OfferFault) -> None:
        super().__init__(fault.value)
        self.fault = fault


class RecordingError(MediaError):
    """An order to record that cannot be carried out; ``fault`` says why."""

    def __init__(self, fault: RecordFault) -> None:
        super().__init__(fault.value)
        self.fault = fault
