// The driver's client, bounded: one connection to Redis that lives as long as it answers in time.

import { createClient, ErrorReply, RESP_TYPES } from 'redis';
import { AppError } from '../../../lib/errors.ts';

/** A reply as RESP2 has it: numbers, texts (or bytes), null, lists of them. */
export type Reply = string | number | Buffer | null | readonly Reply[];

export interface SendOptions {
  /** Texts of the reply as bytes. */
  readonly bytes?: true;
  /** How long the answer may take beyond the bound of the connection, because the command itself waits. */
  readonly extraMs?: number;
}

export type Client = ReturnType<typeof makeClient>;

/** Where and how to connect. */
export interface Target {
  readonly url: string;
  readonly name: string;
  readonly answerMs: number;
  readonly ca?: string;
}

/** One that does not come back by itself. */
export function makeClient({ url, name, answerMs, ca }: Target) {
  const isTls = url.startsWith('rediss:');
  return createClient({
    url,
    name,
    RESP: 2,
    maintNotifications: 'disabled',
    // A command that waits for a connection would be neither done nor refused.
    disableOfflineQueue: true,
    socket: {
      connectTimeout: answerMs,
      reconnectStrategy: false,
      ...(isTls && { tls: true as const, ...(ca !== undefined && { ca }) }),
    },
  });
}

/** @throws AppError `away`; or Error with what Redis answered. */
export async function sendOn(
  client: Client,
  args: readonly (string | Buffer)[],
  answerMs: number,
  { bytes, extraMs = 0 }: SendOptions = {},
): Promise<Reply> {
  const typeMapping = bytes === true ? { [RESP_TYPES.BLOB_STRING]: Buffer } : {};
  const reply = client.sendCommand([...args], { typeMapping }) as Promise<Reply>;
  try {
    return await within(answerMs + extraMs, reply);
  } catch (error) {
    // Its place in the row of answers is lost, and with it the connection.
    if (error instanceof AppError) destroy(client, error);
    throw error;
  }
}

/** @throws AppError `away` when the answer takes longer. */
export async function within<T>(ms: number, answer: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new AppError('away', `Redis has not answered within ${ms} ms`)), ms);
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
    answer.catch(() => {});
  }
}

/** Ends it, and tells who listens for its end. */
export function destroy(
  client: Client,
  reason = new AppError('away', 'the connection to Redis was cut'),
): void {
  // Who waits for its end hears nothing of an end that we make ourselves.
  client.emit('error', reason);
  // A client forgets a socket that is only just connecting: it would stay open, and keep the program from ending.
  client.once('connect', () => client.destroy());
  client.destroy();
}

/** Whether Redis itself has refused the command; otherwise it did not reach Redis, or its answer did not come back. */
export function isRefused(error: unknown): error is ErrorReply {
  return error instanceof ErrorReply;
}
