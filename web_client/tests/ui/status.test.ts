import { describe, expect, it } from 'vitest';

import { type Moment, statusOf } from '../../src/ui/status';

const OTHER = { presence: 'present', link: 'connected', microphone: true, camera: true } as const;
const WELL: Moment = {
  session: 'open',
  lineGoneMs: null,
  restarting: false,
  linkUp: true,
  linkWasUp: true,
  linkGoneMs: null,
  other: OTHER,
  otherOffline: false,
  otherLeft: false,
  leftQuickly: false,
  stuck: 'no',
  news: null,
  cameBackMuted: false,
};
const GONE = { session: 'waiting', linkUp: false } as const;

describe('the line under the picture', () => {
  it.each<[string, Partial<Moment>, string | null]>([
    ['all is well', {}, null],
    ['not there yet', { linkUp: false, linkWasUp: false }, 'status.connecting'],
    ['gone for a moment', { ...GONE, lineGoneMs: 4_999 }, null],
    ['gone a while', { ...GONE, lineGoneMs: 5_000 }, 'status.reconnecting'],
    [
      'gone a while, alone',
      { ...GONE, lineGoneMs: 9_000, other: null },
      'status.reconnecting.alone',
    ],
    ['gone for long', { ...GONE, lineGoneMs: 30_000 }, 'status.reconnecting.long'],
    ['gateway restarts', { ...GONE, restarting: true, lineGoneMs: 0 }, 'status.server'],
    [
      'gateway restarts, sound still up',
      { session: 'waiting', restarting: true, lineGoneMs: 10 },
      'status.server',
    ],
    [
      'gateway stays away',
      { ...GONE, restarting: true, lineGoneMs: 30_000 },
      'status.reconnecting.long',
    ],
    ['other offline', { other: null, otherOffline: true }, 'status.peer.offline'],
    ['line gone, sound fine', { session: 'waiting', lineGoneMs: 60_000 }, null],
    ['sound gone for a moment', { linkUp: false, linkGoneMs: 4_000 }, null],
    ['sound gone, text fine', { linkUp: false, linkGoneMs: 5_000 }, 'status.text.lifeline'],
    ['other away', { other: { ...OTHER, presence: 'away' } }, 'status.peer.lost'],
    ['other lost', { other: { ...OTHER, link: 'disconnected' } }, 'status.peer.lost'],
    ['stuck, heard', { stuck: 'sound' }, 'status.peer.frozen'],
    ['stuck, silent', { stuck: 'silent' }, 'status.peer.stuck'],
    [
      'narrow line, stuck',
      { news: { key: 'rung.own.voice', said: false, tone: 'notice' }, stuck: 'sound' },
      'rung.own.voice',
    ],
    [
      'narrow line, other away',
      {
        news: { key: 'rung.own.text', said: true, tone: 'notice' },
        other: { ...OTHER, presence: 'away' },
      },
      'status.peer.lost',
    ],
    ['picture off by choice', { other: { ...OTHER, camera: false } }, 'status.peer.camera.off'],
    ['only text', { other: { ...OTHER, camera: false, microphone: false } }, 'status.peer.quiet'],
    ['other left', { other: null, otherLeft: true }, 'status.peer.left'],
    [
      'left quickly',
      { other: null, otherLeft: true, leftQuickly: true },
      'status.peer.left.quickly',
    ],
    ['nobody yet', { other: null }, null],
    ['came back', { cameBackMuted: true }, 'status.mic.off'],
    ['over', { session: 'closed', other: null, otherLeft: true }, null],
  ])('%s', (_, change, key) => {
    expect(statusOf({ ...WELL, ...change })?.key ?? null).toBe(key);
  });

  it('is as quiet as its news, and fills its blanks', () => {
    const news = {
      key: 'steady.over.texts',
      said: true,
      tone: 'plain',
      blanks: { count: 2 },
    } as const;
    expect(statusOf({ ...WELL, news })).toEqual({ ...news, urgent: false });
  });

  it('interrupts only for a connection lost for more than five seconds', () => {
    expect(statusOf({ ...WELL, ...GONE, lineGoneMs: 6_000 })?.urgent).toBe(true);
    expect(statusOf({ ...WELL, other: { ...OTHER, camera: false } })?.urgent).toBe(false);
  });
});
