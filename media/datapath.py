"""What a data path does: the seam behind which a native thread may stand one day.

A data path owns the sockets. It tells datagrams apart by their first byte (RFC 7983), takes media
from proved paths only, opens and protects it with an endpoint's keys, and sends it on the selected
path. What is not media it hands back as it came: checks, their answers, DTLS.

Rule 1: everything here runs on the loop given to :meth:`DataPath.open`. An implementation with a
thread of its own hands back through that loop.
Rule 2: no call blocks, and no datagram of a stranger makes one raise.
Rule 3: nothing is sent to an address before its owner named it, by ``tie`` or as a check's answer.

``tests/integration/media/test_datapath.py`` holds every implementation to this. The Python one is
:class:`media.mux.Mux`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Protocol

from media.clock import Instant
from media.histogram import Histogram
from media.ice import Address, Path
from media.srtp import SrtpKeys


class Owner(Protocol):
    """What a data path hands back to: one endpoint's transport."""

    def handle_check(self, data: bytes, path: Path, now: Instant) -> bytes:
        """Answer a Binding request. Raises :class:`media.errors.PacketError`: then nothing is sent.

        The owner ties the path to its lane here when the check proves it.
        """

    def handle_answer(self, data: bytes, path: Path, now: Instant) -> None:
        """Take a Binding response from a stray path. Raises :class:`media.errors.PacketError`."""

    def handle_record(self, data: bytes, now: Instant) -> None:
        """Take a DTLS record from a proved path."""

    def handle_rtp(self, packet: bytes, now: Instant) -> None:
        """Take an authenticated, plain RTP packet."""

    def handle_rtcp(self, packet: bytes, now: Instant) -> None:
        """Take an authenticated, plain RTCP compound."""

    def handle_stray(self, path: Path, size: int, now: Instant) -> None:
        """Media of ``size`` bytes authenticated, but came over a path that no check has proved."""

    def handle_followed(self, path: Path) -> None:
        """Media comes over another proved path now, and is sent there from now on."""


class Lane(Protocol):
    """One endpoint's part of a data path."""

    last_heard: Instant | None
    """When the last authenticated thing came; None before the first. The owner may set it."""

    def set_ufrags(self, ufrags: tuple[str, ...]) -> None:
        """Checks that name one of these fragments, and no others, are for this lane's owner."""

    def tie(self, path: Path) -> None:
        """A check has proved the path: what arrives over it is this lane's."""

    def select(self, path: Path) -> None:
        """Send over this proved path from now on."""

    def set_keys(self, keys: SrtpKeys | None) -> None:
        """Open and protect media with these; without keys, media is dropped both ways."""

    def send_media(self, packet: bytes, rtcp: bool) -> None:  # noqa: FBT001  called for each packet
        """Protect a plain RTP packet or RTCP compound and send it, or lose it.

        It leaves at once or at the next :meth:`DataPath.flush`.
        """

    def send(self, data: bytes, path: Path | None = None) -> None:
        """Send what is not media: over the selected path, or over the one named."""

    def close(self) -> None:
        """Nothing that arrives is this lane's any more; what is sent still goes out."""


class DataPath(Protocol):
    """Sockets, and the lanes of all endpoints behind them."""

    delays: Histogram
    """From reading a datagram to having sent what it caused, in seconds, of sampled datagrams."""

    def open(self, loop: asyncio.AbstractEventLoop) -> None:
        """Bind every local address. Raises :class:`OSError` when the port is taken."""

    def close(self) -> None:
        """Close the sockets; nothing is received after."""

    def flush(self) -> None:
        """Send the media that waits.

        A wake of the data path ends with it; who sends at another time, from a timer, calls it.
        """

    @property
    def bytes_in(self) -> int:
        """Bytes received."""

    @property
    def bytes_out(self) -> int:
        """Bytes sent."""

    @property
    def port(self) -> int:
        """The port all sockets share, UDP and TCP alike."""

    def addresses(self) -> tuple[Address, ...]:
        """What candidates say, in order of preference."""

    def add(self, owner: Owner) -> Lane:
        """Make a lane for a new endpoint."""

    @property
    def drops(self) -> Mapping[str, int]:
        """Datagrams dropped, by a closed list of reasons."""
