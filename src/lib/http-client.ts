// One HTTP request: bounded, decompressed, cancellable; every failure has a reason that can be counted.

import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createBrotliDecompress, createGunzip } from 'node:zlib';
import { type Dispatcher, request } from 'undici';
import { AppError } from './errors.ts';
import { type Agents, createAgents, type NamedTls } from './http-client-agents.ts';
import { httpFailure } from './http-client-failures.ts';
import { keepLookups, type Resolve } from './http-client-lookup.ts';
import { type Proxies, proxyFor } from './http-proxy.ts';

export interface HttpAnswer {
  readonly status: number;
  /** Lower-case names; of a repeated header the first, but all of `link`. */
  readonly headers: Readonly<Record<string, string>>;
  /** Of a GET empty unless the status is 200: nothing else is read. */
  readonly body: Buffer;
  /** The origin of the proxy it came through. */
  readonly proxy?: string;
}

export interface RequestOptions {
  readonly headers: Readonly<Record<string, string>>;
  /** Bound on the decompressed body. */
  readonly maxBytes: number;
  /** Told each decompressed piece of the body, which is then not kept. What it throws fails the request. */
  readonly onPiece?: (piece: Buffer) => void;
  readonly signal: AbortSignal;
  /** What https shows and trusts; nothing and the public authorities when absent. */
  readonly tls?: NamedTls | undefined;
}

export interface HttpClient {
  /**
   * Fetches one answer, of any status, without following redirects.
   * @throws AppError<HttpFailure>, or the signal's reason when that aborts.
   */
  get(url: string, options: RequestOptions): Promise<HttpAnswer>;
  /** Sends a form and reads the answer, of any status. @throws as `get`. */
  postForm(url: string, form: URLSearchParams, options: RequestOptions): Promise<HttpAnswer>;
  close(): Promise<void>;
}

export interface HttpClientOptions {
  readonly proxies?: Proxies;
  /** How long an address (ms) and a connection (ms) are used before the name is looked up again. */
  readonly addressMs?: number;
  readonly connectionMs?: number;
  readonly resolve?: Resolve;
}

// A body nobody wants is read past, so that the connection can be used again; above this it is closed.
const UNREAD = { bytes: 16_384, ms: 1_000 };
const NO_PROXIES: Proxies = { http: undefined, https: undefined, none: '' };
const PLAIN_TLS: NamedTls = { name: '', tls: undefined };

/** Makes a client that keeps one connection to each server alive between requests. */
export function createHttpClient({
  proxies = NO_PROXIES,
  addressMs = 60_000,
  connectionMs = 300_000,
  resolve,
}: HttpClientOptions = {}): HttpClient {
  const { lookup, forget } = keepLookups(addressMs, resolve);
  const agents = createAgents({ lookup, connectionMs });
  // Of the newest answer: who answered once in HTTP speaks it.
  let spoken = '';

  async function sendBy(message: Message, url: string, options: RequestOptions): Promise<HttpAnswer> {
    const proxy = proxyFor(url, proxies);
    const { origin } = new URL(url);
    try {
      const answer = await send(message, url, proxy, agents, options);
      spoken = origin;
      return await receive(answer, message, proxy, options);
    } catch (error) {
      forget();
      options.signal.throwIfAborted();
      throw httpFailure(error, url, proxy, spoken === origin);
    }
  }

  return {
    get: (url, options) => sendBy({ method: 'GET' }, url, options),
    postForm: (url, form, options) => sendBy({ method: 'POST', body: form.toString() }, url, options),
    close: () => agents.destroy(),
  };
}

interface Message {
  readonly method: 'GET' | 'POST';
  readonly body?: string;
}

async function send(
  { method, body }: Message,
  url: string,
  proxy: string | undefined,
  agents: Agents,
  options: RequestOptions,
): Promise<Dispatcher.ResponseData> {
  const { headers: given, tls = PLAIN_TLS, signal } = options;
  signal.throwIfAborted();
  const dispatcher = agents.agentFor(tls, proxy);
  const form = body === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded' };
  const headers = { 'accept-encoding': 'gzip, br', ...form, ...given };
  // Said once more: a proxy's own connections do not take the clocks of their agent.
  const clocks = { headersTimeout: 0, bodyTimeout: 0 };
  return request(url, { dispatcher, method, body: body ?? null, headers, signal, ...clocks });
}

async function receive(
  answer: Dispatcher.ResponseData,
  { method }: Message,
  proxy: string | undefined,
  options: RequestOptions,
): Promise<HttpAnswer> {
  const flat = flatten(answer.headers);
  const { statusCode: status } = answer;
  const via = proxy === undefined ? {} : { proxy: new URL(proxy).origin };
  if (status === 200 || method === 'POST')
    return { status, headers: flat, body: await readBody(answer.body, flat, options), ...via };
  await pass(answer.body);
  return { status, headers: flat, body: Buffer.alloc(0), ...via };
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
  bounds: Pick<RequestOptions, 'maxBytes' | 'onPiece'>,
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
}: Pick<RequestOptions, 'maxBytes' | 'onPiece'>): (source: AsyncIterable<Buffer>) => Promise<Buffer> {
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
