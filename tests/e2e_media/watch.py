"""How long nothing came: a page's inbound counters, every 50 ms."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf

from tests.support.browsers import Person

SAMPLE = """
() => {
  window.testSamples = [];
  setInterval(async () => {
    const peer = window.testPeers.at(-1);
    if (!peer) return;
    let voice = 0, frames = 0;
    for (const each of (await peer.getStats()).values()) {
      if (each.type !== 'inbound-rtp') continue;
      if (each.kind === 'audio') voice += each.packetsReceived ?? 0;
      else frames += each.framesDecoded ?? 0;
    }
    window.testSamples.push([performance.now(), voice, frames]);
  }, 50);
}
"""
PAIR = """
async () => {
  const report = await window.testPeers.at(-1).getStats();
  const all = [...report.values()];
  const transport = all.find((each) => each.type === 'transport');
  const pair = report.get(transport.selectedCandidatePairId);
  const local = report.get(pair.localCandidateId);
  return {address: local.address, protocol: local.protocol, tcp: local.tcpType ?? null};
}
"""


@dataclass(frozen=True)
class Gap:
    """The longest time in which nothing new came, in seconds."""

    voice: float
    picture: float

    @property
    def longest(self) -> float:
        return max(self.voice, self.picture)


async def start(someone: Person) -> None:
    """Begin to look."""
    await someone.page.evaluate(SAMPLE)


async def moment(someone: Person) -> float:
    """The page's own clock, in milliseconds."""
    return float(await someone.page.evaluate("() => performance.now()"))


async def gap(someone: Person, since: float) -> Gap:
    """The longest stall since a moment of the page's clock."""
    samples = await someone.page.evaluate("() => window.testSamples")
    return Gap(_stall(samples, 1, since), _stall(samples, 2, since))


async def pair(someone: Person) -> dict[str, str]:
    """The candidate pair in use: the page's own address and protocol."""
    found: dict[str, str] = await someone.page.evaluate(PAIR)
    return found


def _stall(samples: list[list[float]], column: int, since: float) -> float:
    longest, moved, value = 0.0, since, None
    for row in samples:
        if row[0] < since:
            value = row[column]
        elif row[column] != value:
            longest, moved, value = max(longest, row[0] - moved), row[0], row[column]
    return max(longest, samples[-1][0] - moved) / 1000


async def voice_after(someone: Person, since: float) -> float:
    """How long after a moment the first new voice came, in seconds."""
    samples = await someone.page.evaluate("() => window.testSamples")
    before = max(row[1] for row in samples if row[0] <= since)
    heard = (row[0] for row in samples if row[0] > since and row[1] > before)
    return (min(heard, default=inf) - since) / 1000
