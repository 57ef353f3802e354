// An answer of which is known whether it was read to its end, which Node's `finish` does not say: it only means that the
// kernel has it.
//
// The answer tells its length and ends the connection. Who has read all of it then closes its side, and only who has
// read all of it does so cleanly: a client that is killed, or gives up, with bytes unread makes its kernel reset the
// connection. Bytes may still be under way when a client dies that has read everything so far; then its end comes before
// them and looks clean. So the kernel is asked as well whether the other one has acknowledged all.

import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Delivery, deliveryOf } from './tcp-table.ts';

/** Milliseconds. */
export interface SureBounds {
  /** How long the client may take to end the connection after the last byte was handed to the kernel. */
  readonly endMs: number;
  /** Some clients wait for our end before they make theirs: they get it after so long. */
  readonly ownEndMs: number;
}

const BOUNDS: SureBounds = { endMs: 10_000, ownEndMs: 1000 };
const LOOK_MS = 20;

/**
 * Answers with 200 and the pieces, and closes the connection. Never rejects.
 * @returns whether the client has read all of it; false when there is any doubt.
 */
export async function answerSurely(
  response: ServerResponse,
  headers: OutgoingHttpHeaders,
  pieces: readonly Buffer[],
  bounds: Partial<SureBounds> = {},
): Promise<boolean> {
  const { socket } = response;
  if (socket === null || socket.destroyed) return false;
  const ports = { localPort: socket.localPort, remotePort: socket.remotePort };
  const table = await deliveryOf(ports);
  // Where the kernel shows no such table, or not this connection in it, the clean end has to do.
  const look = table === 'open' ? () => deliveryOf(ports) : undefined;
  const peer = new Peer(socket);
  try {
    const length = pieces.reduce((sum, piece) => sum + piece.length, 0);
    response.writeHead(200, { ...headers, 'content-length': length, connection: 'close' });
    if (!(await isWritten(response, pieces, peer))) return false;
    return await isReadToItsEnd(socket, peer, look, { ...BOUNDS, ...bounds });
  } finally {
    socket.destroy();
  }
}

/** How the other side ends the connection. */
class Peer {
  #hasEnded = false;
  #isGone = false;
  #tell: (() => void)[] = [];

  /** Node would answer the end of the other side with ours, and the kernel would know no more of the connection. */
  constructor(socket: Socket) {
    this.#isGone = socket.destroyed;
    socket.removeAllListeners('end');
    socket.allowHalfOpen = true;
    socket.once('end', () => {
      this.#hasEnded = true;
      this.#changed();
    });
    socket.once('close', () => {
      this.#isGone = true;
      this.#changed();
    });
  }

  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  get isGone(): boolean {
    return this.#isGone;
  }

  /** Resolves when it ends, in whatever way. */
  over(): Promise<void> {
    if (this.#hasEnded || this.#isGone) return Promise.resolve();
    return new Promise((resolve) => this.#tell.push(resolve));
  }

  #changed(): void {
    for (const tell of this.#tell.splice(0)) tell();
  }
}

/** @returns whether the kernel has all of it, and the other side had not ended before. */
async function isWritten(response: ServerResponse, pieces: readonly Buffer[], peer: Peer): Promise<boolean> {
  // Not `end`: Node would close the connection at once. By the length the client knows that there is no more.
  response.flushHeaders();
  for (const piece of pieces) {
    const written = new Promise<void>((resolve) => response.write(piece, () => resolve()));
    await Promise.race([written, peer.over()]);
    if (peer.hasEnded || peer.isGone) return false;
  }
  return true;
}

type Look = () => Promise<Delivery | undefined>;

async function isReadToItsEnd(
  socket: Socket,
  peer: Peer,
  look: Look | undefined,
  { endMs, ownEndMs }: SureBounds,
): Promise<boolean> {
  const late = new AbortController();
  const ownEnd = setTimeout(() => socket.end(), ownEndMs);
  const timer = setTimeout(() => late.abort(), endMs);
  const isLate = new Promise<void>((resolve) => late.signal.addEventListener('abort', () => resolve()));
  try {
    await Promise.race([peer.over(), isLate]);
    clearTimeout(ownEnd);
    if (!peer.hasEnded) return false;
    if (look === undefined) return true;
    while (!late.signal.aborted) {
      const delivery = await look();
      if (delivery === 'delivered') return true;
      if (delivery === 'gone' || peer.isGone) return false;
      await sleep(LOOK_MS);
    }
    return false;
  } finally {
    clearTimeout(ownEnd);
    clearTimeout(timer);
  }
}
