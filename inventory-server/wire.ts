// How each fault is put on the wire. One function a fault; whatever is left over when it ends is cut.

import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Reply, sendReply } from '../src/lib/routes.ts';
import type { WrongList } from './documents.ts';
import type { FaultKind, FaultOptions } from './faults.ts';
import {
  entryText,
  firstHalf,
  inLatin1,
  LOGIN_PAGE,
  withByteOrderMark,
  wrongShape,
} from './faulty-bodies.ts';
import type { Form } from './forms.ts';
import { type Representation, replyWith } from './representation.ts';
import type { Endpoint } from './sensor.ts';

/** One request that gets a fault, and the right answers the fault may start from. */
export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly options: FaultOptions;
  readonly form: Form;
  readonly endpoint: Endpoint;
  /** The right representation, encoded as the client wants it. */
  right(): Promise<Representation>;
  /** A valid representation of a wrong list, encoded as the client wants it. */
  wrong(list: WrongList): Promise<Representation>;
  /** The body of a wrong list, or the right one; not encoded. */
  plain(list?: WrongList): Promise<Buffer>;
  bomb(): Promise<Buffer>;
}

type Send = (exchange: Exchange, over: AbortSignal) => void | Promise<void>;

const SENDERS: Readonly<Record<FaultKind, Send>> = {
  status: sendStatus,
  delay: sendLate,
  hang: hold,
  drip: sendDripping,
  cut_body: sendCutBody,
  long_length: sendLongLength,
  cut_json: async (exchange) => sendJson(exchange, firstHalf(await exchange.plain())),
  reset: (exchange) => void exchange.response.socket?.resetAndDestroy(),
  html: sendHtml,
  empty: (exchange) => sendJson(exchange, '[]'),
  null: (exchange) => sendJson(exchange, 'null'),
  wrong_shape: sendWrongShape,
  quarter: (exchange) => sendWrongList(exchange, 'quarter'),
  half: (exchange) => sendWrongList(exchange, 'half'),
  renamed: (exchange) => sendWrongList(exchange, 'renamed'),
  wrong_charset: async (exchange) => sendJson(exchange, inLatin1(await exchange.plain('accented'))),
  bom: async (exchange) => sendJson(exchange, withByteOrderMark(await exchange.plain())),
  endless: sendEndless,
  gzip_bomb: sendGzipBomb,
};

/** No fault holds a connection longer. */
const MAX_HOLD_MS = 3_600_000;
const MAX_ENDLESS_BYTES = 100e9;
const ENDLESS_BLOCK_BYTES = 65_536;

/**
 * Answers with the fault. Ends when the answer is out, the client has gone, `stopping` says so, or an hour has passed;
 * no timer and no connection of it is left then.
 */
export async function putOnWire(kind: FaultKind, exchange: Exchange, stopping: AbortSignal): Promise<void> {
  const { response } = exchange;
  const over = new AbortController();
  const end = (): void => over.abort();
  const timer = setTimeout(end, MAX_HOLD_MS);
  response.once('close', end);
  stopping.addEventListener('abort', end);
  try {
    if (!stopping.aborted) await SENDERS[kind](exchange, over.signal);
  } catch (error) {
    if (!over.signal.aborted && !response.destroyed) throw error;
  } finally {
    clearTimeout(timer);
    stopping.removeEventListener('abort', end);
    if (!response.writableEnded) response.destroy();
  }
}

function send({ response }: Exchange, reply: Reply): void {
  sendReply(response, reply);
}

function sendJson(exchange: Exchange, body: Buffer | string): void {
  send(exchange, { status: 200, headers: { 'content-type': 'application/json' }, body });
}

function sendStatus(exchange: Exchange): void {
  const { status, retryAfter } = exchange.options;
  const headers = { 'content-type': 'application/json', ...(retryAfter && { 'retry-after': retryAfter }) };
  const hasBody = status !== 204 && status !== 205 && status !== 304;
  send(exchange, { status, headers, body: hasBody ? `{"error":"fault: status ${status}"}\n` : '' });
}

