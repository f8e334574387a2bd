"""Refusals: what a peer asked for and may not have. One closed set of stable codes."""

from __future__ import annotations

from enum import StrEnum


class Code(StrEnum):
    """What a peer is told. Stable; each is explained in docs/protocol.md."""

    MALFORMED = "malformed"
    TOO_LARGE = "too_large"
    RATE_LIMITED = "rate_limited"
    BUSY = "busy"
    NOT_ALLOWED = "not_allowed"
    NOT_FOUND = "not_found"
    NOT_NOW = "not_now"
    TAKEN = "taken"
    ORIGIN_REFUSED = "origin_refused"

    # S105 takes a code that names a token or a password for one.
    TOKEN_INVALID = "token_invalid"  # noqa: S105
    TOKEN_EXPIRED = "token_expired"  # noqa: S105
    TOKEN_REVOKED = "token_revoked"  # noqa: S105
    KEY_INVALID = "key_invalid"
    SIGN_IN_REFUSED = "sign_in_refused"
    SIGNED_OUT = "signed_out"
    LOCKED = "locked"
    PASSWORD_WEAK = "password_weak"  # noqa: S105
    PIN_NEEDED = "pin_needed"
    INVITATION_INVALID = "invitation_invalid"
    OPEN_ELSEWHERE = "open_elsewhere"
    SEAT_INVALID = "seat_invalid"
    SEAT_REPLACED = "seat_replaced"

    PLACE_UNCONFIRMED = "place_unconfirmed"

    FILE_REFUSED = "file_refused"

    ROOM_ENDED = "room_ended"
    ROOM_FULL = "room_full"
    NOT_IN_ROOM = "not_in_room"
    NOT_ADMITTED = "not_admitted"
    TEXT_OUT_OF_ORDER = "text_out_of_order"
    HAND_TAKEN = "hand_taken"
    TOO_MANY_CONNECTIONS = "too_many_connections"

    OFFER_MALFORMED = "offer_malformed"
    OFFER_TOO_LARGE = "offer_too_large"
    OFFER_TOO_MANY_SECTIONS = "offer_too_many_sections"
    OFFER_NO_FINGERPRINT = "offer_no_fingerprint"
    OFFER_NO_COMMON_CODEC = "offer_no_common_codec"
    OFFER_NOT_BUNDLED = "offer_not_bundled"
    OFFER_NO_ICE_CREDENTIALS = "offer_no_ice_credentials"
    OFFER_CHANGED = "offer_changed"
    MEDIA_BUSY = "media_busy"


class Refusal(Exception):
    """A peer's request is refused and nothing has changed; ``code`` is what the peer is told."""

    def __init__(self, code: Code) -> None:
        super().__init__(code.value)
        self.code = code
