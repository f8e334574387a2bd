/** The words of what is held back from a counsellor: while they want no disturbance, and in a session. */

const en = {
  'quiet.switch': 'Do not disturb',
  'quiet.until': 'Until {time}',
  'quiet.in_session': 'In session. Messages are held until it is over.',
  'quiet.room': 'In session, messages wait',
  'quiet.about':
    'Messages still come and are kept; none is lost. Who comes to an appointment is still shown to you.',
  'held.quiet': 'Do not disturb',
  'held.session': 'In session',
  'held.none': 'nothing new is waiting',
  'held.one': '1 new message is waiting',
  'held.some': '{count} new messages are waiting',
};

const zh: Record<keyof typeof en, string> = {
  'quiet.switch': '勿扰',
  'quiet.until': '到{time}',
  'quiet.in_session': '会谈中，消息等结束后再看。',
  'quiet.room': '会谈中，消息先等着',
  'quiet.about': '消息照常收好，一条不少。有人来赴约，仍会显示给您。',
  'held.quiet': '勿扰中',
  'held.session': '会谈中',
  'held.none': '没有新消息等着',
  'held.one': '有 1 条新消息等着',
  'held.some': '有 {count} 条新消息等着',
};

export const QUIET_WORDS = { en, 'zh-CN': zh } as const;
