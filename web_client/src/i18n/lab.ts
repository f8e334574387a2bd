/** The laboratory's sentences, apart from those that people in a session are sent. */

import { fill, type Language, language, type Parameters } from './language';

const en = {
  title: 'Laboratory',
  heading: 'Laboratory',
  sub: 'Make a line of the demo session bad on purpose, and watch how its pages cope. On this machine only, for the demo session only.',
  unreachable: 'The gateway doesn’t answer. What is shown may be old.',
  refused: 'The gateway did not take that.',
  applied: 'Applied.',

  'leg.client': 'The client’s line',
  'leg.counsellor': 'The counsellor’s line',
  'is.clean': 'Nothing added',
  'is.worse': 'Made worse',
  'is.dead': 'Nothing passes',
  'is.cut': 'Cut, {seconds} s left',
  'is.unused': 'Nobody’s media has come this way yet.',

  up: 'What they send',
  down: 'What reaches them',

  presets: 'A place people know',
  'preset.none': 'Nothing added',
  'preset.wifi': 'Home Wi-Fi',
  'preset.village': 'Village 4G',
  'preset.train': 'Train',
  'preset.narrow': '80 kbit/s · 300 ms · 3 %',
  steps: 'Rate, both ways, in kbit/s',
  'cut.heading': 'Cut the line for',
  'cut.seconds': '{seconds} s',
  'cut.lift': 'Lift, 25 s',
  restore: 'Join it again now',
  'cut.note': 'Signaling is cut too, as it would be. The page itself stays.',

  now: 'Added now',
  'now.loss': 'loss {value} %',
  'now.burst': '{value} lost in a row',
  'now.delay': 'delay {value} ms',
  'now.jitter': 'jitter {value} ms',
  'now.rate': 'at most {value} kbit/s',
  'now.nothing': 'nothing',

  'count.speed': 'Passing now',
  'count.passed': 'Packets passed',
  'count.lost': 'Lost on the way',
  'count.dropped': 'Dropped, queue full',
  'count.waiting': 'Waiting',

  fine: 'Set each value',
  'field.loss_percent': 'Loss, %',
  'field.burst': 'Lost in a row, on average',
  'field.delay_ms': 'Delay, ms',
  'field.jitter_ms': 'Jitter, up to, ms',
  'field.rate_kbps': 'Rate, kbit/s (empty: no limit)',
  'field.queue_kb': 'Queue, kB',
  apply: 'Apply',
} as const;

export type LabKey = keyof typeof en;

const zh: Readonly<Record<LabKey, string>> = {
  title: '实验室',
  heading: '实验室',
  sub: '把演示会谈的一条线路故意弄差，看看页面怎么应对。只在这台电脑上，只对演示会谈。',
  unreachable: '服务没有回应，下面显示的可能不是最新的。',
  refused: '服务没有接受这个设置。',
  applied: '已生效。',

  'leg.client': '来访者的线路',
  'leg.counsellor': '咨询师的线路',
  'is.clean': '没有加任何东西',
  'is.worse': '已变差',
  'is.dead': '完全不通',
  'is.cut': '断开，还有 {seconds} 秒',
  'is.unused': '还没有人的声音或画面从这里经过。',

  up: '本人发出的',
  down: '本人收到的',

  presets: '熟悉的地方',
  'preset.none': '不加任何东西',
  'preset.wifi': '家里 Wi-Fi',
  'preset.village': '村里 4G',
  'preset.train': '火车',
  'preset.narrow': '80 kbit/s · 300 毫秒 · 3%',
  steps: '双向带宽，单位 kbit/s',
  'cut.heading': '断开线路',
  'cut.seconds': '{seconds} 秒',
  'cut.lift': '电梯，25 秒',
  restore: '现在接回',
  'cut.note': '信令会一起断，就像真的断网。页面本身还在。',

  now: '现在加上的',
  'now.loss': '丢包 {value}%',
  'now.burst': '平均连丢 {value} 个',
  'now.delay': '延迟 {value} 毫秒',
  'now.jitter': '抖动 {value} 毫秒',
  'now.rate': '最多 {value} kbit/s',
  'now.nothing': '没有',

  'count.speed': '现在通过',
  'count.passed': '通过的包',
  'count.lost': '路上丢的包',
  'count.dropped': '队列满而丢的包',
  'count.waiting': '排队中',

  fine: '逐项设置',
  'field.loss_percent': '丢包（%）',
  'field.burst': '平均连丢（个）',
  'field.delay_ms': '延迟（毫秒）',
  'field.jitter_ms': '抖动，最多（毫秒）',
  'field.rate_kbps': '带宽（kbit/s，空着就不限）',
  'field.queue_kb': '队列（kB）',
  apply: '生效',
};

export const LAB_WORDS: Readonly<Record<Language, Readonly<Record<LabKey, string>>>> = {
  en,
  'zh-CN': zh,
};

/** The sentence for `key` in the page's language. */
export function lab(key: LabKey, parameters: Parameters = {}): string {
  return fill(LAB_WORDS[language()][key], parameters);
}
