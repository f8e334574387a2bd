/** This browser's own subscription to reminders: made by a tap, and taken back by one. */

import type { Browser } from '../protocol/bodies';

const WORKER = '/reminder.js';

export type Subscribed =
  | { readonly kind: 'done'; readonly browser: Browser }
  | { readonly kind: 'refused' | 'impossible' };

/** Whether this browser can be told at all. */
export function canPush(): boolean {
  return 'serviceWorker' in navigator && 'PushManager' in window && 'Notification' in window;
}

/** Ask the person, then the browser's push service. `key` is the installation's public one. */
export async function subscribe(key: string): Promise<Subscribed> {
  if (!canPush()) return { kind: 'impossible' };
  if ((await Notification.requestPermission()) !== 'granted') return { kind: 'refused' };
  try {
    const worker = await navigator.serviceWorker.register(WORKER);
    await navigator.serviceWorker.ready;
    const options = { userVisibleOnly: true, applicationServerKey: bytesOf(key) };
    const made = (await worker.pushManager.subscribe(options)).toJSON();
    const { p256dh = '', auth = '' } = made.keys ?? {};
    return { kind: 'done', browser: { endpoint: made.endpoint ?? '', keys: { p256dh, auth } } };
  } catch {
    return { kind: 'impossible' };
  }
}

/** The address of this browser's subscription; null where there is none. */
export async function subscribed(): Promise<string | null> {
  if (!canPush()) return null;
  const worker = await navigator.serviceWorker.getRegistration(WORKER);
  return (await worker?.pushManager.getSubscription())?.endpoint ?? null;
}

/** This browser is told no more. Returns the address it had. */
export async function unsubscribe(): Promise<string | null> {
  if (!canPush()) return null;
  const worker = await navigator.serviceWorker.getRegistration(WORKER);
  const held = await worker?.pushManager.getSubscription();
  await held?.unsubscribe();
  await worker?.unregister();
  return held?.endpoint ?? null;
}

function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  const plain = atob(text.replace(/-/g, '+').replace(/_/g, '/'));
  return Uint8Array.from(plain, (sign) => sign.charCodeAt(0));
}
