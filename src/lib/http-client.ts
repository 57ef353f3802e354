// One HTTP GET: bounded, decompressed, cancellable; every failure has a reason that can be counted.

import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createBrotliDecompress, createGunzip } from 'node:zlib';
import { Agent, type Dispatcher, request } from 'undici';
import { AppError, codeOf, messageOf } from './errors.ts';

export interface HttpAnswer {
  readonly status: number;
  /** Lower-case names; of a repeated header the first, but all of `link`. */
  readonly headers: Readonly<Record<string, string>>;
  /** Empty unless the status is 200: nothing else is read. */
  readonly body: Buffer;
}

export interface GetOptions {
  readonly headers: Readonly<Record<string, string>>;
  /** Bound on the decompressed body. */
  readonly maxBytes: number;
  /** Told each decompressed piece of the body, which is then not kept. What it throws fails the request. */
  readonly onPiece?: (piece: Buffer) => void;
  readonly signal: AbortSignal;
}

/** Why a GET gave no whole answer. */
export const HTTP_FAILURES = ['dns', 'connection', 'tls', 'too_large', 'encoding'] as const;
export type HttpFailure = (typeof HTTP_FAILURES)[number];

export interface HttpClient {
  /**
   * Fetches one answer, of any status, without following redirects.
   * @throws AppError<HttpFailure>, or the signal's reason when that aborts.
   */
  get(url: string, options: GetOptions): Promise<HttpAnswer>;
  close(): Promise<void>;
}

// A body nobody wants is read past, so that the connection can be used again; above this it is closed.
const UNREAD = { bytes: 16_384, ms: 1_000 };

/** Makes a client that keeps one connection to each server alive between requests. */
export function createHttpClient(): HttpClient {
  // The caller's signal is the only clock: a second, per-phase timeout would hide which bound was hit.
  const agent = new Agent({ keepAliveTimeout: 60_000, headersTimeout: 0, bodyTimeout: 0, connections: 1 });
  return { get: (url, options) => get(agent, url, options), close: () => agent.destroy() };
}

async function get(dispatcher: Dispatcher, url: string, options: GetOptions): Promise<HttpAnswer> {
  options.signal.throwIfAborted();
  try {
    const headers = { 'accept-encoding': 'gzip, br', ...options.headers };
    const answer = await request(url, { dispatcher, headers, signal: options.signal });
    const flat = flatten(answer.headers);
    if (answer.statusCode === 200) {
      return { status: 200, headers: flat, body: await readBody(answer.body, flat, options) };
    }
    await pass(answer.body);
    return { status: answer.statusCode, headers: flat, body: Buffer.alloc(0) };
  } catch (error) {
    options.signal.throwIfAborted();
    throw error instanceof AppError
      ? error
      : new AppError(failureOf(error), describe(error), { cause: error });
  }
}

async function pass(body: Dispatcher.ResponseData['body']): Promise<void> {
  const late = setTimeout(() => drop(body), UNREAD.ms);
  await body.dump({ limit: UNREAD.bytes }).catch(() => {});
  clearTimeout(late);
}

// Destroyed unread, a body fails with an abort of its own, which nobody else would catch.
function drop(body: Readable): void {
  body.once('error', () => {}).destroy();
}

function flatten(headers: Record<string, string | string[] | undefined>): Record<string, string> {
  const flat: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    const first = Array.isArray(value) ? (name === 'link' ? value.join() : value[0]) : value;
    if (first !== undefined) flat[name] = first;
  }
  return flat;
}

async function readBody(
  body: Readable,
  headers: Record<string, string>,
  bounds: Pick<GetOptions, 'maxBytes' | 'onPiece'>,
): Promise<Buffer> {
  const encoding = (headers['content-encoding'] || 'identity').trim().toLowerCase().slice(0, 40);
  const collect = collector(bounds);
  if (encoding === 'identity') return pipeline(body, collect);
  if (encoding === 'gzip' || encoding === 'x-gzip') return pipeline(body, createGunzip(), collect);
  if (encoding === 'br') return pipeline(body, createBrotliDecompress(), collect);
  drop(body);
  throw new AppError(
    'encoding',
    `the answer has the content encoding ${encoding}, gzip and br are understood`,
  );
}

function collector({
  maxBytes,
  onPiece,
}: Pick<GetOptions, 'maxBytes' | 'onPiece'>): (source: AsyncIterable<Buffer>) => Promise<Buffer> {
  return async (source) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    for await (const chunk of source) {
      bytes += chunk.length;
      if (bytes > maxBytes) throw new AppError('too_large', `the answer is larger than ${maxBytes} bytes`);
      if (onPiece === undefined) chunks.push(chunk);
      else onPiece(chunk);
    }
    return Buffer.concat(chunks);
  };
}

function failureOf(error: unknown): HttpFailure {
  const code = codeOf(error) ?? '';
  if (code === 'ENOTFOUND' || code.startsWith('EAI_')) return 'dns';
  if (code.startsWith('Z_') || code.startsWith('ERR__ERROR_') || code.startsWith('ERR_BROTLI'))
    return 'encoding';
  if (/CERT|SSL|TLS|EPROTO|SELF_SIGNED|VERIFY/.test(code)) return 'tls';
  return 'connection';
}

// A refused connection to a name with two addresses is an AggregateError with an empty message.
function describe(error: unknown): string {
  if (error instanceof AggregateError && error.message === '') return error.errors.map(messageOf).join(', ');
  return messageOf(error);
}
