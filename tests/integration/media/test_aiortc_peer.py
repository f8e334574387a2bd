"""A whole aiortc RTCPeerConnection as client: its encoder in, another one's decoder out."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import aioice.ice
import pytest
from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from aiortc.mediastreams import AudioStreamTrack, VideoStreamTrack

from media.config import MediaConfig
from media.engine import Engine
from media.ids import EndpointId, RoomKey

pytestmark = pytest.mark.integration


@pytest.fixture
async def engine(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Engine]:
    # aioice leaves loopback out, and a test leaves everything else out.
    monkeypatch.setattr(aioice.ice, "get_host_addresses", lambda **_: ["127.0.0.1"])
    engine = Engine(MediaConfig(host="127.0.0.1", port=0), lambda _: None)
    await engine.start()
    yield engine
    await engine.stop()


async def connect(engine: Engine, name: str, peer: RTCPeerConnection) -> None:
    """Offer as the web client does: what is sent first, then a slot, then data."""
    peer.createDataChannel("text")
    await peer.setLocalDescription(await peer.createOffer())
    answer = await engine.negotiate(RoomKey("room"), EndpointId(name), peer.localDescription.sdp)
    await peer.setRemoteDescription(RTCSessionDescription(answer, "answer"))


async def test_what_one_encodes_the_other_decodes(engine: Engine):
    sender = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    receiver = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    sender.addTransceiver(AudioStreamTrack(), direction="sendonly")
    sender.addTransceiver(VideoStreamTrack(), direction="sendonly")
    for kind in ("audio", "video"):
        receiver.addTransceiver(kind, direction="recvonly")
    tracks = {}
    receiver.on("track", lambda track: tracks.setdefault(track.kind, track))
    await connect(engine, "receiver", receiver)
    await connect(engine, "sender", sender)
    async with asyncio.timeout(30):
        voice = [await tracks["audio"].recv() for _ in range(5)]
        picture = [await tracks["video"].recv() for _ in range(5)]
    assert voice[-1].pts > voice[0].pts
    assert (picture[0].width, picture[0].height) == (640, 480)
    assert [p.pts for p in picture] == sorted({p.pts for p in picture})
    await sender.close()
    await receiver.close()
