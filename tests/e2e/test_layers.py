"""Nobody sends a size of their picture that nobody watches."""

from __future__ import annotations

import asyncio

import pytest

from tests.support.browsers import person
from tests.support.call import enter, sees_the_other
from tests.support.gateway import Gateway
from tests.support.pictures import sent

pytestmark = pytest.mark.timeout(180)
RAMP_S = 60
"""The first to come sends the small one until somebody watches, and a browser on a busy machine
takes its time to trust the line with the large one."""


@pytest.mark.line
async def test_two_people_send_one_encoding_each(running: Gateway):
    async with person() as counsellor, person() as client:
        await enter(counsellor, running.links["counsellor"])
        await enter(client, running.links["client"])
        people = (counsellor, client)
        for someone in people:
            await sees_the_other(someone, 10)
        async with asyncio.timeout(RAMP_S):
            for someone in people:
                while await sent(someone, 1.0) != (["l"], ["l"]):
                    pass
        for someone in people:
            assert await sent(someone) == (["l"], ["l"])
            assert not someone.errors
