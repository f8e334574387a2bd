"""Prints the JSON Schema of what pages exchange; `make types` makes the web client's types of it.

``python -m signaling.schema`` is of messages on a connection, ``… bodies`` of REST about people.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from signaling import rest, rest_people, thread_messages, wire, working_times
from signaling.api import (
    booking_bodies,
    clinic_bodies,
    file_bodies,
    hour_bodies,
    recording_bodies,
    reminder_bodies,
    thread_bodies,
)
from signaling.booked_hour import LineCard
from signaling.storage.booking_cards import BookingCard
from signaling.thread_cards import FeelingCard, FileCard, HopesCard


def schema() -> dict[str, Any]:
    """Return the JSON Schema of every message, as one document with a definition each."""
    named = {
        "Command": wire.Command,
        "Reply": wire.Reply,
        "Event": wire.Event,
        "ChannelMessage": wire.ChannelMessage,
        "InboxCommand": thread_messages.InboxCommand,
        "InboxReply": thread_messages.InboxReply,
        "InboxEvent": thread_messages.InboxEvent,
    }
    single = [
        wire.ConnectAuth, thread_messages.InboxAuth, rest.ExchangeToken, rest.Seat, rest.Problem,
        BookingCard, LineCard, FileCard, FeelingCard, HopesCard,
    ]  # fmt: skip
    return _document("Wire", named, single)


def bodies() -> dict[str, Any]:
    """Return the JSON Schema of every body of REST about people and their hours."""
    found = [
        thing
        for module in (
            rest_people,
            hour_bodies,
            clinic_bodies,
            thread_bodies,
            booking_bodies,
            file_bodies,
            working_times,
            reminder_bodies,
            recording_bodies,
        )
        for name, thing in sorted(vars(module).items())
        if isinstance(thing, type)
        and issubclass(thing, msgspec.Struct)
        and thing.__module__ == module.__name__
        and not name.startswith("_")
    ]
    return _document("Bodies", {}, found)


def _document(title: str, named: Mapping[str, Any], types: Iterable[Any]) -> dict[str, Any]:
    schemas, components = msgspec.json.schema_components(
        [*named.values(), *types], ref_template="#/$defs/{name}"
    )
    definitions = components | dict(zip(named, schemas, strict=False))
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": title,
        "$defs": dict(sorted(definitions.items())),
    }


if __name__ == "__main__":
    printed = bodies() if sys.argv[1:] == ["bodies"] else schema()
    sys.stdout.write(msgspec.json.format(msgspec.json.encode(printed)).decode() + "\n")
