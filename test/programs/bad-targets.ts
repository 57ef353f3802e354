// A program that is good targets and the worst ones: it floods whoever asks, from a process of its own.

import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createGzip, gzipSync } from 'node:zlib';

const TEXT = { 'content-type': 'text/plain; version=0.0.4' };
const GOOD = Array.from({ length: 50 }, (_, i) => `good{series="${i}"} ${i}\n`).join('');
const GZIP = { ...TEXT, 'content-encoding': 'gzip' };

const BAD: Readonly<Record<string, (response: ServerResponse) => void>> = {
  hang: () => {},
  silent_body: (response) => response.writeHead(200, TEXT).flushHeaders(),
  drip: (response) => {
    response.writeHead(200, TEXT);
    const every = setInterval(() => response.write('a'), 20);
    response.on('close', () => clearInterval(every));
  },
  reset: (response) => response.socket?.resetAndDestroy(),
  cut: (response) =>
    response.writeHead(200, { ...TEXT, 'content-length': 1000 }).write('a 1\n', () => response.destroy()),
  // As many series as fit, then the same again.
  endless: (response) => flood(response.writeHead(200, TEXT), Number.POSITIVE_INFINITY),
  ten_million: (response) => flood(response.writeHead(200, TEXT), 10_000_000),
  one_million: (response) => flood(response.writeHead(200, TEXT), 1_000_000),
  long_line: (response) => response.writeHead(200, TEXT).end(`a{b="${'x'.repeat(20_000_000)}`),
  gzip_bomb: (response) => {
    response.writeHead(200, GZIP);
    const gzip = createGzip();
    gzip.pipe(response);
    response.on('close', () => gzip.destroy());
    for (let i = 0; i < 500; i += 1) gzip.write(Buffer.alloc(2 ** 20, '\n'));
    gzip.end();
  },
  small_bomb: (response) => response.writeHead(200, GZIP).end(SMALL_BOMB),
  noise: (response) =>
    response
      .writeHead(200, TEXT)
      .end(Buffer.from(Array.from({ length: 100_000 }, (_, i) => (200 + i * 167) & 255))),
  noise_gzip: (response) => response.writeHead(200, GZIP).end(Buffer.alloc(100_000, 7)),
  long_header: (response) => response.writeHead(200, { ...TEXT, 'x-long': 'x'.repeat(100_000) }).end('a 1\n'),
  no_http: (response) => response.socket?.end('this is no HTTP\r\n\r\n'),
  redirects: (response) => response.writeHead(302, { location: '/redirects' }).end(),
  error_page: (response) => flood(response.writeHead(500, TEXT), Number.POSITIVE_INFINITY),
};

// 200 MB in 200 kB.
const SMALL_BOMB = gzipSync(Buffer.alloc(200 * 2 ** 20, '\n'));
const BLOCK = 10_000;

function flood(response: ServerResponse, series: number): void {
  let made = 0;
  const more = () => {
    while (made < series && !response.destroyed) {
      const from = made;
      made += BLOCK;
      if (!response.write(Array.from({ length: BLOCK }, (_, i) => `m{i="${from + i}"} 1\n`).join(''))) return;
    }
    if (made >= series) response.end();
  };
  response.on('drain', more);
  more();
}

const server = createServer((request, response) => {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://targets');
  const bad = BAD[searchParams.get('flood') ?? pathname.slice(1)];
  if (bad === undefined) response.writeHead(200, TEXT).end(GOOD);
  else bad(response);
});
server.on('clientError', (_, socket) => socket.destroy());
server.listen(0, '127.0.0.1', () =>
  console.log(JSON.stringify({ port: (server.address() as AddressInfo).port, bad: Object.keys(BAD) })),
);
