"""What bends inputs and counts escapes.

A target is a function of bytes. It raises nothing, unless what it tests broke its promise: that is
an escape.
"""

from __future__ import annotations

import importlib
import random
import time
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

CORPUS = Path(__file__).parent / "corpus"
TARGETS = ("stun", "rtp", "rtcp", "red", "samples", "sdp", "channel", "wire")
MAX_BYTES = 8192
TELLING = (b"\x00", b"\x7f", b"\x80", b"\xff", b"\x00\x00", b"\x80\x00", b"\xff\xff", b"\xbe\xde",
           b"\x10\x00", b"\xff\xff\xff\xff")  # fmt: skip
"""Ends of ranges and marks of formats, which bits flipped at random seldom hit."""

Target = Callable[[bytes], None]


def target(name: str) -> Target:
    """The function that takes this target's inputs."""
    one: Target = importlib.import_module(f"tests.fuzz.fuzz_{name}").one
    return one


def corpus(name: str) -> list[bytes]:
    """The committed inputs of a target, in the order of their names."""
    return [path.read_bytes() for path in sorted((CORPUS / name).iterdir())]


@dataclass
class Outcome:
    """What a run did. ``escapes`` holds one input for each place something escaped from."""

    executions: int = 0
    escapes: dict[str, bytes] = field(default_factory=dict)

    def run(self, one: Target, data: bytes) -> None:
        """Run one input."""
        self.executions += 1
        try:
            one(data)
        except Exception as error:
            self.escapes.setdefault(place_of(error), data)


def place_of(error: BaseException) -> str:
    """An escape's name: what it was, and the last line it came through."""
    last = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__} at {Path(last.filename).name}:{last.lineno}"


class Mutator:
    """Bends inputs by one to eight small changes; the same seed bends the same way."""

    def __init__(self, seeds: Sequence[bytes], seed: str) -> None:
        self._seeds = [*seeds, b""]
        self._random = random.Random(seed)

    def next(self) -> bytes:
        """The next input."""
        chance = self._random
        data = bytearray(chance.choice(self._seeds))
        for _ in range(chance.choice((1, 1, 2, 3, 5, 8))):
            at = chance.randint(0, len(data))
            change = chance.randrange(7)
            if change == 0 and data:
                data[at % len(data)] ^= 1 << chance.randrange(8)
            elif change == 1 and data:
                data[at % len(data)] = chance.randrange(256)
            elif change == 2:
                data[at : at + chance.randint(1, 16)] = b""
            elif change == 3:
                data[at:at] = chance.randbytes(chance.randint(1, 16))
            elif change == 4:
                some = chance.choice(TELLING)
                data[at : at + len(some)] = some
            elif change == 5:
                data[at:at] = data[at : at + chance.randint(1, 64)]
            else:
                other = chance.choice(self._seeds)
                start = chance.randint(0, len(other))
                data[at:] = other[start:]
        return bytes(data[:MAX_BYTES])


def mutate(name: str, *, executions: int, seconds: float = 1e9, seed: str = "quietroom") -> Outcome:
    """Run the corpus, then bent inputs, until so many or so long."""
    one, seeds, outcome = target(name), corpus(name), Outcome()
    for data in seeds:
        outcome.run(one, data)
    bend = Mutator(seeds, f"{seed} {name}")
    until = time.monotonic() + seconds
    while outcome.executions < executions and time.monotonic() < until:
        outcome.run(one, bend.next())
    return outcome
