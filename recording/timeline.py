"""One clock for all tracks of a session: the gateway's own, in seconds. Pure."""

from __future__ import annotations


class Timeline:
    """Where every track's time lies on the gateway's clock.

    A source is one RTP timestamp clock of one person: an SSRC, named by whatever the caller likes.
    Timestamps may be the wire's 32 bits, or unwrapped as in ``Frame``: only their low 32 bits are
    looked at. Gaps are placed like frames: ``place(source, gap.start)``.
    """

    def add(self, source: str, person: str, rate: int) -> None:
        """Take in a source whose timestamps count ``rate`` a second; persons have one NTP clock."""

    def remove(self, source: str) -> None:
        """Forget a source that has ended."""

    def packet(self, source: str, timestamp: int, arrived: float) -> None:
        """A packet came, in any order. To be told before its frame is placed."""

    def report(self, source: str, ntp: int, timestamp: int, arrived: float) -> None:
        """A sender report came: 64 bits of NTP time and what the source's clock read then.

        The last one that came before the recording may be told too, with when it came.
        """

    def place(self, source: str, timestamp: int) -> float:
        """Return when a timestamp was, in seconds of the gateway's clock.

        In the order of the track. Never earlier than what was returned before for this source.
        Raises :class:`LookupError` for a source that has had no packet and no report.
        """
        raise LookupError(source, timestamp)
