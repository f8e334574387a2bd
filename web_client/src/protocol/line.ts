/** The signaling connection as the session sees it, and Socket.IO behind it. */

import { io, type Socket } from 'socket.io-client';

import type { Code, Command, ConnectAuth, Event, Reply } from './wire';

/** What a line tells its session. */
export interface LineListener {
  event(event: Event): void;
  /** The gateway refused the seat, with a stable code. */
  refused(code: Code): void;
  /** The line is gone, or could not be made. */
  dropped(): void;
}

/** One way to the gateway. A line carries one connection at a time and never reconnects by itself. */
export interface Line {
  listen(listener: LineListener): void;
  connect(auth: ConnectAuth): void;
  disconnect(): void;
  /** Rejects with {@link LineLost} when no answer can come any more. */
  send(command: Command): Promise<Reply>;
}

export class LineLost extends Error {}

const ANSWER_TIMEOUT_MS = 10_000;
const CONNECT_TIMEOUT_MS = 8_000;

export class SocketLine implements Line {
  private listener: LineListener | null = null;
  private auth: ConnectAuth | null = null;
  private readonly socket: Socket;

  /** `origin` is the gateway's; empty for the page's own. */
  constructor(origin = '') {
    this.socket = io(origin, {
      path: '/socket.io',
      transports: ['websocket', 'polling'],
      tryAllTransports: true,
      autoConnect: false,
      reconnection: false,
      timeout: CONNECT_TIMEOUT_MS,
      auth: (give) => {
        give({ ...this.auth });
      },
    });
    this.socket.on('event', (event: Event) => this.listener?.event(event));
    this.socket.on('connect_error', (error) => {
      const code = refusalCode(error);
      if (code === null) this.listener?.dropped();
      else this.listener?.refused(code);
    });
    this.socket.on('disconnect', (reason) => {
      if (reason !== 'io client disconnect') this.listener?.dropped();
    });
  }

  listen(listener: LineListener): void {
    this.listener = listener;
  }

  connect(auth: ConnectAuth): void {
    this.auth = auth;
    this.socket.disconnect();
    this.socket.connect();
  }

  disconnect(): void {
    this.socket.disconnect();
  }

  async send(command: Command): Promise<Reply> {
    if (!this.socket.connected) throw new LineLost();
    try {
      return (await this.socket
        .timeout(ANSWER_TIMEOUT_MS)
        .emitWithAck('command', command)) as Reply;
    } catch {
      throw new LineLost();
    }
  }
}

/** Socket.IO puts the gateway's own words about a refused connection under `data`. */
function refusalCode(error: Error & { data?: unknown }): Code | null {
  const data = error.data;
  if (typeof data !== 'object' || data === null || !('code' in data)) return null;
  return typeof data.code === 'string' ? (data.code as Code) : null;
}
