import { describe, expect, it } from 'vitest';

import { setLanguage } from '../../src/i18n/language';
import type { Message } from '../../src/protocol/wire';
import { allOf, archiveOf } from '../../src/thread/archive';

const AT = new Date(2026, 10, 27, 19).getTime();

function message(number: number, given: Partial<Message> = {}): Message {
  const id = `m${number}`;
  const made = { number, rev: number, id, author: 'me', kind: 'text' as const, body: id, at: AT };
  return { ...made, recalled: false, ...given };
}

function archive(...messages: Message[]): string {
  setLanguage('zh-CN');
  return archiveOf({ messages, you: 'me', name: '李老师', side: 'client', language: 'zh-CN' });
}

describe('the archive of a thread', () => {
  it('says who wrote what, and when', () => {
    const text = archive(message(1), message(2, { author: 'li', body: '看到了' }));
    expect(text).toContain('11月27日');
    expect(text).toContain('· 您</small>\n<p dir="auto">m1</p>');
    expect(text).toContain('· 李老师</small>\n<p dir="auto">看到了</p>');
  });

  it('shows what would be code, and runs none of it', () => {
    const text = archive(message(1, { body: '<script>alert(1)</script> "&' }));
    expect(text).not.toContain('<script>');
    expect(text).toContain('&lt;script&gt;alert(1)&lt;/script&gt; &quot;&amp;');
    expect(text).toContain("default-src 'none'");
  });

  it('tells of what is gone, and of hours in words', () => {
    const card = {
      booking: 'b',
      revision: 1,
      done: 'agree',
      by: 'counsellor',
      stage: 'confirmed',
      named: null,
      about: { starts_at: AT, minutes: 50 },
      agreed: { starts_at: AT, minutes: 50 },
      end: null,
      session: 's',
      late: false,
    };
    const body = JSON.stringify(card);
    const text = archive(
      message(1, { body: null, recalled: true }),
      message(2, { body: null }),
      message(3, { kind: 'booking', body }),
    );
    expect(text).toContain('这条消息被撤回了');
    expect(text).toContain('保存期限');
    expect(text).toContain('约好了：');
    expect(text).not.toContain('&quot;booking&quot;');
  });

  it('has everything, page by page, in order', async () => {
    const all = Array.from({ length: 450 }, (_, place) => message(place + 1));
    const pages: number[] = [];
    const found = await allOf((number) => {
      pages.push(number);
      const end = all.filter((each) => each.number < number);
      return Promise.resolve(end.slice(-200));
    });
    expect(found).toEqual(all);
    expect(pages.length).toBe(3);
    expect(await allOf(() => Promise.resolve(null))).toBeNull();
    expect(await allOf(() => Promise.resolve([]))).toEqual([]);
  });
});
