"""Who waits at a closed door hears and sees nothing, and is neither heard nor seen: by packets."""

from __future__ import annotations

import asyncio
import socket
import struct
from collections import Counter
from contextlib import AsyncExitStack
from typing import Final, Self

from tests.support.browsers import Person, person
from tests.support.call import enter, hears_the_other, sees_the_other
from tests.support.clinic import SETTINGS, Clinic
from tests.support.gateway import free_port, gateway

WAITS_S, IN_S = 10.0, 3.0
IPV4, UDP = 0x0800, 17
PORTS: Final = """async () => {
  const ports = [];
  for (const peer of window.testPeers)
    for (const each of (await peer.getStats()).values())
      if (each.type === 'local-candidate') ports.push(each.port);
  return ports;
}"""


class Sniffer:
    """Counts what passes between one UDP port of this machine and each other port, by that one.

    Reads every packet of the loopback device, which is for root.
    """

    def __init__(self, port: int) -> None:
        self._port = port
        self.seen: Counter[int] = Counter()
        self._socket = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(IPV4))

    def __enter__(self) -> Self:
        self._socket.setblocking(False)
        self._socket.bind(("lo", IPV4))
        asyncio.get_running_loop().add_reader(self._socket, self._read)
        return self

    def __exit__(self, *_: object) -> None:
        asyncio.get_running_loop().remove_reader(self._socket)
        self._socket.close()

    def _read(self) -> None:
        packet = self._socket.recv(64)
        if packet[9] != UDP:
            return
        ports = struct.unpack_from("!HH", packet, 4 * (packet[0] & 0xF))
        if self._port in ports:
            self.seen[ports[0] if ports[1] == self._port else ports[1]] += 1


async def packets() -> dict[str, int]:
    """Datagrams of each person with the gateway, while one waits and once they are let in."""
    media_port = free_port()
    async with AsyncExitStack() as stack:
        running = await stack.enter_async_context(gateway(media_port=media_port, **SETTINGS))
        clinic = Clinic(running.url)
        links = await clinic.links(await clinic.session("closed"))
        counsellor = await stack.enter_async_context(person())
        client = await stack.enter_async_context(person())
        sniffer = stack.enter_context(Sniffer(media_port))
        await enter(counsellor, links["counsellor"])
        await enter(client, links["client"])
        await counsellor.page.get_by_test_id("door").wait_for()
        await asyncio.sleep(WAITS_S)
        waiting = Counter(sniffer.seen)
        await counsellor.page.get_by_test_id("let-in").click()
        for someone in (client, counsellor):
            await sees_the_other(someone, 10)
            await hears_the_other(someone, 10)
        await asyncio.sleep(IN_S)
        inside = sniffer.seen - waiting
        theirs, others = await _ports(client), await _ports(counsellor)
        return {
            "waiting": _sum(waiting, set(waiting) - others),
            "beside": _sum(waiting, others),
            "inside": _sum(inside, theirs),
        }


async def _ports(someone: Person) -> set[int]:
    return set(await someone.page.evaluate(PORTS))


def _sum(seen: Counter[int], ports: set[int]) -> int:
    return sum(seen[port] for port in ports)
