import { describe, expect, it } from 'vitest';

import { type Beside, readSnapshot, reduceQuality, type Snapshot } from '../../src/media/quality';

type Entry = { id: string; type: string } & Record<string, unknown>;

const ALONE: Beside = { voices: new Set(['3']), freezes: null, told: null, reconnects: [] };

function snapshot(at: number, ...entries: Entry[]): Snapshot {
  return readSnapshot(new Map(entries.map((entry) => [entry.id, entry])), at);
}

function pair(changes: Record<string, unknown> = {}): Entry[] {
  return [
    { id: 'T', type: 'transport', selectedCandidatePairId: 'P' },
    {
      id: 'P',
      type: 'candidate-pair',
      localCandidateId: 'L',
      remoteCandidateId: 'R',
      currentRoundTripTime: 0.0421,
    },
    {
      id: 'L',
      type: 'local-candidate',
      candidateType: 'srflx',
      protocol: 'udp',
      address: '192.0.2.1',
      ...changes,
    },
    { id: 'R', type: 'remote-candidate', candidateType: 'host', protocol: 'udp' },
  ];
}

function voice(changes: Record<string, unknown> = {}): Entry {
  return {
    id: 'IA',
    type: 'inbound-rtp',
    kind: 'audio',
    mid: '3',
    packetsReceived: 1_000,
    packetsLost: 10,
    bytesReceived: 100_000,
    jitter: 0.004,
    concealedSamples: 5_000,
    totalSamplesReceived: 960_000,
    jitterBufferDelay: 40_000,
    jitterBufferEmittedCount: 900_000,
    ...changes,
  };
}

/** Five seconds of voice later. */
function later(changes: Record<string, unknown> = {}): Entry {
  return voice({
    packetsReceived: 1_245,
    packetsLost: 15,
    bytesReceived: 130_000,
    concealedSamples: 9_800,
    totalSamplesReceived: 1_200_000,
    jitterBufferDelay: 54_400,
    jitterBufferEmittedCount: 1_140_000,
    ...changes,
  });
}

describe('what comes in', () => {
  it('is reported as shares and rates of the time between', () => {
    const report = reduceQuality(
      snapshot(0, ...pair(), voice()),
      snapshot(5_000, ...pair(), later()),
      ALONE,
    );
    expect(report).toEqual({
      type: 'report_quality',
      span_ms: 5_000,
      rtt_ms: 42.1,
      audio_down: {
        loss: 0.02,
        jitter_ms: 4,
        bitrate_bps: 48_000,
        concealed: 0.02,
        buffer_ms: 60,
      },
      path: { local: 'srflx', remote: 'host', transport: 'udp' },
      reconnects: [],
    });
    expect(JSON.stringify(report)).not.toContain('192.0.2.1');
  });

  it('leaves out what the browser does not count, rather than saying zero', () => {
    const few = { concealedSamples: undefined, jitterBufferDelay: undefined, jitter: undefined };
    const report = reduceQuality(
      snapshot(0, voice({ ...few, totalSamplesReceived: undefined })),
      snapshot(5_000, later({ ...few, totalSamplesReceived: undefined })),
      ALONE,
    );
    expect(report).toEqual({
      type: 'report_quality',
      span_ms: 5_000,
      audio_down: { loss: 0.02, bitrate_bps: 48_000 },
      reconnects: [],
    });
  });

  it('is nobody’s concealment while their microphone is off', () => {
    const silent = later({ packetsReceived: 1_000, packetsLost: 10, bytesReceived: 100_000 });
    const beside = { ...ALONE, voices: new Set<string>() };
    const report = reduceQuality(snapshot(0, voice()), snapshot(5_000, silent), beside);
    expect(report).not.toHaveProperty('audio_down');
  });

  it('is all concealed where a voice ought to have come and none did', () => {
    const silent = later({
      packetsReceived: 1_000,
      packetsLost: 10,
      bytesReceived: 100_000,
      concealedSamples: 245_000,
    });
    const report = reduceQuality(snapshot(0, voice()), snapshot(5_000, silent), ALONE);
    expect(report?.audio_down).toMatchObject({ concealed: 1, bitrate_bps: 0 });
    expect(report?.audio_down).not.toHaveProperty('loss');
  });

  it('adds several people up', () => {
    const both = (at: number, one: Entry, other: Entry) =>
      snapshot(at, one, { ...other, id: 'IB', mid: '5' });
    const report = reduceQuality(
      both(0, voice(), voice()),
      both(5_000, later(), later({ packetsLost: 260, jitter: 0.05 })),
      { ...ALONE, voices: new Set(['3', '5']) },
    );
    expect(report?.audio_down).toMatchObject({ loss: 0.3423, jitter_ms: 50, bitrate_bps: 96_000 });
  });

  it('takes a lost packet that came twice for none', () => {
    const report = reduceQuality(
      snapshot(0, voice()),
      snapshot(5_000, later({ packetsLost: -40 })),
      ALONE,
    );
    expect(report?.audio_down?.loss).toBe(0);
  });

  it('says nothing of a stream that is new or began anew', () => {
    const fresh = reduceQuality(snapshot(0), snapshot(5_000, voice()), ALONE);
    expect(fresh).not.toHaveProperty('audio_down');
    const again = reduceQuality(snapshot(0, later()), snapshot(5_000, voice()), ALONE);
    expect(again).not.toHaveProperty('audio_down');
  });
});

