"""A flash and a beep from one clock, and when a page at the other end shows and plays them.

A figure is positive when the picture comes after the sound. The page's own measure is taken of
what it hands to the screen and to the loudspeaker, and has an offset of its own (the fake
loudspeaker's buffer, half a frame): it means something only beside the same measure of a call with
nobody between.
The browser's measure (``estimatedPlayoutTimestamp`` of webrtc-stats) compares the sender's times of
what is playing, as the sender reports tell them; it has no offset, and cannot see a wrong report.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from tests.support.browsers import Person

SOURCE = """
(() => {
  let made = null;
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
    let next = Math.ceil(context.currentTime) + 1, row = 0;
    const draw = () => {
      const now = context.currentTime;
      if (next - now < 0.5) {
        gain.gain.setValueAtTime(0.8, next);
        gain.gain.setValueAtTime(0, next + 0.1);
        next += 1;
      }
      const on = now >= 1 && now % 1 < 0.2;
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
  window.testSource = () => (made ??= make());
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
    if (isBright && !bright) found.flashes.push(frame.expectedDisplayTime);
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
  let clock = [], quietUntil = 0;
  const timer = setInterval(() => {
    const now = performance.now(), at = context.currentTime * 1000;
    // The context's clock moves in steps: the smallest difference is the freshest.
    clock.push([now, now - at]);
    clock = clock.filter(([when]) => now - when < 2000);
    analyser.getFloatTimeDomainData(samples);
    const first = samples.findIndex((each) => Math.abs(each) > 0.15);
    if (first < 0) return;
    const beep = at - (samples.length - first) / 48 + Math.min(...clock.map(([, each]) => each));
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

WATCH_CALL = f"""
() => {{
  const peer = window.testPeers.at(-1);
  const tracks = {{}};
  for (const {{track}} of peer.getReceivers()) if (!track.muted) tracks[track.kind] ??= track;
  ({WATCH})(tracks);
  window.testPlayout = [];
  setInterval(async () => {{
    const at = {{}};
    for (const each of (await peer.getStats()).values())
      if (each.type === 'inbound-rtp' && each.estimatedPlayoutTimestamp > 0)
        at[each.kind] = each.estimatedPlayoutTimestamp;
    if (at.audio && at.video) window.testPlayout.push([performance.now(), at.audio - at.video]);
  }}, 500);
}}
"""

GATHERED = """
const gathered = (peer) => new Promise((done) => {
  const look = () => peer.iceGatheringState === 'complete' && done(peer.localDescription.sdp);
  peer.addEventListener('icegatheringstatechange', look);
  look();
});
"""
OFFER = f"""
async () => {{
  {GATHERED}
  const peer = window.testDirect = new RTCPeerConnection();
  const {{audio, video}} = window.testSource();
  const stream = new MediaStream([audio, video]);
  peer.addTrack(audio, stream); peer.addTrack(video, stream);
  await peer.setLocalDescription();
  return gathered(peer);
}}
"""
ANSWER = f"""
async (sdp) => {{
  {GATHERED}
  const peer = window.testDirect = new RTCPeerConnection();
  await peer.setRemoteDescription({{type: 'offer', sdp}});
  await peer.setLocalDescription();
  const tracks = {{}};
  for (const {{track}} of peer.getReceivers()) tracks[track.kind] = track;
  window.testStop = ({WATCH})(tracks);
  return gathered(peer);
}}
"""
CONNECT = "(sdp) => window.testDirect.setRemoteDescription({type: 'answer', sdp})"
STOP = "() => { window.testStop?.(); window.testDirect.close(); }"


@dataclass(frozen=True)
class Skews:
    """Skews in milliseconds: of the page's own measure, and of the browser's."""

    seen: list[float]
    told: list[float]


async def direct(source: Person, sink: Person, seconds: float) -> Skews:
    """The page's measure of a call from page to page, which is the measure's own offset."""
    offer = await source.page.evaluate(OFFER)
    await source.page.evaluate(CONNECT, await sink.page.evaluate(ANSWER, offer))
    # The two streams need a few seconds to find each other.
    await asyncio.sleep(10)
    found = await read(sink, await moment(sink), seconds)
    for each in (source, sink):
        await each.page.evaluate(STOP)
    return found


async def watch(sink: Person) -> None:
    """Begin to look at the call's other side."""
    await sink.page.evaluate(WATCH_CALL)


async def moment(someone: Person) -> float:
    """The page's clock, in milliseconds."""
    return float(await someone.page.evaluate("() => performance.now()"))


async def read(sink: Person, since: float, seconds: float) -> Skews:
    """What was found from a moment of the page's clock on, for so long."""
    await asyncio.sleep(max(0.0, seconds - (await moment(sink) - since) / 1000))
    lips = await sink.page.evaluate("() => window.testLips")
    told = await sink.page.evaluate("() => window.testPlayout ?? []")
    beeps = [each for each in lips["beeps"] if each >= since]
    flashes = [each for each in lips["flashes"] if each >= since]
    return Skews(pairs(beeps, flashes), [skew for at, skew in told if at >= since])


def pairs(beeps: list[float], flashes: list[float]) -> list[float]:
    """Flash minus beep, for each beep with a flash within half a second."""
    skews = []
    for beep in beeps:
        nearest = min(flashes, key=lambda flash: abs(flash - beep), default=None)
        if nearest is not None and abs(nearest - beep) < 500:
            skews.append(nearest - beep)
    return skews
