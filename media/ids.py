"""Opaque names the data plane is given from above. They say nothing about a person."""

from __future__ import annotations

from typing import NewType

EndpointId = NewType("EndpointId", str)
"""One connection of one browser, chosen at random by signaling; safe to log."""

RoomKey = NewType("RoomKey", str)
"""What ties endpoints together so that they hear each other; chosen at random by signaling."""
