"""A flash and a beep from one clock, and when a page at the other end shows and plays them.

Both pages write down wall times of one machine: when the flash was drawn and the beep was due, when
they were shown and heard. Skew is what the picture took less what the voice took: positive when the
picture comes after the sound. What a page takes for its own tracks, with no call between, is the
measure's own offset (the way through the canvas and the sound graph, half a frame).
The browser's measure (``estimatedPlayoutTimestamp`` of webrtc-stats) compares the sender's times of
what is playing, as the sender reports tell them; it has no offset, and cannot see a wrong report.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from tests.support.browsers import Person

LONGEST_MS = 900.0
"""Under way: flashes and beeps are a second apart, and a longer one could be the next."""

SOURCE = """
(() => {
  window.testNow = () => performance.timeOrigin + performance.now();
  // What to add to a context's time for the time of the wall. The context's clock moves in steps:
  // the smallest difference is the freshest.
  window.testClock = (context) => {
    let seen = [];
    return () => {
      const now = window.testNow();
      seen.push([now, now - context.currentTime * 1000]);
      seen = seen.filter(([when]) => now - when < 2000);
      return Math.min(...seen.map(([, each]) => each));
    };
  };
  let source = null;
  function make() {
    const context = new AudioContext({sampleRate: 48000});
    const oscillator = new OscillatorNode(context, {frequency: 1000});
    const gain = new GainNode(context, {gain: 0});
    const out = new MediaStreamAudioDestinationNode(context);
    oscillator.connect(gain).connect(out);
    oscillator.start();
    const canvas = document.createElement('canvas');
    canvas.width = 480; canvas.height = 270;
    const brush = canvas.getContext('2d');
    let next = Math.ceil(context.currentTime) + 1, row = 0, wasOn = true;
    const clock = window.testClock(context), made = window.testMade = {beeps: [], flashes: []};
    const draw = () => {
      const now = context.currentTime, offset = clock();
      if (next - now < 0.5) {
        gain.gain.setValueAtTime(0.8, next);
        gain.gain.setValueAtTime(0, next + 0.1);
        made.beeps.push(next * 1000 + offset);
        next += 1;
      }
      const on = now >= 1 && now % 1 < 0.2;
      if (on && !wasOn) made.flashes.push(window.testNow());
      wasOn = on;
      brush.fillStyle = '#203040';
      brush.fillRect(0, 0, 480, 270);
      // Something that moves, so that every frame is worth sending.
      brush.fillStyle = '#508060';
      brush.fillRect(row = (row + 4) % 480, 225, 60, 30);
      brush.fillStyle = on ? '#ffffff' : '#000000';
      brush.fillRect(120, 45, 240, 150);
    };
    setInterval(draw, 16);
    const [audio] = out.stream.getAudioTracks();
    const [video] = canvas.captureStream(25).getVideoTracks();
    return {audio, video};
  }
  window.testSource = () => (source ??= make());
  navigator.mediaDevices.getUserMedia = async (wanted) => {
    const source = window.testSource();
    const tracks = ['audio', 'video'].filter((kind) => wanted[kind]).map((kind) => source[kind]);
    return new MediaStream(tracks.map((track) => track.clone()));
  };
})();
"""

WATCH = """
(tracks) => {
  const found = {beeps: [], flashes: []};
  const video = document.createElement('video');
  video.muted = true; video.playsInline = true;
  Object.assign(video.style, {position: 'fixed', right: 0, bottom: 0, width: '64px', zIndex: 99});
  video.srcObject = new MediaStream([tracks.video]);
  document.body.append(video);
  void video.play();
  const small = document.createElement('canvas');
  small.width = 16; small.height = 9;
  const brush = small.getContext('2d', {willReadFrequently: true});
  let bright = true;
  const look = (_, frame) => {
    brush.drawImage(video, 0, 0, 16, 9);
    const isBright = brush.getImageData(8, 4, 1, 1).data[1] > 128;
    if (isBright && !bright) found.flashes.push(performance.timeOrigin + frame.expectedDisplayTime);
    bright = isBright;
    handle = video.requestVideoFrameCallback(look);
  };
  let handle = video.requestVideoFrameCallback(look);

  // A remote track gives WebAudio nothing unless an element plays it.
  const sound = new Audio();
  sound.srcObject = new MediaStream([tracks.audio]);
  void sound.play();
  const context = new AudioContext({sampleRate: 48000});
  const analyser = new AnalyserNode(context, {fftSize: 4096});
  context.createMediaStreamSource(new MediaStream([tracks.audio])).connect(analyser);
  const samples = new Float32Array(4096);
  const clock = window.testClock(context);
  let quietUntil = 0;
  const timer = setInterval(() => {
    const at = context.currentTime * 1000 + clock();
    analyser.getFloatTimeDomainData(samples);
    const first = samples.findIndex((each) => Math.abs(each) > 0.15);
    if (first < 0) return;
    const beep = at - (samples.length - first) / 48;
    if (beep > quietUntil && first > 200) found.beeps.push(beep);
    quietUntil = beep + 400;
  }, 10);
  window.testLips = found;
  return () => {
    clearInterval(timer);
    video.cancelVideoFrameCallback(handle);
    video.remove(); sound.pause(); void context.close();
  };
}
"""

ASK = """
(peer) => {
  const told = window.testPlayout = [];
  setInterval(async () => {
    const at = {};
    for (const each of (await peer.getStats()).values())
      if (each.type === 'inbound-rtp' && each.estimatedPlayoutTimestamp > 0)
        at[each.kind] = each.estimatedPlayoutTimestamp;
    if (at.audio && at.video) told.push([window.testNow(), at.audio - at.video]);
  }, 500);
}
"""

LOOK_AT_CALL = f"""
() => {{
  const peer = window.testPeers.at(-1);
  const tracks = {{}};
  for (const {{track}} of peer.getReceivers()) if (!track.muted) tracks[track.kind] ??= track;
  ({WATCH})(tracks);
  ({ASK})(peer);
}}
"""
LOOK_AT_SELF = f"() => {{ window.testStop = ({WATCH})(window.testSource()); }}"
STOP = "() => window.testStop()"


@dataclass(frozen=True)
class Skews:
    """In milliseconds, one for each flash with its beep; and what the browser says of itself."""

    voice: list[float]
    picture: list[float]
    told: list[float]

    @property
    def seen(self) -> list[float]:
        """What the picture took more than the voice."""
        return [late - early for early, late in zip(self.voice, self.picture, strict=True)]


async def instrument(someone: Person, seconds: float) -> Skews:
    """What a page finds of its own tracks, with no call: the measure's own offset."""
    await someone.page.evaluate(LOOK_AT_SELF)
    since = await moment(someone)
    await asyncio.sleep(seconds)
    found = await read(someone, someone, since)
    await someone.page.evaluate(STOP)
    return found


