import { describe, expect, it } from 'vitest';

import type { Freezes } from '../../src/media/freeze-watch';
import { QualityReports } from '../../src/media/quality-reports';
import { Reconnects } from '../../src/media/reconnects';
import type { Reply, ReportQuality } from '../../src/protocol/wire';
import { settle } from '../support/fakes';

const STATS: [string, unknown][] = [
  ['T', { id: 'T', type: 'transport', selectedCandidatePairId: 'P' }],
  [
    'P',
    {
      id: 'P',
      type: 'candidate-pair',
      localCandidateId: 'L',
      remoteCandidateId: 'L',
      currentRoundTripTime: 0.05,
    },
  ],
  ['L', { id: 'L', type: 'local-candidate', candidateType: 'host', protocol: 'udp' }],
];

class Rig {
  now = 0;
  up = true;
  moving = true;
  reply: Reply = { type: 'done' };
  lost = false;
  readonly sent: ReportQuality[] = [];
  readonly reconnects = new Reconnects();
  private taken = 0;
  private readonly picture = {
    take: (): Freezes => {
      const watchedMs = this.now - this.taken;
      this.taken = this.now;
      return { freezes: 1, frozenMs: 400, watchedMs };
    },
  };
  private readonly reports = new QualityReports({
    stats: () => Promise.resolve(this.up ? STATS : null),
    voices: () => new Set(),
    moving: () => this.moving,
    pictures: new Set([this.picture]),
    reconnects: this.reconnects,
    send: (report) => {
      this.sent.push(report);
      return this.lost ? Promise.reject(new Error('lost')) : Promise.resolve(this.reply);
    },
    now: () => this.now,
  });

  async pass(ms: number): Promise<void> {
    for (const end = this.now + ms; this.now < end; this.now += 500) {
      await this.reports.look();
      await settle();
    }
  }
}

describe('reports of quality', () => {
  it('go out every five seconds, the path with the first', async () => {
    const rig = new Rig();
    await rig.pass(20_500);
    expect(rig.sent.map(({ span_ms }) => span_ms)).toEqual([5_000, 5_000, 5_000, 5_000]);
    expect(rig.sent.map((report) => 'path' in report)).toEqual([true, false, false, false]);
    expect(rig.sent[1]?.video_down).toMatchObject({ freezes: 1, watched_ms: 5_000 });
  });

  it('wait while there is no path, and say how long that was', async () => {
    const rig = new Rig();
    await rig.pass(5_500);
    rig.up = false;
    await rig.pass(10_000);
    rig.up = true;
    await rig.pass(5_000);
    expect(rig.sent.map(({ span_ms }) => span_ms)).toEqual([5_000, 15_000]);
  });

  it('say nothing of freezes where a picture ought to have stood still for a while', async () => {
    const rig = new Rig();
    await rig.pass(6_000);
    rig.moving = false;
    await rig.pass(1_000);
    rig.moving = true;
    await rig.pass(9_000);
    expect(rig.sent.map((report) => 'video_down' in report)).toEqual([true, false, true]);
  });

  it('tell a reconnect again until it was taken', async () => {
    const rig = new Rig();
    rig.reconnects.handleLink(true, 0);
    rig.reconnects.handleLink(false, 100);
    rig.reconnects.handleLink(true, 300);
    rig.lost = true;
    await rig.pass(5_500);
    rig.lost = false;
    rig.reply = { type: 'refused', code: 'rate_limited', message: '', ref: null };
    await rig.pass(5_000);
    rig.reply = { type: 'done' };
    await rig.pass(10_000);
    expect(rig.sent.map(({ reconnects }) => reconnects?.length)).toEqual([1, 1, 1, 0]);
    expect(rig.sent.map((report) => 'path' in report)).toEqual([true, true, true, false]);
  });
});
