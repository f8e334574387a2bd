"""``python -m tests.fuzz.seeds``: writes the corpora's beginnings from the project's own builders.

What fuzzing found since lies beside them under other names, and is not touched.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Iterable
from pathlib import Path

from aioice import stun

from media.channel import (
    EndpointClose,
    LayersWanted,
    LinkChanged,
    LinkState,
    PictureSize,
    RecordedFile,
    RecordingBroke,
    RecordingLate,
    RecordOrder,
    RecordPermit,
    RecordTrack,
    TextReceived,
)
from media.config import MediaConfig
from media.errors import RecordFault
from media.frames import (
    Answered,
    Ask,
    Beat,
    Counted,
    Downward,
    Negotiate,
    NotRecorded,
    Permit,
    ReadTracks,
    Record,
    Recorded,
    Reply,
    Say,
    SendText,
    SetSize,
    Start,
    StopRecording,
    Tell,
    TracksRead,
    Upward,
)
from media.ids import EndpointId, RoomKey
from media.rtp import rtcp, transport_cc
from media.stats import EngineStats, LegStats, RoomTracks, TrackPage, TrackStats
from signaling.worker_link import to_bytes
from tests.fuzz.driver import CORPUS
from tests.fuzz.fuzz_samples import CODECS
from tests.fuzz.fuzz_stun import HEADER
from tests.support.bitstreams import packets_of, pictures, voice
from tests.support.packets import VP8_DELTA, VP8_KEY, red_payload, rtp, rtx

OFFERS = Path(__file__).parents[1] / "support" / "offers"


def series(*packets: bytes, lead: int = 2) -> bytes:
    """Packets as fuzz_rtp and fuzz_rtcp read them."""
    return b"".join(bytes((lead,)) + struct.pack("!H", len(p)) + p for p in packets)


def stun_seeds() -> Iterable[bytes]:
    """Checks as browsers send them, and others."""
    plain = b""
    for attributes in (
        {"USERNAME": "ours:theirs", "PRIORITY": 1, "ICE-CONTROLLING": 1, "USE-CANDIDATE": None},
        {"USERNAME": "ours:theirs", "PRIORITY": 1, "ICE-CONTROLLED": 1},
        {"USERNAME": "others:theirs"},
        {},
    ):
        message = stun.Message(stun.Method.BINDING, stun.Class.REQUEST, attributes=attributes)
        plain = bytes(message)
        yield b"\x01" + plain
        message.add_message_integrity(b"p" * 24)
        yield b"\x00" + bytes(message)
    yield b"\x01" + plain[:HEADER] + struct.pack("!HH", 0x0006, 11) + b"ours:theirs\x00"


def rtp_seeds() -> Iterable[bytes]:
    """Voice, picture, retransmission, both forms of extension, padding, contributors."""
    elements = {1: b"\x05", 3: b"\x00\x01", 4: b"0"}
    picture = [rtp(n, payload=(VP8_DELTA if n else VP8_KEY) + bytes(30)) for n in range(6)]
    yield series(*picture)
    yield series(picture[0], picture[1], picture[3], rtx(picture[2], 1), picture[5])
    yield series(*(rtp(n, payload_type=111, ssrc=1500, elements=elements) for n in range(4)))
    yield series(rtp(1, elements=elements, two_byte=True), rtp(2, padding=8), rtp(3, csrcs=3))
    yield series(rtp(1), rtp(65_000), rtp(2), rtp(65_001, timestamp=2**31), lead=3)


def rtcp_seeds() -> Iterable[bytes]:
    """Every kind of packet that is read."""
    block = rtcp.ReportBlock(100_001, 0, 0, 8, 0, 0, 0)
    yield series(rtcp.build_rr(2000, [block]) + rtcp.build_sdes(2000, b"slot"), lead=3)
    report = rtcp.SenderReport(1000, 1 << 63, 90_000, 8, 800, ())
    yield series(rtcp.build_sr(report), rtcp.build_bye([1000]))
    yield series(rtcp.build_nack(2000, 100_001, [0, 1, 5, 40]), lead=3)
    yield series(rtcp.build_pli(2000, 100_001), rtcp.build_fir(2000, 100_001, 7), lead=3)
    for times in ((0, 4, None, 9), (None,) * 20 + (1,), tuple(range(0, 4000, 40))):
        arrivals = transport_cc.Arrivals(65_530, 5, 9, times)
        information = transport_cc.build(arrivals)
        yield information
        yield series(rtcp.build_feedback(205, 15, 2000, 1000, information), lead=3)
    said = [
        transport_cc.build(transport_cc.Arrivals(base, reference, 0, ticks))
        for base, reference, ticks in (
            (0, 5, (0, 4, None, 9)),
            (4, 5, (16, None, 700, -3)),
            (2, 5, (20, None, None, 30)),
            (8, 900, (0, 9)),
        )
    ]
    yield series(*(rtcp.build_feedback(205, 15, 2000, 100_001, each) for each in said), lead=3)
    yield series(
        *(rtcp.build_feedback(205, 15, 2000, 100_001, each) for each in (said[0], *said[:2])),
        rtcp.build_nack(2000, 100_001, [0, 1]) + rtcp.build_feedback(205, 15, 2000, 0, said[3]),
        lead=0x41,
    )


def red_seeds() -> Iterable[bytes]:
    """One and two older blocks, none, too many."""

    def head(size: int, back: int) -> bytes:
        return struct.pack("!I", 1 << 31 | 111 << 24 | back * 960 << 10 | size)

    voice = [bytes([n]) * (10 + n) for n in range(5)]
    one = [head(len(voice[n - 1]), 1) + b"o" + voice[n - 1] + voice[n] for n in range(1, 5)]
    yield series(*one)
    yield series(*one, lead=0x41)
    yield series(
        head(len(voice[0]), 2) + head(len(voice[1]), 1) + b"o" + b"".join(voice[:3]),
        b"o" + voice[3],
        lead=0x21,
    )
    yield series(head(3, 1) * 9 + b"o" + bytes(40))


def samples_seeds() -> Iterable[bytes]:
    """A few real pictures of each codec, a lost one among them, a voice, and reports."""
    report = b"\x01" + struct.pack("!HQI", 12, 3_900_000_000 << 32, 2**32 - 9000)
    for number, codec in enumerate(CODECS[:4]):
        shown = packets_of(codec, pictures(codec, 4, 48, 32, 3))
        yield bytes((number,)) + report + series(*(p for each in shown for p in each), lead=6)
        yield bytes((number,)) + series(*(p for each in (0, 2, 3) for p in shown[each]), lead=120)
    said = voice()[:8]
    yield (
        b"\x04"
        + report
        + series(*(rtp(n, timestamp=960 * n, payload=p) for n, p in enumerate(said)))
    )
    blocks = [red_payload(said[n], [(960, said[n - 1])]) for n in range(1, 8)]
    packets = [rtp(n, timestamp=960 * n, payload=block) for n, block in enumerate(blocks)]
    yield b"\x05" + series(*packets[:3], *packets[4:]) + report + series(packets[3])


def channel_seeds() -> Iterable[bytes]:
    """Frames of both directions."""
    endpoint = EndpointId("e")
    rows = RoomTracks(RoomKey("r"), (TrackStats(endpoint, endpoint, "0", "audio"),))
    track = RecordTrack(endpoint, "audio", "p", bytes(32))
    file = RecordedFile(1, "p", "audio/webm", 0, 9, 8, 9, "00", ((2, 4),))
    down: list[Downward] = [
        Ask(1, Start(MediaConfig())),
        Ask(2, Negotiate(RoomKey("r"), endpoint, "v=0")),
        Ask(3, Beat()),
        Ask(4, ReadTracks("r")),
        Tell(SendText(endpoint, "a word")),
        Tell(SetSize(endpoint, endpoint, PictureSize.SMALL)),
        Ask(5, Record(RecordOrder(RoomKey("r"), "t", "n", 1, 1, 0, 1, (track,)))),
        Ask(6, StopRecording(RoomKey("r"), "n", 1, discard=True)),
        Tell(Permit(RecordPermit(RoomKey("r"), "n", 1, 2, frozenset({"p"})))),
    ]
    up: list[Upward] = [
        Reply(1, Answered("v=0")),
        Reply(2, Counted(EngineStats(dropped={"stun": 1}, legs={"audio": {"up": LegStats()}}))),
        Reply(3, TracksRead(TrackPage((rows,), more=True))),
        Say(LinkChanged(endpoint, LinkState.CLOSED, EndpointClose.ABANDONED)),
        Say(TextReceived(endpoint, "a word")),
        Say(LayersWanted(endpoint, "1", ("s", "l"))),
        Reply(4, Recorded((file,))),
        Reply(5, NotRecorded(RecordFault.OFF)),
        Say(RecordingBroke(endpoint, "n", 1, RecordFault.LEASE, (file,))),
        Say(RecordingLate(endpoint, "n", 1, is_late=True)),
    ]
    yield b"\xff" + b"".join(to_bytes(frame) for frame in down)
    yield b"\x07" + b"".join(to_bytes(frame) for frame in down[1:3])
    yield b"\xfe" + b"".join(to_bytes(frame) for frame in up)
    yield b"\x08" + b"".join(to_bytes(frame) for frame in up[2:])


def wire_seeds() -> Iterable[bytes]:
    """One of each message that comes in."""
    for way, message in (
        (0, {"type": "offer", "sdp": "v=0", "fresh": True}),
        (0, {"type": "set_media", "microphone": True, "camera": False}),
        (0, {"type": "send_text", "ref": 1, "body": "静"}),
        (0, {"type": "send_text", "ref": 1, "body": "half of \ud83d"}),
        (2, {"type": "send_text", "ref": 1, "body": "half of \ud83d"}),
        (0, {"type": "replay", "after": 3}),
        (0, {"type": "leave", "quickly": True}),
        (0, {"type": "report_join", "phases": {"total": 12.5}}),
        (1, {"seat": "s" * 43, "protocol": 1, "after": 0}),
        (2, {"type": "send_text", "ref": 1, "body": "text"}),
        (3, {"expires_in_s": 3600}),
        (4, {"role": "client", "identity": "i", "name": "n", "expires_in_s": 600}),
        (5, {"token": "t" * 40}),
    ):
        yield bytes((way,)) + json.dumps(message).encode()


def main() -> None:
    """Write them all."""
    offers = [path.read_bytes() for path in sorted(OFFERS.iterdir())]
    short = b"\r\n".join(line for line in offers[0].splitlines() if b"ssrc" not in line)
    for name, seeds in {
        "stun": stun_seeds(),
        "rtp": rtp_seeds(),
        "rtcp": rtcp_seeds(),
        "red": red_seeds(),
        "samples": samples_seeds(),
        "sdp": [*offers, short],
        "channel": channel_seeds(),
        "wire": wire_seeds(),
    }.items():
        (CORPUS / name).mkdir(parents=True, exist_ok=True)
        for number, data in enumerate(seeds):
            (CORPUS / name / f"seed-{number:02}").write_bytes(data)


if __name__ == "__main__":
    main()
