// A fleet in this process, an admin API whose list the test writes, and requests byte by byte.

import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';
import { type FleetSettings, readFleetSettings } from '../../inventory-server/fleet/settings.ts';
import { type Fleet, type FleetOptions, startFleet } from '../../inventory-server/fleet/start-fleet.ts';
import { createLogger } from '../../src/lib/log.ts';
import { waitFor } from '../helpers/wait-for.ts';

export interface TestSensor {
  readonly name: string;
  readonly port?: number;
  readonly path?: string;
}

export interface TestAdmin {
  readonly url: string;
  /** Statuses answered so far. */
  readonly statuses: readonly number[];
  setSensors(sensors: readonly TestSensor[]): void;
  /** Answers this text instead of the list; undefined returns to the list. */
  answerInstead(body: string | undefined): void;
  stop(): Promise<void>;
}

/** Speaks the contract of the inventory's admin API: a revision, a strong ETag, 304. */
export async function startAdmin(sensors: readonly TestSensor[], port = 0): Promise<TestAdmin> {
  const statuses: number[] = [];
  let revision = 1;
  let body = listText(revision, sensors);
  let instead: string | undefined;
  const server = createServer((request, response) => {
    const etag = instead === undefined ? `"${revision}"` : '"instead"';
    const same = request.headers['if-none-match'] === etag;
    statuses.push(request.url !== '/sensors' ? 404 : same ? 304 : 200);
    response.writeHead(statuses.at(-1) ?? 500, { etag }).end(same ? undefined : (instead ?? body));
  }).listen(port, '127.0.0.1');
  await once(server, 'listening');
  const stop = async () => {
    if (!server.listening) return;
    server.close();
    server.closeAllConnections();
    await once(server, 'close');
  };
  onTestFinished(stop);
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    statuses,
    setSensors(next) {
      revision += 1;
      body = listText(revision, next);
    },
    answerInstead(text) {
      instead = text;
    },
    stop,
  };
}

export function listText(revision: number, sensors: readonly TestSensor[]): string {
  const full = sensors.map((sensor) => ({
    port: 9100,
    path: '/metrics',
    labels: { site: 'north' },
    ...sensor,
  }));
  return JSON.stringify({ revision, sensors: full });
}

export interface TestFleet extends Fleet {
  readonly port: number;
  /** What it has logged so far. */
  readonly log: readonly { msg: string; reason?: string }[];
  /** Asks one of its own endpoints, on a connection of its own. */
  own(path: string): Promise<RawAnswer>;
  metric(line: string): Promise<number>;
}

/** Starts a fleet that polls every 100 ms; does not wait for a list. */
export async function startTestFleet(
  environment: Record<string, string>,
  options?: FleetOptions,
  settings: Partial<FleetSettings> = {},
): Promise<TestFleet> {
  const log: { msg: string }[] = [];
  const logger = createLogger('debug', { write: (line) => void log.push(JSON.parse(line)) });
  const read = readFleetSettings({ LISTEN_ADDRESS: '127.0.0.1:0', LIST_INTERVAL: '100ms', ...environment });
  const fleet = await startFleet({ ...read, ...settings }, logger, options);
  onTestFinished(fleet.stop);
  const { port } = fleet.address;
  const own = (path: string) => ask(port, `GET ${path} HTTP/1.1\r\nHost: fleet\r\n\r\n`);
  const metric = async (name: string) => {
    const lines = (await own('/metrics')).body.split('\n');
    return Number(lines.find((line) => line.startsWith(`${name} `))?.slice(name.length));
  };
  return { ...fleet, port, log, own, metric };
}

/** An admin API with these sensors and a fleet that has their list. */
export async function startPair(
  sensors: readonly TestSensor[],
  environment: Record<string, string> = {},
  options?: FleetOptions,
): Promise<{ admin: TestAdmin; fleet: TestFleet }> {
  const admin = await startAdmin(sensors);
  const fleet = await startTestFleet({ ADMIN_URL: admin.url, ...environment }, options);
  await waitFor('a list', async () => (await fleet.own('/healthz')).status === 200);
  return { admin, fleet };
}

export interface RawAnswer {
  readonly status: number;
  readonly head: string;
  readonly body: string;
}

/** A connection on which the test says every byte. */
export interface RawClient {
  readonly socket: Socket;
  write(text: string): void;
  /** The next answer. Rejects when the connection ends before. */
  answer(options?: { headOnly: boolean }): Promise<RawAnswer>;
  /** What is still unread once the server has closed. */
  closed(): Promise<string>;
}

export async function rawClient(port: number): Promise<RawClient> {
  const socket = connect(port, '127.0.0.1').setEncoding('latin1');
  let received = '';
  socket.on('data', (chunk) => {
    received += chunk;
  });
  socket.on('error', () => {});
  onTestFinished(() => void socket.destroy());
  await once(socket, 'connect');
  return {
    socket,
    write: (text) => void socket.write(text, 'latin1'),
    async answer({ headOnly } = { headOnly: false }) {
      let answer = firstAnswer(received, headOnly);
      while (answer === undefined && !socket.closed) {
        await dataOrClose(socket);
        answer = firstAnswer(received, headOnly);
      }
      if (answer === undefined) throw new Error(`the connection ended after ${JSON.stringify(received)}`);
      received = received.slice(answer.head.length + answer.body.length);
      return answer;
    },
    async closed() {
      while (!socket.closed) await dataOrClose(socket);
      return received;
    },
  };
}

function dataOrClose(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    const seen = () => {
      socket.off('data', seen).off('close', seen);
      resolve();
    };
    socket.on('data', seen).on('close', seen);
  });
}

function firstAnswer(text: string, headOnly: boolean): RawAnswer | undefined {
  const end = text.indexOf('\r\n\r\n') + 4;
  if (end < 4) return undefined;
  const head = text.slice(0, end);
  const length = headOnly ? 0 : Number(/\r\ncontent-length: (\d+)\r\n/i.exec(head)?.[1] ?? 0);
  if (text.length < end + length) return undefined;
  return { status: Number(head.slice(9, 12)), head, body: text.slice(end, end + length) };
}

/** One request on a connection of its own. */
export async function ask(port: number, request: string): Promise<RawAnswer> {
  const client = await rawClient(port);
  client.write(request);
  const answer = await client.answer({ headOnly: request.startsWith('HEAD ') });
  client.socket.destroy();
  return answer;
}

export function scrapeText(url: string, headers = ''): string {
  return `GET ${url} HTTP/1.1\r\nHost: fleet\r\nUser-Agent: Prometheus/3.5.0\r\n${headers}\r\n`;
}

/** One scrape through the proxy. */
export function scrape(port: number, sensor: string, headers = ''): Promise<RawAnswer> {
  return ask(port, scrapeText(`http://${sensor}:9100/metrics`, headers));
}
