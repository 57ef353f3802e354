// A real forward proxy on loopback: CONNECT for https, absolute URLs for http. Every name leads to 127.0.0.1.

import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { pipeline } from 'node:stream';
import { tlsFixture } from './http-server.ts';

export interface TestProxy {
  readonly url: string;
  /** What it was asked for: `CONNECT host:port` and `GET http://host:port/path`, with the headers it saw. */
  readonly asked: { readonly line: string; readonly headers: IncomingMessage['headers'] }[];
  stop(): Promise<void>;
}

export interface ProxyOptions {
  /** Answers this status to everything. */
  readonly refuse?: number;
  /** Speaks TLS itself, with this certificate of the fixtures. */
  readonly certificate?: string;
}

export async function startProxy({ refuse, certificate }: ProxyOptions = {}): Promise<TestProxy> {
  const asked: TestProxy['asked'] = [];
  const sockets = new Set<Socket>();
  const server = certificate === undefined ? createServer() : createTlsServer(pairOf(certificate));
  server.on('connection', (socket: Socket) => sockets.add(socket));
  server.on('request', (message: IncomingMessage, response: ServerResponse) => {
    asked.push({ line: `${message.method} ${message.url}`, headers: message.headers });
    if (refuse !== undefined) response.writeHead(refuse).end();
    else forward(message, response);
  });
  server.on('connect', (message: IncomingMessage, socket: Socket) => {
    asked.push({ line: `CONNECT ${message.url}`, headers: message.headers });
    if (refuse !== undefined) socket.end(`HTTP/1.1 ${refuse} No\r\n\r\n`);
    else tunnel(message, socket, sockets);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const scheme = certificate === undefined ? 'http' : 'https';
  return { url: `${scheme}://127.0.0.1:${port}`, asked, stop: () => stop(server, sockets) };
}

function pairOf(name: string) {
  return { cert: tlsFixture(`${name}.crt`), key: tlsFixture(`${name}.key`) };
}

function tunnel(message: IncomingMessage, client: Socket, sockets: Set<Socket>): void {
  const server = connect(Number(new URL(`http://${message.url}`).port || 443), '127.0.0.1', () => {
    client.write('HTTP/1.1 200 Connection established\r\n\r\n');
    pipeline(server, client, server, () => {});
  });
  sockets.add(server);
  server.on('error', () => client.destroy());
  client.on('error', () => server.destroy());
}

function forward(message: IncomingMessage, response: ServerResponse): void {
  const { port, pathname, search } = new URL(message.url ?? '');
  const options = { host: '127.0.0.1', port: port || 80, path: pathname + search, method: message.method };
  const { 'proxy-authorization': _, ...headers } = message.headers;
  const onward = request({ ...options, headers }, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(response);
  });
  onward.on('error', () => response.writeHead(502).end());
  message.pipe(onward);
}

async function stop(server: Server, sockets: Set<Socket>): Promise<void> {
  const closed = new Promise((resolve) => server.close(resolve));
  for (const socket of sockets) socket.destroy();
  await closed;
}
