"""Frames between processes: any cut of the bytes, anything that is no frame, any end."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from media.channel import (
    CodecChosen,
    EndpointClose,
    LayersWanted,
    LinkChanged,
    LinkState,
    Notification,
    Phase,
    PhaseReached,
    PictureSize,
    RecordedFile,
    RecordingBroke,
    RecordingLate,
    RecordOrder,
    RecordPermit,
    RecordTrack,
    SlotFilled,
    SlotsFilled,
    TextChannelChanged,
    TextReceived,
)
from media.config import MediaConfig, RecordingConfig
from media.errors import OfferFault, RecordFault
from media.frames import (
    Answered,
    Ask,
    Beat,
    Broken,
    CloseEndpoint,
    Counted,
    Done,
    Downward,
    Logged,
    Negotiate,
    NotRecorded,
    NotStarted,
    Permit,
    ReadStats,
    ReadTracks,
    Record,
    Recorded,
    Refused,
    Reply,
    Say,
    SendText,
    SetSize,
    Start,
    Started,
    Stop,
    StopRecording,
    Tell,
    TracksRead,
    Upward,
    Warm,
)
from media.ids import EndpointId, RoomKey
from media.stats import (
    Distribution,
    EngineStats,
    LegStats,
    PacerStats,
    RoomTracks,
    TrackPage,
    TrackStats,
)
from signaling.worker_link import (
    MAX_FRAME_BYTES,
    FrameError,
    LinkLost,
    Stream,
    WorkerLink,
    downward,
    pair,
    to_bytes,
    upward,
)

E = EndpointId("e")
ORDER = RecordOrder(
    RoomKey("r"), "t", "rec", 1, 1, 0, 1, (RecordTrack(E, "audio", "p", b"k" * 32),)
)
FILE = RecordedFile(1, "p", "audio/webm", 0, 1000, 900, 1000, "00", ((20, 40),), whole=False)
DOWN: list[Downward] = [
    Ask(1, Warm()),
    Ask(2, Start(MediaConfig(host="127.0.0.1", external_ips=("192.0.2.1",)))),
    Ask(2, Start(MediaConfig(), RecordingConfig("/folder", 5))),
    Ask(3, Negotiate(RoomKey("r"), E, "v=0")),
    Ask(4, CloseEndpoint(E)),
    Ask(5, ReadStats()),
    Ask(6, Beat()),
    Ask(2**40, Stop()),
    Ask(7, ReadTracks("r")),
    Tell(SendText(E, "静")),
    Tell(SetSize(E, EndpointId("f"), PictureSize.SMALL)),
    Ask(8, Record(ORDER)),
    Ask(9, StopRecording(RoomKey("r"), "rec", 1, discard=True)),
    Tell(Permit(RecordPermit(RoomKey("r"), "rec", 1, 2, frozenset({"p"})))),
]
LEGS = {"audio": {"up": LegStats(packets=1, jitter_s=Distribution((1, 2), 0.5))}}
ROWS = RoomTracks(
    RoomKey("r"), (TrackStats(E, E, "0", "audio"),), {E: PacerStats(1, (2, 3), 4, 5.0)}, {}, 6
)
UP: list[Upward] = [
    Reply(1, Done()),
    Reply(2, Started(3480)),
    Reply(3, NotStarted(98)),
    Reply(4, Answered("v=0")),
    Reply(5, Refused(OfferFault.BUSY)),
    Reply(6, Counted(EngineStats(endpoints=1, dropped={"stun": 2}))),
    Reply(7, Broken()),
    Reply(8, Counted(EngineStats(legs=LEGS, pacer_delays=(1, 2)))),
    Reply(9, TracksRead(TrackPage((ROWS,), more=True))),
    Say(LinkChanged(E, LinkState.CLOSED, EndpointClose.ABANDONED)),
    Say(PhaseReached(E, Phase.ICE, 0.5)),
    Say(TextChannelChanged(E, open=True)),
    Say(TextReceived(E, "静" * 100)),
    Say(SlotsFilled(E, (SlotFilled("0", None, E),))),
    Say(CodecChosen(E, "VP8")),
    Say(LayersWanted(E, "1", ("s", "l"))),
    Say(RecordingBroke(E, "rec", 1, RecordFault.LEASE, (FILE,))),
    Say(RecordingLate(E, "rec", 1, is_late=True)),
    Reply(10, Recorded((FILE,))),
    Reply(11, NotRecorded(RecordFault.OFF)),
    Say(Logged(30, "worker_fault error=X")),
]


@given(st.integers(1, 200))
def test_frames_survive_any_cut(size: int) -> None:
    for frames, said in ((downward(), DOWN), (upward(), UP)):
        data = b"".join(to_bytes(frame) for frame in said)
        pieces = [data[at : at + size] for at in range(0, len(data), size)]
        assert [frame for piece in pieces for frame in frames.feed(piece)] == said


@pytest.mark.parametrize("frame", [*DOWN, *UP], ids=lambda frame: type(frame).__name__)
def test_frame_of_the_other_direction_is_none(frame: Downward | Upward) -> None:
    wrong = upward() if isinstance(frame, Ask | Tell) else downward()
    with pytest.raises(FrameError):
        wrong.feed(to_bytes(frame))


def framed(body: bytes) -> bytes:
    return len(body).to_bytes(4, "big") + body


@pytest.mark.parametrize(
    "data",
    [
        framed(b""),
        framed(b"\xc1"),
        framed(msgspec.msgpack.encode({"type": "ask"})),
        framed(msgspec.msgpack.encode({"type": "tell", "word": {"type": "beat", "x": 1}})),
        framed(msgspec.msgpack.encode(Ask(1, Beat())) + b"\x00"),
        framed(b"\x91" * 5000),
        (MAX_FRAME_BYTES + 1).to_bytes(4, "big"),
        b"\xff\xff\xff\xff",
    ],
    ids=["empty", "reserved", "unfinished", "unknown-field", "trailing", "deep", "long", "longest"],
)  # fmt: skip
def test_what_is_no_frame_is_refused(data: bytes) -> None:
    with pytest.raises(FrameError):
        downward().feed(data)


def test_own_frame_that_is_too_long_is_not_sent() -> None:
    with pytest.raises(FrameError):
        to_bytes(Tell(SendText(E, "x" * MAX_FRAME_BYTES)))


class Other:
    """The worker's side, under the test's control."""

    def __init__(self) -> None:
        self.frames: asyncio.Queue[Downward] = asyncio.Queue()
        self.ended = asyncio.Event()
        self.stream: Stream[Downward] = Stream(downward(), self.frames.put_nowait, self.ended.set)


@pytest.fixture
async def sides() -> AsyncIterator[tuple[WorkerLink, Other, list[Notification | Logged]]]:
    ours, theirs = pair()
    theirs.setblocking(False)
    said: list[Notification | Logged] = []
    link, other = WorkerLink(said.append), Other()
    await link.open(ours)
    await other.stream.open(theirs)
    yield link, other, said
    link.close()
    other.stream.close()
    await asyncio.wait_for(other.ended.wait(), 10)


Sides = tuple[WorkerLink, Other, list[Notification | Logged]]


async def test_request_is_answered_by_its_number(sides: Sides) -> None:
    link, other, _ = sides
    first = asyncio.create_task(link.request(Beat()))
    second = asyncio.create_task(link.request(ReadStats()))
    asked = [await other.frames.get(), await other.frames.get()]
    assert isinstance(asked[0], Ask)
    assert isinstance(asked[1], Ask)
    other.stream.send(Reply(asked[1].id, Counted(EngineStats())))
    other.stream.send(Reply(999, Done()))  # nobody's: ignored
    other.stream.send(Reply(asked[0].id, Done()))
    assert await second == Counted(EngineStats())
    assert await first == Done()


async def test_words_come_in_order(sides: Sides) -> None:
    link, other, said = sides
    words = [Say(CodecChosen(E, str(number))) for number in range(50)]
    for word in words:
        other.stream.send(word)
    answer = asyncio.create_task(link.request(Beat()))
    asked = await other.frames.get()
    assert isinstance(asked, Ask)
    other.stream.send(Reply(asked.id, Done()))
    await answer
    assert said == [word.word for word in words]


async def test_end_of_the_other_side_refuses_all_that_wait(sides: Sides) -> None:
    link, other, _ = sides
    waiting = [asyncio.create_task(link.request(Beat())) for _ in range(3)]
    await other.frames.get()
    other.stream.close()
    for each in waiting:
        with pytest.raises(LinkLost):
            await each
    assert link.ended.is_set()
    assert not link.malformed
    with pytest.raises(LinkLost):
        await link.request(Beat())


async def test_malformed_frame_ends_the_link_and_nothing_else(sides: Sides) -> None:
    link, other, _ = sides
    waiting = asyncio.create_task(link.request(Beat()))
    await other.frames.get()
    assert other.stream._transport is not None
    other.stream._transport.write(framed(b"\xc1"))
    with pytest.raises(LinkLost):
        await waiting
    assert link.malformed


async def test_own_close_refuses_all_that_wait(sides: Sides) -> None:
    link, other, _ = sides
    waiting = asyncio.create_task(link.request(Stop()))
    await other.frames.get()
    link.close()
    with pytest.raises(LinkLost):
        await waiting


async def test_side_that_does_not_read_is_as_good_as_gone() -> None:
    ours, theirs = pair()
    link = WorkerLink(lambda _word: None)
    await link.open(ours)
    text = SendText(E, "x" * (MAX_FRAME_BYTES - 100))
    for _ in range(40):
        link.tell(text)
    await asyncio.wait_for(link.ended.wait(), 10)
    with pytest.raises(LinkLost):
        await link.request(Beat())
    theirs.close()


def test_neither_end_is_inherited() -> None:
    ours, theirs = pair()
    assert not ours.get_inheritable()
    assert not theirs.get_inheritable()
    assert ours.family == socket.AF_UNIX
    ours.close()
    theirs.close()
