// A connection on which nothing comes and goes: the server is asked, on another one, whether it waits for us as we for it.

import type { Socket } from 'node:net';
import pg from 'pg';

/** A process of the server, which has one for each connection. */
export interface Backend {
  readonly pid: number;
  /** When it began: numbers are given again. */
  readonly since: string;
}

export interface SilenceOptions {
  /** Of the connection that is watched. */
  readonly socket: Socket;
  readonly backend: Backend;
  /** How long nothing may come or go before the server is asked. It is asked again as long as that lasts. */
  readonly silenceMs: number;
  /** How to ask it. */
  readonly config: pg.ClientConfig;
}

/**
 * Aborts the signal when the connection is dead: the server has ended it, or waits for what we have sent. The server's
 * end of it is ended then as well, so that nothing is held there. A server that works on what it was told is left alone,
 * as is one that cannot be asked.
 */
export function watchSilence(options: SilenceOptions): { readonly signal: AbortSignal; stop(): void } {
  const { socket, silenceMs } = options;
  const dead = new AbortController();
  let seen = traffic(socket);
  let isAsking = false;
  const timer = setInterval(async () => {
    if (isAsking) return;
    const now = traffic(socket);
    const isSilent = now === seen;
    seen = now;
    if (!isSilent) return;
    isAsking = true;
    const isStill = () => !socket.destroyed && traffic(socket) === seen;
    if (await endIfDead(options, isStill)) dead.abort(new Error('the connection went silent'));
    isAsking = false;
  }, silenceMs);
  return { signal: dead.signal, stop: () => clearInterval(timer) };
}

function traffic({ bytesRead, bytesWritten }: Socket): number {
  return bytesRead + bytesWritten;
}

// What this program was too busy to read has been read by the time that there is another connection.
async function endIfDead(
  { config, backend, silenceMs }: SilenceOptions,
  isStill: () => boolean,
): Promise<boolean> {
  const client = new pg.Client({ ...config, connectionTimeoutMillis: silenceMs, query_timeout: silenceMs });
  client.on('error', () => {});
  try {
    await client.connect();
    return isStill() && (await hasEnded(client, backend));
  } catch {
    return false;
  } finally {
    client.connection.stream.destroy();
  }
}

async function hasEnded(client: pg.Client, { pid, since }: Backend): Promise<boolean> {
  const { rows } = await client.query<{ is_waiting: boolean | null }>(
    `SELECT wait_event = 'ClientRead' AND pg_terminate_backend(pid) AS is_waiting
       FROM pg_stat_activity WHERE pid = $1 AND backend_start = $2::timestamptz`,
    [pid, since],
  );
  return rows[0]?.is_waiting ?? rows.length === 0;
}
