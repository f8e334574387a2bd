"""VP8 picture ids and TL0PICIDX of one outgoing stream, without a seam between its sources.

A receiver takes a missing picture id for a lost picture, and a TL0PICIDX that jumps for a lost base
layer (RFC 7741 section 4.2). So pictures left out close up, and another source goes on from the
last one sent. Within a source both keep their distances: what was lost stays missing.
"""

from __future__ import annotations

from typing import Final

from media.forwarding.skipped import Skipped
from media.rtp import vp8
from media.rtp.sequence import extend_in

_NONE: Final = -1


class PictureIds:
    """The numbering of one subscription. Ids inside are extended."""

    __slots__ = ("_epoch", "_highest", "_offset", "_seen", "_skipped", "_tl0", "_tl0_offset")

    def __init__(self) -> None:
        self._epoch = self._seen = self._highest = self._tl0 = _NONE
        self._offset = self._tl0_offset = 0
        self._skipped = Skipped()

    def extend(self, epoch: int, picture: vp8.Picture) -> int:
        """Return the extended id of a source's picture, -1 for one without."""
        value, bits, *_ = picture
        if value < 0:
            return _NONE
        if epoch != self._epoch:
            self._begin(epoch, picture)
        return extend_in(value, self._seen, 1 << bits)

    def _begin(self, epoch: int, picture: vp8.Picture) -> None:
        value, bits, _, tl0, *_ = picture
        self._epoch = epoch
        self._seen = (1 << bits) + value
        # The first source of all keeps its own ids.
        self._offset = 0 if self._highest < 0 else self._highest + 1 - self._seen
        self._tl0_offset = 0 if self._tl0 < 0 or tl0 < 0 else self._tl0 + 1 - tl0
        self._skipped.clear()

    def skip(self, extended: int) -> None:
        """Leave a picture out. One that others have been numbered after stays a gap."""
        if extended < 0 or extended in self._skipped:
            return
        if self._number(extended) > self._highest:
            self._skipped.add(extended)
            self._offset -= 1
            self._seen = max(self._seen, extended)

    def was_skipped(self, extended: int) -> bool:
        """Say whether a picture has been left out."""
        return extended <= self._skipped.newest and extended in self._skipped

    def _number(self, extended: int) -> int:
        if extended > self._skipped.newest:
            return extended + self._offset
        return extended + self._offset + self._skipped.after(extended)

    def rewrite(self, extended: int, picture: vp8.Picture, payload: bytes) -> bytes:
        """Return the payload under our numbers; ``extended`` is from :meth:`extend`, not -1."""
        number = self._number(extended)
        tl0 = picture[3] + self._tl0_offset & 0xFF
        if number > self._highest:
            self._highest = number
            self._seen = max(self._seen, extended)
            if picture[3] >= 0:
                self._tl0 = tl0
        if number == extended and tl0 == picture[3]:
            return payload
        return vp8.renumber(payload, picture, number, tl0)
