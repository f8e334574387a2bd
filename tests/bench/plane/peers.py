"""Peers of the media benches: connected like any other, then driven by a loop of their own."""

from __future__ import annotations

import asyncio
import re
import socket
from typing import Any

from aioice import stun

from tests.support.peer import TRANSPORT_CC, VP8, LoopbackPeer

Json = dict[str, Any]
CHECKS, CHECK_S = 50, 0.1
"""How long a peer repeats its check while it connects: Janus forgets what came too early."""
TRANSPORT_CC_URI = "transport-wide-cc-extensions-01"
KEPT = ("m=", "c=", "a=mid", "a=rtpmap", "a=fmtp", "a=rtcp-fb", "a=extmap", "a=rtcp-mux")


class BenchPeer(LoopbackPeer):
    """A loopback peer on a chosen address, that can also answer an offer (a Janus subscriber)."""

    def __init__(self, host: str, *, slots: int = 1) -> None:
        super().__init__(slots=slots, host=host)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        self._checking: asyncio.Task[None] | None = None
        self._controls = True
        self.transport_cc_id = 0
        """The extension that numbers what this peer gets, or 0 when that was not negotiated."""
        self.repair_types: frozenset[int] = frozenset()

    # --- SDP ------------------------------------------------------------------------------------

    def offer(self) -> str:
        """As any peer's, and transport-cc for pictures too, as browsers offer it."""
        line = f"a=rtcp-fb:{VP8} nack\r\n"
        return super().offer().replace(line, f"{line}a=rtcp-fb:{VP8} transport-cc\r\n")

    def answer(self, offer: str) -> str:
        """Receive all of an offer's sections, as a subscriber does."""
        head, *sections = re.split(r"(?=^m=)", offer, flags=re.MULTILINE)
        lines = ["v=0", "o=- 1 2 IN IP4 127.0.0.1", "s=-", "t=0 0"]
        lines += re.findall(r"^a=group:BUNDLE.*$", head, flags=re.MULTILINE)
        for section in sections:
            lines += [line for line in section.splitlines() if line.startswith(KEPT)]
            # The offerer shakes hands first: it alone knows when it is ready for that. A hello that
            # comes before is lost, and is sent again a second later.
            lines += [
                "a=recvonly", f"a=ice-ufrag:{self.ufrag}", f"a=ice-pwd:{self.password}",
                f"a=fingerprint:sha-256 {self.fingerprint}", "a=setup:passive",
            ]  # fmt: skip
        self._controls = False
        self.read_answer(offer)
        self.dtls._set_role("server")
        return "\r\n".join(lines) + "\r\n"

    def read_answer(self, answer: str) -> None:
        """Take the first UDP candidate as it stands, and what there is to receive."""
        super().read_answer(answer)
        found = re.search(r"a=candidate:\S+ 1 udp \d+ (\d+\.\S+) (\d+) typ host", answer, re.I)
        assert found is not None, "no UDP candidate over IPv4"
        self._gateway = (found[1], int(found[2]))
        if "a=setup:active" in answer:
            self.dtls._set_role("server")
        self.transport_cc_id = numbered(answer)
        self.repair_types = frozenset(map(int, re.findall(r"a=rtpmap:(\d+) rtx/", answer)))

    @property
    def profile(self) -> str:
        """The cipher that the handshake chose."""
        assert self.dtls._ssl is not None
        return self.dtls._ssl.get_selected_srtp_profile().decode().removeprefix("SRTP_")

    # --- ICE ------------------------------------------------------------------------------------

    async def check(self) -> None:
        """Keep checking until the handshake is over, as a browser does."""
        await super().check()
        self._checking = asyncio.create_task(self._check_on())

    async def connect(self, answer: str, *, channels: bool = False) -> None:
        """As any peer, and stops checking when connected: the load checks from then on."""
        try:
            await super().connect(answer, channels=channels)
        finally:
            if self._checking is not None:
                self._checking.cancel()

    async def _check_on(self) -> None:
        for _ in range(CHECKS):
            self.send_raw(self.check_bytes())
            await asyncio.sleep(CHECK_S)

    def check_bytes(self, *, nominate: bool = True) -> bytes:
        """Who answered an offer is controlled and nominates nothing (RFC 8445 section 6.1.1)."""
        if self._controls:
            return super().check_bytes(nominate=nominate)
        names = {"USERNAME": f"{self._their_ufrag}:{self.ufrag}", "PRIORITY": 1}
        message = stun.Message(
            stun.Method.BINDING, stun.Class.REQUEST, attributes=names | {"ICE-CONTROLLED": 1}
        )
        message.add_message_integrity(self._their_password.encode())
        return bytes(message)

    def handle_check(self, data: bytes) -> None:
        """Answer a check while the load drives the socket."""
        self._answer_check(data)

    def _answer_check(self, data: bytes) -> None:
        """As any peer; Janus, a full agent, may check before its description was read."""
        if hasattr(self, "_their_ufrag"):
            super()._answer_check(data)


def numbered(description: str) -> int:
    """The id of the transport-wide number on what the describer sends, or 0 when it sends none."""
    for section in re.split(r"(?=^m=)", description, flags=re.MULTILINE)[1:]:
        sends = re.search(r"^a=(sendonly|sendrecv)", section, re.MULTILINE)
        found = re.search(rf"^a=extmap:(\d+)\S* \S*{TRANSPORT_CC_URI}", section, re.MULTILINE)
        if sends and found and re.search(r"^a=rtcp-fb:\S+ transport-cc", section, re.MULTILINE):
            return int(found[1])
    return 0


SENT_IDS = {"audio_level": 1, "transport_cc": TRANSPORT_CC}
