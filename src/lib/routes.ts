// Requests in, replies out: a map of paths whose handlers need no socket, so a test can call them.

import type { IncomingHttpHeaders, IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { AppError, messageOf } from './errors.ts';
import { userOf } from './request-user.ts';

export interface HttpRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: IncomingHttpHeaders;
  readonly remoteAddress: string;
  /** The address of ours that was asked. */
  readonly localAddress: string;
  /** Whose password was right; undefined while no users are configured. */
  readonly user: string | undefined;
  /** The whole body as text. @throws AppError `too_large` above 1 MiB. */
  body(): Promise<string>;
}

export interface Reply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string | Buffer;
}

export type Handler = (request: HttpRequest) => Reply | Promise<Reply>;

/** Path, then method. HEAD is answered by GET; a path that ends in `/*` takes everything below it. */
export type Routes = Readonly<
  Record<string, Readonly<Partial<Record<'GET' | 'POST' | 'PUT' | 'DELETE', Handler>>>>
>;

const MAX_BODY_BYTES = 1_048_576;

/** A plain text reply with a line end, as a terminal likes it. */
export function text(status: number, body: string): Reply {
  return { status, headers: { 'content-type': 'text/plain; charset=utf-8' }, body: `${body}\n` };
}

/** A JSON reply, indented for people. */
export function json(status: number, value: unknown): Reply {
  return {
    status,
    headers: { 'content-type': 'application/json' },
    body: `${JSON.stringify(value, null, 2)}\n`,
  };
}

/**
 * Makes the listener that answers from `routes`: 404 for another path, 405 with Allow for another method,
 * 500 without details when a handler throws (`onError` gets the details).
 */
export function serveRoutes(routes: Routes, onError: (error: unknown) => void): RequestListener {
  return (incoming, response) => {
    answer(routes, incoming)
      .catch((error: unknown) => {
        onError(error);
        return text(500, 'internal error; the log says more');
      })
      .then((reply) => sendReply(response, reply))
      .catch(onError);
  };
}

async function answer(routes: Routes, incoming: IncomingMessage): Promise<Reply> {
  const url = URL.parse(incoming.url ?? '/', 'http://localhost');
  if (url === null) return text(400, 'cannot read the request target');
  const methods = routes[url.pathname] ?? routes[wildcard(url.pathname)];
  if (methods === undefined) return text(404, `nothing is at ${url.pathname}`);
  const handler = methods[(incoming.method === 'HEAD' ? 'GET' : incoming.method) as keyof typeof methods];
  if (handler === undefined) return notAllowed(url.pathname, Object.keys(methods));
  try {
    return await handler(readable(incoming, url));
  } catch (error) {
    if (error instanceof AppError && error.reason === 'too_large') return text(413, messageOf(error));
    throw error;
  }
}

function wildcard(path: string): string {
  return `${path.slice(0, path.lastIndexOf('/'))}/*`;
}

function notAllowed(path: string, methods: string[]): Reply {
  const allow = methods.includes('GET') ? ['HEAD', ...methods] : methods;
  const reply = text(405, `${path} takes ${methods.join(', ')}`);
  return { ...reply, headers: { ...reply.headers, allow: allow.join(', ') } };
}

function readable(incoming: IncomingMessage, url: URL): HttpRequest {
  return {
    method: incoming.method ?? 'GET',
    url,
    headers: incoming.headers,
    remoteAddress: incoming.socket.remoteAddress ?? '',
    localAddress: incoming.socket.localAddress ?? '',
    user: userOf(incoming),
    body: () => readBody(incoming),
  };
}

async function readBody(incoming: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MAX_BODY_BYTES)
      throw new AppError('too_large', `the body is larger than ${MAX_BODY_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** Sends a whole reply. A 204 and a 304 carry no Content-Length: it would be that of the body they stand for. */
export function sendReply(response: ServerResponse, reply: Reply): void {
  const hasLength = reply.status !== 204 && reply.status !== 304;
  response.writeHead(reply.status, {
    'x-content-type-options': 'nosniff',
    ...(hasLength && { 'content-length': String(Buffer.byteLength(reply.body)) }),
    ...reply.headers,
  });
  response.end(reply.body);
}
