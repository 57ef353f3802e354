// One connection to a door of HTTP, by hand: 16 µs of CPU a request where undici takes 50, so that the load costs less
// than what it measures. It knows only what mini-tsdb answers: a Content-Length, or 204.

import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { codeOf } from '../../src/lib/errors.ts';
import { type Answer, DOOR_FACTS, type Door, type DoorName, type Parcel } from '../push/doors.ts';
import { httpAnswer, httpHeaders, noAnswer } from '../push/http-answer.ts';

const TIMEOUT_MS = 30_000;
const MOST_ANSWER = 1_048_576;
const HEAD_END = '\r\n\r\n';

/** One request at a time. It connects when it is needed. @param door any but `grpc`. */
export function openHttpConnection(base: string, door: DoorName, token: string): Door {
  const url = new URL(`${base.replace(/\/$/, '')}${DOOR_FACTS[door].path}`);
  const headers = Object.entries(httpHeaders(door, token)).map(([name, value]) => `${name}: ${value}\r\n`);
  const head = `POST ${url.pathname} HTTP/1.1\r\nhost: ${url.host}\r\n${headers.join('')}`;
  // What is sent again and again is put together once.
  const packed = new WeakMap<Parcel, Buffer>();
  let socket: Socket | undefined;
  let settle: (answer: Answer) => void = () => {};
  let received = '';

  function wireOf(parcel: Parcel): Buffer {
    let wire = packed.get(parcel);
    if (wire === undefined) {
      wire = Buffer.concat([
        Buffer.from(`${head}content-length: ${parcel.bytes.length}${HEAD_END}`),
        parcel.bytes,
      ]);
      packed.set(parcel, wire);
    }
    return wire;
  }

  function drop(code: string): void {
    socket?.destroy();
    socket = undefined;
    settle(noAnswer(code));
  }

  function end({ answer, isLast }: Read): void {
    if (isLast) {
      socket?.destroy();
      socket = undefined;
    }
    settle(answer);
  }

  function onData(chunk: Buffer): void {
    received += chunk.toString('latin1');
    const read = received.length > MOST_ANSWER ? 'unknown' : readAnswer(received);
    if (read === undefined) return;
    received = '';
    if (read === 'unknown') drop('UNKNOWN_ANSWER');
    else end(read);
  }

  function open(): Socket {
    const [host, port] = [url.hostname.replace(/^\[|\]$/g, ''), Number(url.port) || undefined];
    const opened =
      url.protocol === 'https:'
        ? connectTls({ host, port: port ?? 443, servername: url.hostname })
        : connect({ host, port: port ?? 80, noDelay: true });
    // Of an old connection nobody wants to hear.
    const mine = (then: () => void) => () => opened === socket && then();
    opened.on('data', (chunk) => opened === socket && onData(chunk));
    opened.on('error', (error) => opened === socket && drop(codeOf(error) ?? error.message));
    opened.on(
      'close',
      mine(() => drop('ECONNRESET')),
    );
    opened.setTimeout(
      TIMEOUT_MS,
      mine(() => drop('ETIMEDOUT')),
    );
    received = '';
    return opened;
  }

  return {
    url: url.href,
    send(parcel, signal) {
      return new Promise((resolve) => {
        const abort = () => drop('ABORTED');
        settle = (answer) => {
          settle = () => {};
          signal.removeEventListener('abort', abort);
          resolve(answer);
        };
        if (signal.aborted) return abort();
        signal.addEventListener('abort', abort);
        socket ??= open();
        socket.write(wireOf(parcel));
      });
    },
    async close() {
      drop('CLOSED');
    },
  };
}

interface Read {
  readonly answer: Answer;
  /** The server closes the connection. */
  readonly isLast: boolean;
}

/** @returns undefined while it is not whole; `unknown` for what is not understood. */
function readAnswer(received: string): Read | 'unknown' | undefined {
  const end = received.indexOf(HEAD_END);
  if (end < 0) return undefined;
  const head = received.slice(0, end + 2);
  const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(head)?.[1]);
  const length = status === 204 ? 0 : Number(/\r\ncontent-length: (\d{1,9})\r\n/i.exec(head)?.[1]);
  if (Number.isNaN(status + length)) return 'unknown';
  const from = end + HEAD_END.length;
  if (received.length < from + length) return undefined;
  const retryAfter = /\r\nretry-after: ([^\r]*)\r\n/i.exec(head)?.[1];
  const answer = httpAnswer(status, retryAfter, received.slice(from, from + length));
  return { answer, isLast: /\r\nconnection: close\r\n/i.test(head) };
}