describe('what goes out', () => {
  const sent = (packetsSent: number, packetsLost: number, more: Record<string, unknown> = {}) => [
    { id: 'OA', type: 'outbound-rtp', kind: 'audio', packetsSent, bytesSent: packetsSent * 120 },
    {
      id: 'RA',
      type: 'remote-inbound-rtp',
      kind: 'audio',
      localId: 'OA',
      packetsLost,
      jitter: 0.01,
      ...more,
    },
  ];

  it('is what the gateway’s receiver reports say of it', () => {
    const report = reduceQuality(
      snapshot(0, ...sent(500, 0)),
      snapshot(5_000, ...sent(750, 25)),
      ALONE,
    );
    expect(report?.audio_up).toEqual({ loss: 0.1, jitter_ms: 10, bitrate_bps: 48_000 });
  });

  it('is left out while nothing is sent', () => {
    const report = reduceQuality(
      snapshot(0, ...sent(500, 0)),
      snapshot(5_000, ...sent(500, 0)),
      ALONE,
    );
    expect(report).not.toHaveProperty('audio_up');
  });

  it('has the frames of the fastest encoding and the bits of all', () => {
    const picture = (framesEncoded: number, small: number) => [
      {
        id: 'OL',
        type: 'outbound-rtp',
        kind: 'video',
        packetsSent: framesEncoded,
        bytesSent: framesEncoded * 1_000,
        framesEncoded,
      },
      {
        id: 'OS',
        type: 'outbound-rtp',
        kind: 'video',
        packetsSent: small,
        bytesSent: small * 500,
        framesEncoded: small,
      },
    ];
    const report = reduceQuality(
      snapshot(0, ...picture(0, 0)),
      snapshot(5_000, ...picture(120, 60)),
      ALONE,
    );
    expect(report?.video_up).toEqual({ bitrate_bps: 240_000, fps: 24 });
  });
});

describe('pictures', () => {
  it('bring their freezes, where they are followed', () => {
    const freezes = { freezes: 2, frozenMs: 812.34, watchedMs: 5_000 };
    const report = reduceQuality(snapshot(0), snapshot(5_000), { ...ALONE, freezes });
    expect(report?.video_down).toEqual({ freezes: 2, frozen_ms: 812.3, watched_ms: 5_000 });
  });

  it('say nothing of freezes where the browser tells of no frames', () => {
    const nothing = { freezes: 0, frozenMs: 0, watchedMs: 0 };
    for (const freezes of [null, nothing]) {
      const report = reduceQuality(snapshot(0), snapshot(5_000), { ...ALONE, freezes });
      expect(report).not.toHaveProperty('video_down');
    }
  });
});

describe('the path', () => {
  it('is told once', () => {
    const told = { local: 'srflx', remote: 'host', transport: 'udp' } as const;
    const [before, after] = [snapshot(0, ...pair()), snapshot(5_000, ...pair())];
    expect(reduceQuality(before, after, ALONE)?.path).toEqual(told);
    expect(reduceQuality(before, after, { ...ALONE, told })).not.toHaveProperty('path');
  });

  it.each([
    [
      { candidateType: 'relay', protocol: 'udp', relayProtocol: 'tls' },
      { local: 'relay', remote: 'host', transport: 'tls' },
    ],
    [
      { candidateType: 'host', protocol: 'TCP' },
      { local: 'host', remote: 'host', transport: 'tcp' },
    ],
    [{ candidateType: 'odd' }, undefined],
    [{ protocol: 'carrier pigeon' }, undefined],
  ])('of %o is %o', (local, path) => {
    const report = reduceQuality(snapshot(0), snapshot(5_000, ...pair(local)), ALONE);
    expect(report?.path).toEqual(path);
  });
});

it('keeps within the gateway’s bounds whatever the browser says', () => {
  const mad = pair();
  const report = reduceQuality(
    snapshot(0, voice()),
    snapshot(
      1_000,
      ...mad.map((entry) => ({ ...entry, currentRoundTripTime: 1e9 })),
      later({
        packetsLost: 1e12,
        bytesReceived: 1e15,
        jitter: 1e9,
        concealedSamples: 1e12,
        jitterBufferDelay: 1e15,
      }),
    ),
    {
      ...ALONE,
      freezes: { freezes: 1e9, frozenMs: 1e12, watchedMs: 1e12 },
      reconnects: Array.from({ length: 20 }, () => ({ cause: 'network' as const, took_ms: 1e9 })),
    },
  );
  expect(report).toMatchObject({
    rtt_ms: 60_000,
    audio_down: { loss: 1, jitter_ms: 60_000, bitrate_bps: 1e9, concealed: 1, buffer_ms: 60_000 },
    video_down: { freezes: 600, frozen_ms: 1e6, watched_ms: 1e6 },
  });
  expect(report?.reconnects).toHaveLength(8);
  expect(report?.reconnects?.[0]?.took_ms).toBe(600_000);
});

it.each([500, 999, 60_001, -5])('says nothing of a span of %d ms', (at) => {
  expect(reduceQuality(snapshot(0), snapshot(at), ALONE)).toBeNull();
});
