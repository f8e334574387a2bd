"""A camera that flashes and a microphone that beeps at once, and how far apart a file has them.

What a browser captures is made in the page: a picture that is white for a tenth of a second, and a
tone of the same length, both begun with each whole second of the machine's clock, in all pages that
run on it. A picture is taken in the moment in which it is painted: what captures a canvas takes it
when it likes, up to a frame later. A flash that a busy page cannot paint in time is left out, and
so is one of which the browser did not send the first picture: both would tell of themselves, and
not of the file. Times in files are seconds.
"""

from __future__ import annotations

import io
from array import array
from itertools import pairwise
from statistics import median
from typing import Any, Final

import av

FLASH_S: Final = 0.1
EVERY_S: Final = 1.0
GREY: Final = 128
LOUD: Final = 0.1
PICTURE_S: Final = 0.04
LATE_MS: Final = 10
"""A flash that would be painted later than this is not."""
SPARSE: Final = 61
"""Every so many of a picture's pixels are looked at."""

_SCRIPT: Final = """
(() => {
  // Every so often, and with each second: what is sooner after another picture is left out by those
  // who send it.
  const [FLASH, EVERY, STEP, LATE] = [FLASH_MS, EVERY_MS, STEP_MS, LATE_MS];
  const canvas = new OffscreenCanvas(640, 360);
  const brush = canvas.getContext('2d');
  const sound = new AudioContext({ sampleRate: 48000 });
  const tone = new OscillatorNode(sound, { frequency: 1000 });
  const gate = new GainNode(sound, { gain: 0 });
  const out = new MediaStreamAudioDestinationNode(sound);
  tone.connect(gate).connect(out);
  tone.start();
  const camera = new MediaStreamTrackGenerator({ kind: 'video' });
  const film = camera.writable.getWriter();
  const now = () => performance.timeOrigin + performance.now();
  // What to add to the sound's time for the wall's. The sound's clock moves in steps: the smallest
  // difference is the freshest.
  let seen = [];
  const offset = () => {
    const at = now();
    seen.push([at, at - sound.currentTime * 1000]);
    seen = seen.filter(([when]) => at - when < 2000);
    return Math.min(...seen.map(([, each]) => each));
  };
  let flash = (Math.ceil(now() / EVERY) + 1) * EVERY;
  let planned = 0, painted = 0, count = 0;
  // How late each flash was painted, or would have been, in ms: the measure's own error.
  window.testLate = [];
  let isLate = false;
  const paint = (at) => {
    if (at >= flash - 1 && painted !== flash) {
      isLate = at - flash > LATE;
      window.testLate.push(at - flash);
      painted = flash;
    }
    const isWhite = at >= flash - 1 && at < flash + FLASH && !isLate;
    brush.fillStyle = isWhite ? '#fff' : '#000';
    brush.fillRect(0, 0, 640, 360);
    // Something moves all the time: an encoder that sees nothing new sends nothing.
    brush.fillStyle = '#555';
    brush.fillRect((count++ * 7) % 600, 320, 40, 20);
    const frame = new VideoFrame(canvas, { timestamp: performance.now() * 1000 });
    film.write(frame).catch(() => frame.close());
  };
  const step = () => {
    const lag = offset(), at = now();
    if (flash - at < EVERY / 2 && planned !== flash) {
      gate.gain.setValueAtTime(0.5, (flash - lag) / 1000);
      gate.gain.setValueAtTime(0, (flash - lag + FLASH) / 1000);
      planned = flash;
    }
    paint(at);
    if (at > flash + EVERY / 2) flash += EVERY;
    setTimeout(step, Math.ceil((at + STEP / 2) / STEP) * STEP - now());
  };
  step();
  navigator.mediaDevices.getUserMedia = async ({ audio, video }) => {
    await sound.resume();
    const tracks = [];
    if (audio) tracks.push(out.stream.getAudioTracks()[0].clone());
    if (video) tracks.push(camera.clone());
    return new MediaStream(tracks);
  };
})();
"""
DEVICES: Final = (
    _SCRIPT.replace("FLASH_MS", str(FLASH_S * 1000))
    .replace("EVERY_MS", str(EVERY_S * 1000))
    .replace("STEP_MS", str(PICTURE_S * 1000))
    .replace("LATE_MS", str(LATE_MS))
)
"""Put into a page before its own scripts."""


def flashes(file: bytes) -> list[float]:
    """When the picture turned white, where the one before it was there."""
    light: list[tuple[float, float]] = []
    with av.open(io.BytesIO(file)) as container:
        for frame in container.decode(video=0):
            plane = frame.reformat(format="gray").planes[0]
            top = bytes(plane)[: plane.line_size * plane.height // 2 : SPARSE]
            light.append((float(frame.time or 0.0), sum(top) / len(top)))
    steps = [now - then for (then, _), (now, _) in pairwise(light)]
    longest = 1.5 * median(steps) if steps else 0.0
    return [
        now
        for (then, before), (now, after) in pairwise(light)
        if before < GREY <= after and now - then < longest
    ]


def beeps(file: bytes) -> list[float]:
    """When the tone began, to a few milliseconds."""
    found: list[float] = []
    loud_until = float("-inf")
    with av.open(io.BytesIO(file)) as container:
        for frame in container.decode(audio=0):
            first = _first_loud(frame)
            if first is None:
                continue
            start = float(frame.time or 0.0)
            if start - loud_until > FLASH_S:
                found.append(start + first / frame.sample_rate)
            loud_until = start + frame.samples / frame.sample_rate
    return found


def _first_loud(frame: Any) -> int | None:
    """The first loud sample of the first channel."""
    is_float = frame.format.name.startswith("flt")
    samples = array("f" if is_float else "h", bytes(frame.planes[0]))
    if frame.format.is_packed:
        samples = samples[:: len(frame.layout.channels)]
    samples = samples[: frame.samples]
    least = LOUD * (1.0 if is_float else 32_768)
    if max(samples) < least and min(samples) > -least:
        return None
    return next(index for index, each in enumerate(samples) if abs(each) >= least)


def apart(seen: list[float], heard: list[float]) -> list[float]:
    """For each flash, how much later its beep is heard; those without one are left out."""
    found = []
    for flash in seen:
        near = min(heard, key=lambda beep: abs(beep - flash), default=None)
        if near is not None and abs(near - flash) < EVERY_S / 2:
            found.append(near - flash)
    return found
