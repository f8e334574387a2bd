"""One clock for the encodings of a picture: who goes from one to another sees time go on.

Each encoding of a publisher has an RTP clock that began anywhere. Its sender reports say what that
clock read at a time of the publisher's own, which all its encodings share (RFC 3550 section 6.4.1).
"""

from __future__ import annotations

from typing import Final, final

from media.forwarding.encoding import Encoding
from media.forwarding.rewriter import Rewriter

_NTP_SECOND: Final = 1 << 32


@final
class SharedClock:
    """What one subscriber's clock read at a time of a publisher's."""

    __slots__ = ("_known",)

    def __init__(self) -> None:
        self._known: tuple[int, int] | None = None  # an NTP time and what our clock read then

    def clear(self) -> None:
        """Another publisher has another time."""
        self._known = None

    def align(
        self,
        rewriter: Rewriter,
        before: Encoding | None,
        after: Encoding,
        timestamp: int,
        clock_rate: int,
    ) -> None:
        """Put a new encoding on the clock of the one before, by the two senders' reports.

        The first pair of times is kept while the publication lasts, so that what one switch must
        bend (a timestamp cannot go back) is straight again after the next.
        """
        if self._known is None and before is not None and before.source is not None:
            report = before.last_report
            if report is not None:
                ours = rewriter.map_timestamp(before.source.epoch, report.timestamp)
                self._known = None if ours is None else (report.ntp, ours)
        report = after.last_report
        if self._known is None or report is None:
            return
        ntp, ours = self._known
        apart = round((report.ntp - ntp) * clock_rate / _NTP_SECOND)
        rewriter.align(ours + apart + timestamp - report.timestamp)
