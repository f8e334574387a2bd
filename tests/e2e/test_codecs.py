"""Other codecs than VP8 are forwarded as they are where everyone in the room speaks them."""

from __future__ import annotations

import json

import pytest

from tests.support.browsers import person
from tests.support.call import enter, sees_the_other, stats
from tests.support.gateway import gateway


@pytest.mark.parametrize(
    "codec", ["H264", *(pytest.param(other, marks=pytest.mark.line) for other in ("VP9", "AV1"))]
)
async def test_a_preferred_codec_is_forwarded(codec: str):
    preference = json.dumps([codec, "VP8"])
    async with (
        gateway(MEDIA__VIDEO_CODECS=preference) as running,
        person() as counsellor,
        person() as client,
    ):
        await enter(counsellor, running.links["counsellor"])
        await enter(client, running.links["client"])
        await sees_the_other(client, 10)
        await sees_the_other(counsellor, 10)
        assert (await stats(client))["codec"] == f"video/{codec}"
