// A raw-socket client: what really is on the wire, byte for byte, and how the connection ended.

import { connect, type Socket } from 'node:net';
import { codeOf } from '../../src/lib/errors.ts';

export interface RawAnswer {
  readonly statusLine: string;
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  readonly end: End;
}

/** FIN: the server closed in order. RST: it reset. */
export type End = 'FIN' | 'RST';

export interface RawConnection {
  readonly socket: Socket;
  /** All bytes so far. */
  received(): Buffer;
  /** Resolves when at least `count` bytes are there; fails when the connection ends before. */
  bytes(count: number): Promise<Buffer>;
  readonly ended: Promise<End>;
}

export interface RawRequest {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** Opens a connection and sends one request on it; the caller reads what comes. */
export function open(
  port: number,
  path: string,
  { method = 'GET', headers, body }: RawRequest = {},
): RawConnection {
  const all = {
    Host: `127.0.0.1:${port}`,
    Connection: 'close',
    ...(body !== undefined && { 'Content-Length': String(Buffer.byteLength(body)) }),
    ...headers,
  };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  const socket = connect(port, '127.0.0.1');
  socket.write(`${method} ${path} HTTP/1.1\r\n${lines.join('')}\r\n${body ?? ''}`);
  return watch(socket);
}

/** One request and everything that came until the connection ended. */
export async function ask(port: number, path: string, request?: RawRequest): Promise<RawAnswer> {
  const connection = open(port, path, request);
  const end = await connection.ended;
  return { ...parse(connection.received()), end };
}

/** A request to the admin API with a JSON body and a JSON answer. */
export async function askJson(
  port: number,
  method: string,
  path: string,
  value?: unknown,
): Promise<{ status: number; value: unknown }> {
  const body = value === undefined ? undefined : typeof value === 'string' ? value : JSON.stringify(value);
  const answer = await ask(port, path, { method, ...(body !== undefined && { body }) });
  return { status: answer.status, value: JSON.parse(answer.body.toString()) };
}

/** Splits the head from the body of an answer that is not chunked. */
export function parse(bytes: Buffer): Omit<RawAnswer, 'end'> {
  const headEnd = bytes.indexOf('\r\n\r\n');
  if (headEnd === -1) return { statusLine: '', status: 0, headers: {}, body: bytes };
  const [statusLine = '', ...lines] = bytes.subarray(0, headEnd).toString('latin1').split('\r\n');
  const headers = lines.map((line) => {
    const colon = line.indexOf(':');
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
  });
  return {
    statusLine,
    status: Number(statusLine.split(' ')[1]),
    headers: Object.fromEntries(headers),
    body: bytes.subarray(headEnd + 4),
  };
}

function watch(socket: Socket): RawConnection {
  const chunks: Buffer[] = [];
  let length = 0;
  const received = () => Buffer.concat(chunks);
  const ended = new Promise<End>((resolve, reject) => {
    socket.once('error', (error) => (codeOf(error) === 'ECONNRESET' ? resolve('RST') : reject(error)));
    socket.once('close', () => resolve('FIN'));
  });
  socket.on('data', (chunk) => {
    chunks.push(chunk);
    length += chunk.length;
  });
  const bytes = (count: number) =>
    new Promise<Buffer>((resolve, reject) => {
      const look = () => length >= count && resolve(received());
      socket.on('data', look);
      ended.then((end) => reject(new Error(`${end} after ${length} of ${count} bytes`)), reject);
      look();
    });
  return { socket, received, bytes, ended };
}