async def both(one: Person, other: Person, seconds: float) -> list[Skews]:
    """What the two pages find from now on, for so long."""
    since = [await moment(each) for each in (one, other)]
    await asyncio.sleep(seconds)
    return [await read(one, other, since[0]), await read(other, one, since[1])]


async def watch(sink: Person) -> None:
    """Begin to look at the call's other side."""
    await sink.page.evaluate(LOOK_AT_CALL)


async def moment(someone: Person) -> float:
    """The page's clock, in milliseconds of the wall."""
    return float(await someone.page.evaluate("() => window.testNow()"))


async def read(sink: Person, source: Person, since: float) -> Skews:
    """What was found from a moment of the page's clock on."""
    lips = await sink.page.evaluate("() => window.testLips")
    told = await sink.page.evaluate("() => window.testPlayout ?? []")
    made = await source.page.evaluate("() => window.testMade")
    voice, picture = (delays(made[what], lips[what]) for what in ("beeps", "flashes"))
    seconds = [each for each in voice if each in picture and each * 1000 >= since]
    return Skews(
        voice=[voice[each] for each in seconds],
        picture=[picture[each] for each in seconds],
        told=[skew for at, skew in told if at >= since],
    )


def delays(made: list[float], found: list[float]) -> dict[int, float]:
    """How long each event took to be shown or heard, by the second of the wall it was made in."""
    took = {}
    for each in made:
        arrived = next((at for at in found if 0 <= at - each < LONGEST_MS), None)
        if arrived is not None:
            took[int(each // 1000)] = arrived - each
    return took
