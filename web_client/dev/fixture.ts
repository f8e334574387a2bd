/**
 * A session without a gateway, to look at: /dev/fixture.html?as=client&lang=zh-CN&state=video. Served
 * by `npx vite` only; it is no part of a build.
 */

import '../src/ui/after';
import '../src/ui/refusal';
import '../src/ui/room';
import { paintPerson } from './person';
import { type Language, language, setLanguage } from '../src/i18n/language';
import type { Call } from '../src/media/call';
import type { Line, LineListener } from '../src/protocol/line';
import { memorySeatStore } from '../src/protocol/seats';
import { Session } from '../src/protocol/session';
import type { Command, ParticipantView, Reply, Role, Rung, Text } from '../src/protocol/wire';

const query = new URLSearchParams(location.search);
const as = (query.get('as') ?? 'client') as Role;
const scene = query.get('state') ?? 'video';
const minutes = Number(query.get('minutes') ?? '12');
const chinese = (query.get('lang') ?? 'zh-CN') === 'zh-CN';

const client: ParticipantView = {
  id: 'c',
  role: 'client',
  name: chinese ? '小雨' : 'Rain',
  presence: 'present',
  microphone: true,
  camera: scene === 'video',
  link: scene === 'lost' ? 'disconnected' : 'connected',
  rung: (query.get('rung') ?? 'clear') as Rung,
  cue: 'balanced',
  device_paused: 'none',
  waits: false,
};
const counsellor: ParticipantView = {
  ...client,
  id: 'k',
  role: 'counsellor',
  name: chinese ? '李老师' : 'Li',
};

function texts(): Text[] {
  if (query.has('quiet')) return [];
  const lines: readonly (readonly [string, string, string])[] = [
    ['k', '我在这里，您慢慢来。', 'I’m here. Take your time.'],
    ['c', '昨晚没怎么睡，说话有点慢。', 'I didn’t sleep much, so I may be slow.'],
    ['k', '没关系。先坐一会儿也可以。', 'That’s all right. We can just sit for a while.'],
  ];
  const start = Date.now() - 240_000;
  return lines.map(([sender, zh, en], place) => ({
    type: 'text',
    seq: place + 1,
    sender,
    ref: place + 1,
    body: chinese ? zh : en,
    at: start + place * 60_000,
  }));
}

class StillLine implements Line {
  private listener: LineListener | null = null;
  listen(listener: LineListener): void {
    this.listener = listener;
  }
  connect(): void {
    const now = Date.now();
    const here = scene === 'alone' ? [] : [as === 'client' ? counsellor : client];
    this.listener?.event({
      type: 'welcome',
      seat: 'x'.repeat(20),
      resumed: false,
      you: as === 'client' ? 'c' : 'k',
      roster: [as === 'client' ? client : counsellor, ...here],
      texts: texts(),
      slots: 3,
      ice_servers: [],
      can_end: as === 'counsellor',
      next_ref: 10,
      now,
      started_at: now - minutes * 60_000,
      log: 'log',
      steady: false,
    });
  }
  disconnect(): void {
    this.listener = null;
  }
  send(command: Command): Promise<Reply> {
    if (command.type !== 'send_text') return Promise.resolve({ type: 'done' });
    return new Promise<Reply>((resolve) => {
      if (!command.body.includes('…')) {
        resolve({ type: 'text_accepted', ref: command.ref, seq: 4, at: Date.now() });
      }
    });
  }
}

setLanguage((query.get('lang') ?? 'zh-CN') as Language);
document.documentElement.lang = language();
document.documentElement.dataset.role = as;

const session = new Session({
  line: new StillLine(),
  seats: memorySeatStore(),
  seat: { seat: 'x'.repeat(20), role: as, name: '' },
  timers: {
    now: () => Date.now(),
    set: (callback, ms) => window.setTimeout(callback, ms),
    clear: (id) => window.clearTimeout(id),
  },
  random: Math.random,
});
const other = paintPerson(960, 640, as === 'client' ? 0 : 1);
const own = paintPerson(320, 240, as === 'client' ? 1 : 0);
const video = scene === 'video';
const call = {
  session,
  invitations: {
    open: query.has('invited') ? { by: 'k', kind: query.get('invited') } : null,
    asked: null,
    answer: () => undefined,
    forget: () => undefined,
  },
  link: {
    asksForPicture: query.has('asks'),
    openPicture: () => undefined,
    state: 'connected',
    encrypted: scene !== 'connecting',
    cipher: 'AEAD_AES_128_GCM',
    hears: true,
  },
  own: {
    trouble: query.has('trouble')
      ? { kind: query.get('kind') ?? 'video', trouble: query.get('trouble') }
      : null,
    notice: null,
    asking: { audio: false, video: false },
    isOn: (kind: string) => kind === 'audio' || video,
    track: (kind: string) => (kind === 'video' && video ? own : null),
    held: () => null,
    turn: () => Promise.resolve(),
    choose: () => Promise.resolve(),
    dismissTrouble: () => undefined,
    dismissNotice: () => undefined,
  },
  hints: { first: query.get('hint'), drop: () => undefined },
  watch: { batteryPercent: 15, level: () => -30, comeBack: () => Promise.resolve() },
  linkLostAt: null,
  wasConnected: true,
  others: scene === 'alone' ? [] : [as === 'client' ? counsellor : client],
  onChange: (listener: () => void) => session.onChange(listener),
  received: (_: string, kind: string) => (kind === 'video' && video ? other : null),
  handleFirstFrame: () => undefined,
  leave: () => session.leave(),
  end: () => session.end(),
};
session.start();
const page = document.createElement(
  scene === 'after' || scene === 'failed'
    ? 'qr-after'
    : scene === 'refused'
      ? 'qr-refusal'
      : 'qr-room',
);
Object.assign(page, {
  call: call as unknown as Call,
  person: as,
  parting: scene === 'failed' ? 'failed' : 'left',
  kind: query.get('kind') ?? 'expired',
  retry: true,
});
document.body.append(page);
