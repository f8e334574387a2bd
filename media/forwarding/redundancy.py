"""Voice in RED (RFC 2198) for those who speak it and those who do not.

Who speaks it gets the packet as it is. For the others the primary block is taken out; and where the
packet before was lost on the way to us, it is taken from the redundancy of this one, as they could
not do it themselves. Only the RED heads are read.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, TypeAlias

from media.errors import PacketError
from media.forwarding.drops import DropReason
from media.forwarding.encoding import Media
from media.forwarding.history import History
from media.plan import Codec
from media.rtp import red

RED: Final = "red"
PRIMARY: Final = "opus"

Route: TypeAlias = tuple[int, int, int]
"""Payload type to send under; clock rate; payload type of the primary block to take out, 0 to take
the packet as it is. (No dynamic payload type is 0.)"""

_PADDED: Final = 0x2000


def routes(
    theirs: Iterable[Codec], ours: Iterable[Codec], *, lean: bool = False
) -> dict[int, Route]:
    """Return how each payload type of a publisher goes to a slot, for those that can.

    RED heads name the publisher's type of the primary: it passes only where the slot's is the same.
    ``lean`` lets no redundancy pass, for want of room.
    """
    theirs = tuple(theirs)
    known = {codec.key: codec for codec in ours}
    found: dict[int, Route] = {}
    primary = next((codec for codec in theirs if codec.name.lower() == PRIMARY), None)
    for codec in theirs:
        here = known.get(codec.key)
        if codec.name.lower() != RED:
            if here is not None:
                found[codec.payload_type] = (here.payload_type, codec.clock_rate, 0)
            continue
        bare = None if primary is None else known.get(primary.key)
        if primary is None or bare is None:
            continue
        if here is not None and bare.payload_type == primary.payload_type and not lean:
            found[codec.payload_type] = (here.payload_type, codec.clock_rate, 0)
        else:
            found[codec.payload_type] = (
                bare.payload_type, codec.clock_rate, primary.payload_type
            )  # fmt: skip
    return found


def has_copy(history: History | None, ours: Iterable[Codec], sequence: int) -> bool:
    """Say whether the packet sent after this one has brought what it had.

    Who misses only the first has it, and one that came late all the same would only teach their
    player to wait.
    """
    following = None if history is None else history.peek(sequence + 1 & 0xFFFF)
    if following is None:
        return False
    return any(c.name.lower() == RED and c.payload_type == following[1] & 0x7F for c in ours)


class Redundancy:
    """What one subscriber without RED has been given from redundant blocks."""

    __slots__ = ("_epoch", "_highest", "_recovered")

    def __init__(self) -> None:
        self._epoch = self._highest = -1
        self._recovered: set[int] = set()

    def clear(self) -> None:
        """Begin anew: nothing before the next packet is missing."""
        self._epoch = -1

    def unpack(self, media: Media, route: Route) -> list[Media] | DropReason:
        """Return the packets to send for one of RED, oldest first."""
        _, flags, extended, timestamp, epoch, payload, level, _, capture, _ = media
        end = len(payload) - (payload[-1] if flags & _PADDED else 0)
        try:
            *older, primary = red.parse(payload, end)
        except PacketError:
            return DropReason.RED
        if primary.payload_type != route[2]:
            return DropReason.RED
        if epoch != self._epoch:
            self._epoch, self._highest = epoch, extended - 1
            self._recovered.clear()
        if extended in self._recovered:
            return DropReason.DUPLICATE
        bare = payload[primary.start : primary.end]
        found = self._recover(media, route, older)
        found.append(
            (route[0], flags & 0x80, extended, timestamp, epoch, bare, level, None, capture, None)
        )
        if extended > self._highest:
            self._highest = extended
            self._recovered = {number for number in self._recovered if number > extended - 64}
        return found

    def _recover(self, media: Media, route: Route, older: list[red.Block]) -> list[Media]:
        """Return what was lost just before a packet and is in its redundant blocks."""
        _, _, extended, timestamp, epoch, payload, *_ = media
        found: list[Media] = []
        for back, block in enumerate(reversed(older), start=1):
            number = extended - back
            if number <= self._highest or number in self._recovered:
                break
            if block.payload_type != route[2] or block.start == block.end:
                continue
            self._recovered.add(number)
            before = timestamp - block.offset & 0xFFFFFFFF
            body = payload[block.start : block.end]
            found.append((route[0], 0, number, before, epoch, body, None, None, None, None))
        found.reverse()
        return found
