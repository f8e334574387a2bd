/** What this browser keeps of a visit. On the device only what the person asked it to keep. */

import type { Draft } from './draft';
import type { PlanBody } from '../protocol/bodies';
import { seatStore } from '../protocol/seats';
import type { CutPlan } from '../ui/cut-plan';

const BEFORE = 'visit.before';
const PLAN = 'visit.plan';
const HOUR = 'visit.hour';

export type Remembered = Pick<Draft, 'place' | 'phone' | 'contactName' | 'contactPhone'>;

/** What can run while the line is cut: the plan, and whose name is in its words. */
export interface KeptPlan {
  readonly plan: PlanBody;
  readonly name: string;
}

/** Both storages may be missing: a browser may keep nothing for this page. */
export class Kept {
  constructor(
    private readonly device: Storage | null,
    private readonly tab: Storage | null,
  ) {}

  /** What was given last time, if the person wanted it kept. */
  remembered(): Remembered | null {
    return parseRemembered(read(this.device, BEFORE));
  }

  /** Keep it where that was ticked; else nothing stays. */
  remember(ticked: boolean, { place, phone, contactName, contactPhone }: Draft): void {
    const given = { place, phone, contactName, contactPhone };
    if (ticked) write(this.device, BEFORE, JSON.stringify(given));
    else this.forget();
  }

  forget(): void {
    remove(this.device, BEFORE);
  }

  get plan(): PlanBody | null {
    return parsePlan(read(this.tab, PLAN));
  }

  keepPlan(kept: KeptPlan): void {
    write(this.tab, PLAN, JSON.stringify(kept));
  }

  /** Over a reload the same hour goes on. */
  get hour(): string | null {
    return read(this.tab, HOUR);
  }

  /** A fresh way in: a seat of another hour is none here. */
  enter(id: string): void {
    if (this.tab !== null) seatStore(this.tab, 'seat.client').clear();
    write(this.tab, HOUR, id);
  }

  leave(): void {
    remove(this.tab, HOUR);
    remove(this.tab, PLAN);
  }
}

/** The plan as the room runs it; `clinicPhone` is what a client dials. */
export function cutPlanOf(plan: PlanBody | null, clinicPhone: string): CutPlan | null {
  if (plan === null) return null;
  const { caller, phone, wait_s: waitS = 30 } = plan;
  return {
    caller,
    dial: caller === 'client' ? clinicPhone : '',
    rings: phone,
    waitMs: waitS * 1000,
  };
}

/** Of the browser this page is in. */
export function keptHere(): Kept {
  return new Kept(
    storageOf(() => localStorage),
    storageOf(() => sessionStorage),
  );
}

function storageOf(get: () => Storage): Storage | null {
  try {
    return get();
  } catch {
    return null;
  }
}

function read(storage: Storage | null, key: string): string | null {
  return storage?.getItem(key) ?? null;
}

function write(storage: Storage | null, key: string, value: string): void {
  try {
    storage?.setItem(key, value);
  } catch {
    // No room for it: it is asked for again.
  }
}

function remove(storage: Storage | null, key: string): void {
  storage?.removeItem(key);
}

function parseRemembered(text: string | null): Remembered | null {
  if (text === null) return null;
  try {
    const value: unknown = JSON.parse(text);
    return isRemembered(value) ? value : null;
  } catch {
    return null;
  }
}

function parsePlan(text: string | null): PlanBody | null {
  if (text === null) return null;
  try {
    const { plan } = JSON.parse(text) as Partial<KeptPlan>;
    return typeof plan?.caller === 'string' ? plan : null;
  } catch {
    return null;
  }
}

function isRemembered(value: unknown): value is Remembered {
  if (typeof value !== 'object' || value === null) return false;
  const { place, phone, contactName, contactPhone } = value as Partial<
    Record<keyof Draft, unknown>
  >;
  return [place, phone, contactName, contactPhone].every((each) => typeof each === 'string');
}
