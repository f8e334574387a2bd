"""The channel between processes: frames, cut anywhere. The first byte says where, and which way."""

from __future__ import annotations

from typing import Any

from signaling.worker_link import FrameError, downward, to_bytes, upward


def one(data: bytes) -> None:
    """Nothing but FrameError; what is read can be written and read again."""
    if not data:
        return
    make: Any = downward if data[0] & 1 else upward
    frames = make()
    step, stream = (data[0] >> 1) + 1, data[1:]
    whole: list[Any] = []
    try:
        for at in range(0, len(stream), step):
            whole += frames.feed(stream[at : at + step])
    except FrameError:
        pass
    written = b"".join(to_bytes(frame) for frame in whole)
    # Compared as bytes: a number that is none does not equal itself.
    assert b"".join(to_bytes(frame) for frame in make().feed(written)) == written
