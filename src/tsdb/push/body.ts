// The body of a pushed request: whole, unpacked, and never larger than it may be.

import type { IncomingMessage } from 'node:http';
import { promisify } from 'node:util';
import { gunzip, gunzipSync } from 'node:zlib';
import type { BodyRoom } from '../../lib/body-room.ts';
import { formatByteSize } from '../../lib/byte-size.ts';
import { codeOf } from '../../lib/errors.ts';
import { Refusal } from './refusal.ts';

/** Above this a thread of its own is worth its cost. */
const UNPACK_HERE_BYTES = 65_536;
const SOON_MS = 1000;

const gunzipApart = promisify(gunzip);

export interface BodyLimits {
  /** Of one body, as it comes and unpacked. */
  readonly mostBytes: number;
  /** For those that arrive at a time. */
  readonly room: BodyRoom;
}

/**
 * Reads a body.
 * @throws Refusal `too_large`, `bad_data` (no gzip, or the client has gone), `overloaded` (too many large ones arrive).
 */
export async function readBody(message: IncomingMessage, { mostBytes, room }: BodyLimits): Promise<Buffer> {
  const announced = Number(message.headers['content-length'] ?? 0);
  if (announced > mostBytes) throw tooLarge(mostBytes);
  const body = await collect(message, mostBytes, room);
  return isPacked(message) ? unpack(body, mostBytes) : body;
}

/** Whether we know how to read it. */
export function isKnownEncoding(message: IncomingMessage): boolean {
  const encoding = encodingOf(message);
  return encoding === 'identity' || isPacked(message);
}

function isPacked(message: IncomingMessage): boolean {
  return encodingOf(message) === 'gzip' || encodingOf(message) === 'x-gzip';
}

function encodingOf({ headers }: IncomingMessage): string {
  return (headers['content-encoding'] || 'identity').trim().toLowerCase();
}

// With events: an iterator over a small body costs as much as all the rest.
function collect(message: IncomingMessage, mostBytes: number, room: BodyRoom): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let held = 0;
    let refusal: Refusal | undefined;
    const settle = () => {
      chunks.length = 0;
      room.release(held);
      held = 0;
    };
    // What comes after a refusal is let pass: who sends it reads no answer before its end.
    message.on('data', (chunk: Buffer) => {
      if (refusal !== undefined) return;
      if (held + chunk.length > mostBytes) refusal = tooLarge(mostBytes);
      else if (!room.take(chunk.length, held)) refusal = tooMany();
      if (refusal === undefined) {
        held += chunk.length;
        chunks.push(chunk);
        return;
      }
      settle();
      reject(refusal);
    });
    message.on('end', () => {
      resolve(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks));
      settle();
    });
    message.on('close', () => {
      settle();
      // It comes after the end as well, and an error is not made for nothing.
      if (!message.complete) reject(new Refusal('bad_data', 'the body ends before its end'));
    });
  });
}

async function unpack(body: Buffer, mostBytes: number): Promise<Buffer> {
  const options = { maxOutputLength: mostBytes };
  try {
    return body.length <= UNPACK_HERE_BYTES ? gunzipSync(body, options) : await gunzipApart(body, options);
  } catch (cause) {
    if (codeOf(cause) === 'ERR_BUFFER_TOO_LARGE') throw tooLarge(mostBytes);
    throw new Refusal('bad_data', 'the body is no gzip, or is cut short', { cause });
  }
}

function tooLarge(mostBytes: number): Refusal {
  return new Refusal('too_large', `the body is larger than ${formatByteSize(mostBytes)}; nothing was taken`);
}

function tooMany(): Refusal {
  return new Refusal('overloaded', 'too many large bodies arrive at a time; nothing was taken', {
    retryAfterMs: SOON_MS,
  });
}
