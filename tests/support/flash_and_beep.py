"""A camera that flashes and a microphone that beeps at once, and how far apart a file has them.

What a browser captures is made in the page: a canvas that is white for a tenth of a second, and a
tone of the same length, both begun by one timer. Times in files are seconds.
"""

from __future__ import annotations

import io
from itertools import pairwise
from typing import Final

import av
import numpy as np

FLASH_S: Final = 0.1
EVERY_S: Final = 1.0

DEVICES: Final = """
(() => {
  const media = navigator.mediaDevices;
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [640, 360];
  const draw = canvas.getContext('2d');
  const sound = new AudioContext();
  const tone = sound.createOscillator();
  const gate = sound.createGain();
  const out = sound.createMediaStreamDestination();
  gate.gain.value = 0;
  tone.frequency.value = 1000;
  tone.connect(gate).connect(out);
  tone.start();
  let white = false;
  let count = 0;
  // Something moves all the time: an encoder that sees nothing new sends nothing.
  setInterval(() => {
    draw.fillStyle = white ? '#fff' : '#000';
    draw.fillRect(0, 0, canvas.width, canvas.height);
    draw.fillStyle = '#555';
    draw.fillRect((count++ * 7) % 600, 320, 40, 20);
  }, 1000 / 60);
  setInterval(() => {
    white = true;
    const now = sound.currentTime;
    gate.gain.setValueAtTime(0.5, now);
    gate.gain.setValueAtTime(0, now + FLASH);
    setTimeout(() => (white = false), FLASH * 1000);
  }, EVERY * 1000);
  media.getUserMedia = async ({ audio, video }) => {
    await sound.resume();
    const tracks = [];
    if (audio) tracks.push(out.stream.getAudioTracks()[0].clone());
    if (video) tracks.push(canvas.captureStream(30).getVideoTracks()[0]);
    return new MediaStream(tracks);
  };
})();
""".replace("FLASH", str(FLASH_S)).replace("EVERY", str(EVERY_S))
"""Put into a page before its own scripts."""


def flashes(file: bytes) -> list[float]:
    """When the picture turned white."""
    light: list[tuple[float, float]] = []
    with av.open(io.BytesIO(file)) as container:
        for frame in container.decode(video=0):
            top = frame.to_ndarray(format="gray")[: frame.height // 2]
            light.append((float(frame.time or 0.0), float(top.mean())))
    return [now for (_, before), (now, after) in pairwise(light) if before < 128 <= after]


def beeps(file: bytes) -> list[float]:
    """When the tone began, to a few milliseconds."""
    found: list[float] = []
    quiet_since: float | None = None
    with av.open(io.BytesIO(file)) as container:
        for frame in container.decode(audio=0):
            samples = frame.to_ndarray().astype(np.float32)
            mono = samples.reshape(-1, len(frame.layout.channels) if frame.format.is_packed else 1)
            loud = np.abs(mono[:, 0]) > 0.1 * (
                1.0 if frame.format.name.startswith("flt") else 32768
            )
            start = float(frame.time or 0.0)
            if not loud.any():
                quiet_since = start if quiet_since is None else quiet_since
                continue
            if quiet_since is not None and start - quiet_since > FLASH_S:
                found.append(start + int(np.argmax(loud)) / frame.sample_rate)
            quiet_since = None
    return found


def apart(seen: list[float], heard: list[float]) -> list[float]:
    """For each flash, how much later its beep is heard; those without one are left out."""
    found = []
    for flash in seen:
        near = min(heard, key=lambda beep: abs(beep - flash), default=None)
        if near is not None and abs(near - flash) < EVERY_S / 2:
            found.append(near - flash)
    return found
