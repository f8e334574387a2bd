import { describe, expect, it } from 'vitest';

import { endOf, SITTING_MS } from '../../src/desk/quiet';
import { type Keeps, QuietKeeper } from '../../src/desk/quiet-keeper';

import { FakeTimers } from '../support/fakes';
import { FakeStorage } from '../support/storage';

/** Several windows of one browser, which tell each other as browsers do. */
class Browser {
  readonly storage = new FakeStorage();
  readonly timers = new FakeTimers();
  private readonly windows: QuietKeeper[] = [];

  open(person = 'li'): { keeper: QuietKeeper; turns: () => number } {
    let turns = 0;
    const keeps: Keeps = {
      read: (key) => this.storage.getItem(key),
      write: (key, value) => {
        if (value === null) this.storage.removeItem(key);
        else this.storage.setItem(key, value);
        for (const each of this.windows) if (each !== keeper) each.handleKept();
      },
    };
    const keeper = new QuietKeeper({ keeps, timers: this.timers, changed: () => (turns += 1) });
    this.windows.push(keeper);
    keeper.begin(person);
    return { keeper, turns: () => turns };
  }
}

describe('quiet, as a browser keeps it', () => {
  it('is off at first, and on until the morning', () => {
    const browser = new Browser();
    const { keeper } = browser.open();
    expect([keeper.until, keeper.why]).toEqual([null, null]);
    keeper.set(true);
    const end = endOf(browser.timers.now());
    expect([keeper.until, keeper.why]).toEqual([end, 'quiet']);
    keeper.set(false);
    expect([keeper.until, keeper.why]).toEqual([null, null]);
    expect(browser.storage.length).toBe(0);
  });

  it('outlives a reload, and is over in the morning, of which it tells', () => {
    const browser = new Browser();
    browser.open().keeper.set(true);
    const { keeper, turns } = browser.open();
    expect(keeper.whyHeld('rain')).toBe('quiet');
    const before = turns();
    browser.timers.pass(endOf(browser.timers.now()) - browser.timers.now());
    expect(turns()).toBeGreaterThan(before);
    expect(keeper.whyHeld('rain')).toBeNull();
    expect(browser.open().keeper.until).toBeNull();
    expect(browser.storage.length).toBe(0);
  });

  it('is of all windows', () => {
    const browser = new Browser();
    const [one, other] = [browser.open(), browser.open()];
    one.keeper.set(true);
    expect(other.keeper.why).toBe('quiet');
    other.keeper.set(false);
    expect(one.keeper.why).toBeNull();
  });

  it('is nobody else’s', () => {
    const browser = new Browser();
    browser.open('li').keeper.set(true);
    expect(browser.open('chen').keeper.until).toBeNull();
    browser.storage.setItem('desk.quiet', '{"person":"chen","until":"never"}');
    expect(browser.open('chen').keeper.until).toBeNull();
    browser.storage.setItem('desk.quiet', '{');
    expect(browser.open('chen').keeper.until).toBeNull();
  });

  it('leaves nothing behind for who comes after', () => {
    const browser = new Browser();
    const { keeper } = browser.open();
    keeper.set(true);
    keeper.sit('rain');
    keeper.forget();
    expect([keeper.why, browser.storage.length]).toEqual([null, 0]);
    keeper.begin('chen');
    keeper.set(true);
    expect(browser.open('chen').keeper.why).toBe('quiet');
  });
});

describe('a session, as a browser keeps it', () => {
  it('holds the others in every window, and lets go when it is over', () => {
    const browser = new Browser();
    const [room, other] = [browser.open(), browser.open()];
    room.keeper.sit('rain');
    expect(other.keeper.whyHeld('snow')).toBe('session');
    expect(other.keeper.whyHeld('rain')).toBeNull();
    room.keeper.rise();
    expect(other.keeper.why).toBeNull();
  });

  it('is not ended by a window that is not in it', () => {
    const browser = new Browser();
    const [room, other] = [browser.open(), browser.open()];
    room.keeper.sit('rain');
    other.keeper.rise();
    expect([room.keeper.inSession, other.keeper.inSession]).toEqual([true, true]);
  });

  it('is over some time after its window was killed, and goes on while that says so', () => {
    const browser = new Browser();
    const [room, other] = [browser.open(), browser.open()];
    room.keeper.sit('');
    browser.timers.pass(SITTING_MS - 1);
    room.keeper.sit('rain');
    browser.timers.pass(SITTING_MS - 1);
    expect(other.keeper.whyHeld('snow')).toBe('session');
    browser.timers.pass(1);
    expect(other.keeper.inSession).toBe(false);
    browser.open();
    expect(browser.storage.length).toBe(0);
  });

  it('leaves the switch as it was', () => {
    const { keeper } = new Browser().open();
    keeper.set(true);
    keeper.sit('rain');
    keeper.rise();
    expect(keeper.why).toBe('quiet');
  });

  it('tells nobody any more once its page is gone', () => {
    const browser = new Browser();
    const { keeper, turns } = browser.open();
    keeper.set(true);
    keeper.close();
    const before = turns();
    browser.timers.pass(2 * 86_400_000);
    expect(turns()).toBe(before);
  });
});