async function sendLate(exchange: Exchange, over: AbortSignal): Promise<void> {
  await sleep(exchange.options.ms, undefined, { signal: over });
  send(exchange, replyWith(await exchange.right(), exchange.request.headers));
}

function hold(_: Exchange, over: AbortSignal): Promise<void> {
  return new Promise((resolve) => over.addEventListener('abort', () => resolve(), { once: true }));
}

async function sendDripping(exchange: Exchange, over: AbortSignal): Promise<void> {
  const { bytes, headers } = await exchange.right();
  const { response } = exchange;
  response.writeHead(200, { ...headers, 'content-length': bytes.length }).flushHeaders();
  for (let i = 0; i < bytes.length && hasBody(exchange); i += 1) {
    await sleep(exchange.options.intervalMs, undefined, { signal: over });
    await write(response, bytes.subarray(i, i + 1), over);
  }
  response.end();
}

/** The connection is cut where this returns, because the answer has not ended. */
async function sendCutBody(exchange: Exchange, over: AbortSignal): Promise<void> {
  const { bytes, headers } = await exchange.right();
  const { etag: _etag, 'last-modified': _modified, ...unproven } = headers;
  exchange.response.writeHead(200, { ...unproven, 'content-length': bytes.length }).flushHeaders();
  await write(exchange.response, firstHalf(bytes), over);
}

/** All of the right body, and the connection stays open for the rest that was announced. */
async function sendLongLength(exchange: Exchange, over: AbortSignal): Promise<void> {
  const { response } = exchange;
  const body = await exchange.plain();
  const headers = { 'content-type': 'application/json', 'content-length': 2 * body.length };
  response.writeHead(200, headers).flushHeaders();
  if (!hasBody(exchange)) return void response.end();
  await write(response, body, over);
  await hold(exchange, over);
}

async function sendWrongList(exchange: Exchange, list: WrongList): Promise<void> {
  send(exchange, replyWith(await exchange.wrong(list), exchange.request.headers));
}

function sendHtml(exchange: Exchange): void {
  send(exchange, { status: 200, headers: { 'content-type': 'text/html; charset=utf-8' }, body: LOGIN_PAGE });
}

async function sendWrongShape(exchange: Exchange): Promise<void> {
  const { options, form, endpoint } = exchange;
  sendJson(exchange, wrongShape(options.shape, form, await exchange.plain(), endpoint));
}

/** Never more than one block ahead of the client. */
async function sendEndless(exchange: Exchange, over: AbortSignal): Promise<void> {
  const { response, form, endpoint } = exchange;
  const entry = `${entryText(form, endpoint)},`;
  const block = Buffer.from(entry.repeat(Math.ceil(ENDLESS_BLOCK_BYTES / entry.length)));
  response.writeHead(200, { 'content-type': 'application/json' }).flushHeaders();
  if (!hasBody(exchange)) return void response.end();
  await write(response, Buffer.from('['), over);
  for (let sent = 0; sent < MAX_ENDLESS_BYTES; sent += block.length) await write(response, block, over);
}

async function sendGzipBomb(exchange: Exchange): Promise<void> {
  const headers = { 'content-type': 'application/json', 'content-encoding': 'gzip', vary: 'Accept-Encoding' };
  send(exchange, { status: 200, headers, body: await exchange.bomb() });
}

function hasBody({ request }: Exchange): boolean {
  return request.method !== 'HEAD';
}

/** Resolves when the system has taken the bytes; rejects when it is over or the client has gone. */
function write(response: ServerResponse, bytes: Buffer, over: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(over.reason);
    if (over.aborted) return onAbort();
    over.addEventListener('abort', onAbort, { once: true });
    response.write(bytes, (error) => {
      over.removeEventListener('abort', onAbort);
      if (error == null) return resolve();
      response.destroy();
      reject(error);
    });
  });
}
