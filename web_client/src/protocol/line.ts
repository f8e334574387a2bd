/** A connection to the gateway as its session sees it, and Socket.IO behind it. What passes is a room's,
 * unless said otherwise. */

import { io, type Socket } from 'socket.io-client';

import type { Code, Command, ConnectAuth, Event, Reply } from './wire';

/** What a line tells its session. */
export interface LineListener<E = Event> {
  event(event: E): void;
  /** The gateway refused the seat, with a stable code. */
  refused(code: Code): void;
  /** The line is gone, or could not be made. */
  dropped(): void;
}

/** One way to the gateway. A line carries one connection at a time and never reconnects by itself. */
export interface Line<A = ConnectAuth, C = Command, R = Reply, E = Event> {
  listen(listener: LineListener<E>): void;
  /** `patienceMs` is how long the gateway may take to be reached before the try counts as lost. */
  connect(auth: A, patienceMs: number): void;
  disconnect(): void;
  /** Rejects with {@link LineLost} when no answer can come any more. */
  send(command: C): Promise<R>;
}

export class LineLost extends Error {}

const ANSWER_TIMEOUT_MS = 10_000;
/** From an open socket to the seat: one round trip, and the gateway's work for it. */
const SEAT_TIMEOUT_MS = 6_000;

export class SocketLine<
  A extends object = ConnectAuth,
  C = Command,
  R = Reply,
  E = Event,
> implements Line<A, C, R, E> {
  private listener: LineListener<E> | null = null;
  private socket: Socket | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;

  /** `origin` is the gateway's; empty for the page's own. */
  constructor(private readonly origin = '') {}

  listen(listener: LineListener<E>): void {
    this.listener = listener;
  }

  connect(auth: A, patienceMs: number): void {
    this.disconnect();
    // A socket of its own for each try: one that began while the network was dead asks too rarely.
    const socket = io(this.origin, {
      path: '/socket.io',
      transports: ['websocket', 'polling'],
      tryAllTransports: true,
      forceNew: true,
      reconnection: false,
      timeout: patienceMs,
      auth: (give) => {
        give({ ...auth });
      },
    });
    this.socket = socket;
    socket.on('event', (event: E) => {
      if (socket === this.socket) this.listener?.event(event);
    });
    socket.on('connect', () => clearTimeout(this.timer));
    socket.io.on('open', () => {
      this.timer = setTimeout(() => this.drop(socket), SEAT_TIMEOUT_MS);
    });
    socket.on('connect_error', (error) => {
      const code = refusalCode(error);
      if (code === null) this.drop(socket);
      else if (socket === this.socket) {
        this.disconnect();
        this.listener?.refused(code);
      }
    });
    socket.on('disconnect', () => this.drop(socket));
  }

  disconnect(): void {
    clearTimeout(this.timer);
    const socket = this.socket;
    this.socket = null;
    socket?.disconnect();
  }

  async send(command: C): Promise<R> {
    const { socket } = this;
    if (socket?.connected !== true) throw new LineLost();
    try {
      return (await socket.timeout(ANSWER_TIMEOUT_MS).emitWithAck('command', command)) as R;
    } catch {
      throw new LineLost();
    }
  }

  private drop(socket: Socket): void {
    if (socket !== this.socket) return;
    this.disconnect();
    this.listener?.dropped();
  }
}

/** Socket.IO puts the gateway's own words about a refused connection under `data`. */
function refusalCode(error: Error & { data?: unknown }): Code | null {
  const data = error.data;
  if (typeof data !== 'object' || data === null || !('code' in data)) return null;
  return typeof data.code === 'string' ? (data.code as Code) : null;
}
