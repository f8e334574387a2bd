"""Why a packet goes no further. A closed list, so that it can be a metric's label."""

from __future__ import annotations

from enum import StrEnum


class DropReason(StrEnum):
    """The reasons a router counts under."""

    UNKNOWN_ENDPOINT = "unknown_endpoint"
    MALFORMED = "malformed"
    RTCP_MALFORMED = "rtcp_malformed"
    UNKNOWN_SSRC = "unknown_ssrc"
    SSRC_LIMIT = "ssrc_limit"
    LAYER = "layer"
    PAYLOAD_TYPE = "payload_type"
    DUPLICATE = "duplicate"
    JUMP = "jump"
    PADDING = "padding"
    CODEC = "codec"
    OLD = "old"
    RED = "red"
    RATE = "rate"
    PACING = "pacing"
