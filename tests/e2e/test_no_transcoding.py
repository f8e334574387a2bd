"""While a real call runs, the gateway holds no codec: proved in the running process."""

from __future__ import annotations

import gc
import sys
import threading

import av
from aiortc import RTCRtpReceiver, RTCRtpSender
from av.codec.context import CodecContext

from media.config import MediaConfig
from signaling import demo
from signaling.app import App
from signaling.settings import build
from tests.support.browsers import person
from tests.support.call import enter, hears_the_other, sees_the_other
from tests.support.gateway import LINK, free_port


async def test_nothing_is_decoded_or_encoded_in_the_gateway():
    port = free_port()
    media = {"host": "127.0.0.1", "port": 0}
    # In this process, so that it can be looked into.
    config = build({"host": "127.0.0.1", "port": port, "media_workers": 0, "media": media})
    assert isinstance(config.media, MediaConfig)
    app = App(config)
    await app.start()
    try:
        printed = demo.links(app.registry, app.url, "operator")
        links = {found[2]: found[1] for found in LINK.finditer(printed)}
        async with person() as counsellor, person() as client:
            await enter(counsellor, links["counsellor"])
            await enter(client, links["client"])
            for someone in (counsellor, client):
                await sees_the_other(someone, 20)
                await hears_the_other(someone, 50)
            gc.collect()
            alive = gc.get_objects()
            codecs = RTCRtpSender | RTCRtpReceiver | CodecContext | av.AudioResampler
            assert not [type(each) for each in alive if isinstance(each, codecs)]
            threads = {each.name for each in threading.enumerate()}
            assert not {name for name in threads if "coder" in name}
            assert "media.transport" in sys.modules
    finally:
        await app.stop()
