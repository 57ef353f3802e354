// Measures the sensor fleet: CPU time per scrape from prepared bodies, over connections that stay open.
//   npx node tools/bench/fleet.ts [--connections 32] [--sensors 100] [--rounds 7] [--seconds 2]

import '../../src/lib/node-version.ts';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';

interface Round {
  readonly scrapes: number;
  readonly cpuMicros: number;
  readonly wallSeconds: number;
}

interface Hammer {
  /** Scrapes answered so far. */
  count(): number;
  stop(): void;
}

const { values } = parseArgs({
  options: {
    connections: { type: 'string', default: '32' },
    sensors: { type: 'string', default: '100' },
    rounds: { type: 'string', default: '7' },
    seconds: { type: 'string', default: '2' },
  },
});

const sensors = Number(values.sensors);
const admin = await startAdmin(sensors);
const fleet = startFleetProcess(admin);
try {
  const port = await listeningPort(fleet);
  await healthy(port);
  const hammer = startHammer(port, Number(values.connections), sensors);
  await sleep(2_000);
  const rounds: Round[] = [];
  for (let i = 0; i < Number(values.rounds); i += 1)
    rounds.push(await measure(port, hammer, Number(values.seconds) * 1000));
  hammer.stop();
  report(rounds);
} finally {
  fleet.kill();
  admin.close();
}

/** The inventory's admin API, as far as the fleet asks it. */
async function startAdmin(count: number): Promise<Server> {
  const list = Array.from({ length: count }, (_, i) => ({
    name: `sensor_${i}`,
    port: 9100,
    path: '/metrics',
  }));
  const body = JSON.stringify({ revision: 1, sensors: list });
  const server = createServer((request, response) => {
    response.setHeader('etag', '"1"');
    if (request.headers['if-none-match'] === '"1"') response.writeHead(304).end();
    else response.end(body);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

function startFleetProcess(admin: Server): ChildProcess {
  const script = new URL('../../inventory-server/fleet.ts', import.meta.url).pathname;
  const { port } = admin.address() as AddressInfo;
  const env = { ...process.env, LISTEN_ADDRESS: '127.0.0.1:0', ADMIN_URL: `http://127.0.0.1:${port}` };
  return spawn(process.execPath, [script], { env, stdio: ['ignore', 'pipe', 'inherit'] });
}

function listeningPort(fleet: ChildProcess): Promise<number> {
  let output = '';
  return new Promise((resolve, reject) => {
    fleet.once('exit', () => reject(new Error(`the fleet ended: ${output}`)));
    fleet.stdout?.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      const port = /"address":"127\.0\.0\.1:(\d+)"/.exec(output)?.[1];
      if (port !== undefined) resolve(Number(port));
    });
  });
}

async function healthy(port: number): Promise<void> {
  while (!(await fetch(`http://127.0.0.1:${port}/healthz`)).ok) await sleep(50);
}

/** Keeps one request under way on each connection. */
function startHammer(port: number, connections: number, count: number): Hammer {
  let started = 0;
  let scrapes = 0;
  const requests = Array.from({ length: count }, (_, i) => scrapeRequest(`sensor_${i}`));
  const nextRequest = () => {
    started += 1;
    return requests[started % count] as Buffer;
  };
  const answered = () => {
    scrapes += 1;
  };
  const sockets = Array.from({ length: connections }, () => scrapeForEver(port, nextRequest, answered));
  return { count: () => scrapes, stop: () => sockets.forEach((socket) => void socket.destroy()) };
}

function scrapeForEver(port: number, next: () => Buffer, answered: () => void): Socket {
  const socket = connect(port, '127.0.0.1', () => socket.write(next()));
  let missing = 0;
  socket.setNoDelay(true);
  socket.on('data', (chunk: Buffer) => {
    missing += missing === 0 ? answerBytes(chunk) - chunk.length : -chunk.length;
    if (missing > 0) return;
    answered();
    socket.write(next());
  });
  return socket;
}

// The head comes whole with the first chunk on loopback; anything else ends the run with a wrong length.
function answerBytes(chunk: Buffer): number {
  const head = chunk.toString('latin1', 0, 400);
  const end = head.indexOf('\r\n\r\n');
  const length = /\r\ncontent-length: (\d+)\r\n/i.exec(head)?.[1];
  if (!head.startsWith('HTTP/1.1 200 ') || end === -1 || length === undefined)
    throw new Error(`no answer to a scrape: ${head}`);
  return end + 4 + Number(length);
}

// As Prometheus 3.5 sends it to a proxy.
function scrapeRequest(sensor: string): Buffer {
  return Buffer.from(
    `GET http://${sensor}:9100/metrics HTTP/1.1\r\nHost: ${sensor}:9100\r\nUser-Agent: Prometheus/3.5.0\r\n` +
      'Accept: application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,' +
      'application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,' +
      'text/plain;version=0.0.4;q=0.3,*/*;q=0.2\r\n' +
      'Accept-Encoding: gzip\r\nX-Prometheus-Scrape-Timeout-Seconds: 10\r\n\r\n',
  );
}

async function measure(port: number, hammer: Hammer, forMs: number): Promise<Round> {
  const cpu = await cpuMicros(port);
  const scrapes = hammer.count();
  const begin = performance.now();
  await sleep(forMs);
  const wallSeconds = (performance.now() - begin) / 1000;
  return { scrapes: hammer.count() - scrapes, cpuMicros: (await cpuMicros(port)) - cpu, wallSeconds };
}

/** User and system time of the fleet's process, as its own metrics say. */
async function cpuMicros(port: number): Promise<number> {
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  const seconds = [...text.matchAll(/^sensor_fleet_cpu_seconds_total\{.*\} (\S+)$/gm)].map((match) =>
    Number(match[1]),
  );
  return 1e6 * seconds.reduce((sum, value) => sum + value, 0);
}

function report(rounds: readonly Round[]): void {
  const perScrape = median(rounds.map(({ cpuMicros, scrapes }) => cpuMicros / scrapes));
  const wall = median(rounds.map(({ scrapes, wallSeconds }) => scrapes / wallSeconds));
  console.log(`${rounds.length} rounds, ${values.connections} connections, ${sensors} sensors; medians:`);
  console.log(`CPU per scrape           ${perScrape.toFixed(1)} µs`);
  console.log(`scrapes/s on one core    ${Math.round(1e6 / perScrape)}`);
  console.log(`scrapes/s in this run    ${Math.round(wall)}`);
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
