"""The sinks of one room: who listens to which track, and what they are handed."""

from __future__ import annotations

from collections.abc import Mapping
from struct import Struct
from typing import Final

from media.clock import Instant
from media.forwarding.encoding import Encoding, Media
from media.forwarding.endpoint import Endpoint
from media.ids import EndpointId
from media.plan import Kind
from media.sinks import Sink

VERSION: Final = 0x80
_HEAD: Final = Struct("!BBHII")


class Taps:
    """Sinks by the track they listen to. They stay when its section comes, goes or changes."""

    __slots__ = ("_sinks",)

    def __init__(self) -> None:
        self._sinks: dict[tuple[EndpointId, Kind], tuple[Sink, ...]] = {}

    def attach(self, endpoint: Endpoint, kind: Kind, sink: Sink) -> None:
        """Listen to a track; the last sender reports are handed over at once, as they came."""
        key = (endpoint.id, kind)
        self._sinks[key] = (*self._sinks.get(key, ()), sink)
        self._tie(endpoint, kind)
        publication = endpoint.publication(kind)
        for encoding in () if publication is None else publication.encodings:
            if encoding.last_report is not None:
                sink.report(encoding.spatial, encoding.last_report, encoding.reported_at)

    def detach(self, endpoint: Endpoint, kind: Kind, sink: Sink) -> None:
        """Listen no more."""
        key = (endpoint.id, kind)
        left = tuple(each for each in self._sinks.get(key, ()) if each is not sink)
        if left:
            self._sinks[key] = left
        else:
            self._sinks.pop(key, None)
        self._tie(endpoint, kind)

    def connect(self, endpoints: Mapping[EndpointId, Endpoint]) -> None:
        """Tie sinks to publications anew, and let go of those whose endpoint is gone."""
        for key in [key for key in self._sinks if key[0] not in endpoints]:
            for sink in self._sinks.pop(key):
                sink.ended()
        for who, kind in self._sinks:
            self._tie(endpoints[who], kind)

    def _tie(self, endpoint: Endpoint, kind: Kind) -> None:
        """Only the publication that is forwarded is listened to."""
        sinks = self._sinks.get((endpoint.id, kind), ())
        heard = endpoint.publication(kind)
        for publication in endpoint.publications.values():
            if publication.section.kind is kind:
                for encoding in publication.encodings:
                    encoding.taps = sinks if publication is heard else ()


def hand(encoding: Encoding, media: Media, now: Instant) -> None:
    """Hand a packet to those who listen: as it came, without its extensions."""
    codec, source = encoding.codecs.get(media[0]), encoding.source
    if codec is None or source is None:
        return
    first, second = VERSION | media[1] >> 8 & 0x20, media[1] & 0x80 | media[0]
    head = _HEAD.pack(first, second, media[2] & 0xFFFF, media[3], source.ssrc)
    packet = head + media[5]
    for sink in encoding.taps:
        sink.packet(encoding.spatial, media[4], codec, packet, now)
