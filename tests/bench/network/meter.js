// What a page has seen and heard, noted every 100 ms; the same in our page and in the direct call's.
//
// Counters of pictures are summed over a peer connection's tracks. A frame counts when the page shows it to its
// person (requestVideoFrameCallback), in whichever element.
(() => {
  if (window.meter) return;
  const meter = { samples: [], frames: [], recording: null };
  window.meter = meter;
  const followed = new WeakSet();
  const MOST_MISSED = 100;

  function* elements(root) {
    for (const each of root.querySelectorAll('*')) {
      if (each.localName === 'video') yield each;
      if (each.shadowRoot) yield* elements(each.shadowRoot);
    }
  }

  // When the page last drew, before a moment at which it does.
  const drew = {
    times: [-Infinity, -Infinity],
    start: () => {
      const step = (now) => {
        drew.times = [drew.times[1], now];
        requestAnimationFrame(step);
      };
      requestAnimationFrame(step);
    },
    before: (now) => (drew.times[1] < now ? drew.times[1] : drew.times[0]),
  };

  // Note every frame of a remote track that an element of the page shows.
  function follow(peer) {
    const remote = new Set(peer.getReceivers().map(({ track }) => track.id));
    for (const video of elements(document)) {
      const track = video.srcObject?.getVideoTracks?.()[0];
      if (!track || !remote.has(track.id) || followed.has(video)) continue;
      followed.add(video);
      // A frame is shown without the page's own thread, which may be late to hear of it. Those it hears of at
      // once came after it last drew without any: since then they count as evenly spread.
      let last = NaN;
      let counted = NaN;
      const step = (now, { presentedFrames }) => {
        const shown = presentedFrames - counted;
        const count = shown > 0 && shown <= MOST_MISSED ? shown : 1;
        const since = Math.max(last, drew.before(now));
        for (let left = count - 1; left > 0; left--) meter.frames.push(now - (left * (now - since)) / count);
        meter.frames.push(now);
        [last, counted] = [now, presentedFrames];
        video.requestVideoFrameCallback(step);
      };
      video.requestVideoFrameCallback(step);
    }
  }

  const SUMS = {
    audio: ['concealedSamples', 'silentConcealedSamples', 'totalSamplesReceived', 'packetsReceived',
      'packetsLost', 'jitterBufferDelay', 'jitterBufferEmittedCount', 'bytesReceived', 'nackCount'],
    video: ['framesDecoded', 'framesReceived', 'framesDropped', 'keyFramesDecoded', 'packetsReceived',
      'packetsLost', 'bytesReceived', 'freezeCount', 'nackCount', 'pliCount',
      'retransmittedPacketsReceived'],
  };

  function inbound(out, each) {
    if (each.kind === 'audio') out['audio.of'] = each.ssrc;
    for (const name of SUMS[each.kind] ?? []) {
      const key = `${each.kind}.${name}`;
      out[key] = (out[key] ?? 0) + (each[name] ?? 0);
    }
    if (each.kind === 'video' && each.framesDecoded)
      out.height = Math.max(out.height ?? 0, each.frameHeight ?? 0);
  }

  function outbound(out, each) {
    out[`${each.kind}.bytesSent`] = (out[`${each.kind}.bytesSent`] ?? 0) + (each.bytesSent ?? 0);
    if (each.kind === 'video')
      out['video.framesSent'] = (out['video.framesSent'] ?? 0) + (each.framesSent ?? 0);
    if (each.kind === 'video' && each.active !== false)
      out.sentHeight = Math.max(out.sentHeight ?? 0, each.frameHeight ?? 0);
    if (each.qualityLimitationReason === 'cpu') out.cpu = 1;
  }

  async function sample() {
    const peer = window.testPeers?.at(-1);
    if (!peer) return;
    if (meter.samples.length % 10 === 0) follow(peer);
    const report = await peer.getStats();
    const out = { at: performance.now(), peer: window.testPeers.length, state: peer.connectionState };
    // There is one voice. After a reconnection another track may have it, and the old one only waits.
    const voice = [...report.values()]
      .filter(({ type, kind }) => type === 'inbound-rtp' && kind === 'audio')
      .sort((a, b) => (b.lastPacketReceivedTimestamp ?? 0) - (a.lastPacketReceivedTimestamp ?? 0))[0];
    for (const each of report.values()) {
      if (each.type === 'inbound-rtp' && (each.kind === 'video' || each.id === voice?.id)) inbound(out, each);
      else if (each.type === 'outbound-rtp') outbound(out, each);
      else if (each.type === 'candidate-pair' && each.nominated && each.state === 'succeeded') {
        out.rttMs = (each.currentRoundTripTime ?? 0) * 1000;
        out.availableBps = each.availableOutgoingBitrate ?? null;
      }
    }
    meter.samples.push(out);
  }

  meter.start = (periodMs) => {
    let busy = false;
    drew.start();
    setInterval(() => {
      if (busy) return;
      busy = true;
      void sample().finally(() => { busy = false; });
    }, periodMs);
  };

  // Remote voice as it is played, without loss. A recorder takes it from where it is played; what goes through
  // an AudioContext is torn where the machine is busy, and that would be taken for the line's doing.
  meter.record = () => {
    const voices = window.testPeers.at(-1).getReceivers().map(({ track }) => track)
      .filter(({ kind, muted }) => kind === 'audio' && !muted);
    const recorder = new MediaRecorder(new MediaStream(voices.slice(0, 1)), { mimeType: 'audio/webm;codecs=pcm' });
    const parts = [];
    recorder.ondataavailable = ({ data }) => parts.push(data);
    recorder.start(1_000);
    meter.recording = { recorder, parts };
  };

  meter.recorded = async () => {
    const { recorder, parts } = meter.recording;
    await new Promise((resolve) => {
      recorder.onstop = resolve;
      recorder.stop();
    });
    const blob = new Blob(parts);
    return await new Promise((resolve) => {
      const reader = new FileReader();
      reader.onload = () => resolve(reader.result.split(',')[1] ?? '');
      reader.readAsDataURL(blob);
    });
  };
})();
