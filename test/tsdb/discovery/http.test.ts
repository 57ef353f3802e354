// What becomes of a job's targets when the server of its list answers otherwise: mini-tsdb and every Prometheus there is.

import type { IncomingHttpHeaders } from 'node:http';
import { Registry } from 'prom-client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createLogger } from '../../../src/lib/log.ts';
import { parseConfig } from '../../../src/tsdb/config/config-file.ts';
import { createScrapeManager } from '../../../src/tsdb/scrape/manager.ts';
import { openMemoryStore } from '../../../src/tsdb/storage/memory/store.ts';
import { startTestServer, type TestServer } from '../../helpers/http-server.ts';
import { requirePrometheus, startPrometheus } from '../../helpers/prometheus.ts';
import { type TempDir, tempDir } from '../../helpers/temp-dir.ts';
import { waitFor } from '../../helpers/wait-for.ts';

interface Case {
  readonly what: string;
  readonly status?: number;
  readonly type?: string;
  readonly text?: string;
  /** Addresses afterwards. */
  readonly targets: readonly string[];
  readonly fields?: string;
}

const OLD = ['old:1'];
const NEW = ['new:1'];
const LIST = '[{"targets":["new:1"]}]';

const CASES: readonly Case[] = [
  { what: 'a new list', text: LIST, targets: NEW },
  { what: 'fewer groups', text: '[]', targets: [] },
  { what: 'null', text: 'null', targets: [] },
  {
    what: 'two groups',
    text: '[{"targets":["new:1"]},{"targets":["more:1"]}]',
    targets: ['more:1', 'new:1'],
  },
  { what: 'a charset', type: 'application/json; charset=utf-8', text: LIST, targets: NEW },
  {
    what: 'a charset in quotes, in capitals',
    type: 'Application/JSON;charset="UTF-8"',
    text: LIST,
    targets: NEW,
  },
  { what: 'another charset', type: 'application/json; charset=latin1', text: LIST, targets: OLD },
  { what: 'another type', type: 'text/plain', text: LIST, targets: OLD },
  { what: 'no type', type: '', text: LIST, targets: OLD },
  { what: 'status 500', status: 500, text: LIST, targets: OLD },
  { what: 'status 204', status: 204, text: '', targets: OLD },
  { what: 'status 404', status: 404, text: '[]', targets: OLD },
  { what: 'cut JSON', text: '[{"targets":["new:1"', targets: OLD },
  { what: 'a page', text: '<html>', targets: OLD },
  { what: 'nothing', text: '', targets: OLD },
  { what: 'a null group', text: '[null]', targets: OLD },
  { what: 'an unknown field', text: '[{"targets":["new:1"],"x":1}]', targets: OLD },
  { what: 'a redirect', status: 302, text: '', targets: NEW },
  {
    what: 'a redirect that is not followed',
    status: 302,
    text: '',
    targets: OLD,
    fields: ', follow_redirects: false',
  },
];

interface Program {
  readonly name: string;
  addresses(): Promise<ReadonlyMap<string, readonly string[]>>;
  stop(): Promise<void>;
}

let dir: TempDir;
let server: TestServer;
let programs: Program[];
let isChanged = false;
/** How often each case was answered anew, by case and program. */
const answered = new Map<string, number>();
const headers = new Map<string, IncomingHttpHeaders>();

beforeAll(async () => {
  dir = await tempDir('http-sd');
  server = await startTestServer((request, response) => {
    const i = Number((request.url ?? '').slice(1));
    const answer = CASES[i];
    const client = (request.headers['user-agent'] ?? '').replace(/(\/\d+\.\d+).*/, '$1');
    if (i === 0) headers.set(client, request.headers);
    const json = { 'content-type': 'application/json' };
    if (answer === undefined) return void response.writeHead(200, json).end(LIST);
    if (!isChanged) return void response.writeHead(200, json).end('[{"targets":["old:1"]}]');
    answered.set(`${i} ${client}`, (answered.get(`${i} ${client}`) ?? 0) + 1);
    const { status = 200, type = 'application/json', text = '' } = answer;
    response
      .writeHead(status, { 'content-type': type, ...(status === 302 && { location: '/list' }) })
      .end(text);
  });
  const yaml = `scrape_configs:${CASES.map((one, i) => jobOf(one, i)).join('')}\n`;
  programs = [...(await realPrograms(yaml)), await ownProgram(yaml)];
  await settle((targets) => CASES.every((_, i) => targets.get(String(i))?.[0] === 'old:1'));
  isChanged = true;
  await waitFor('two answers of each', () => {
    const counts = CASES.flatMap((_, i) => programs.map(({ name }) => answered.get(`${i} ${name}`) ?? 0));
    return Math.min(...counts) >= 2;
  });
  // Prometheus hands new lists on every five seconds.
  await settle((targets) => targets.get('0')?.[0] === 'new:1');
  await new Promise((resolve) => setTimeout(resolve, 6_000));
});
afterAll(async () => {
  await Promise.all(programs?.map((program) => program.stop()) ?? []);
  await server?.stop();
  await dir?.remove();
});

function jobOf({ fields = '' }: Case, i: number): string {
  return `
  - job_name: "${i}"
    scrape_interval: 1h
    http_sd_configs: [{url: "${server.url}/${i}", refresh_interval: 1s${fields}}]`;
}

async function settle(isSo: (targets: ReadonlyMap<string, readonly string[]>) => boolean): Promise<void> {
  for (const program of programs)
    await waitFor(`targets of ${program.name}`, async () => isSo(await program.addresses()));
}

function byJob(
  targets: readonly { scrapePool: string; discoveredLabels: Readonly<Record<string, string>> }[],
) {
  const jobs = new Map<string, string[]>();
  for (const { scrapePool, discoveredLabels } of targets)
    jobs.set(scrapePool, [...(jobs.get(scrapePool) ?? []), discoveredLabels.__address__ ?? ''].sort());
  return jobs;
}

async function realPrograms(yaml: string): Promise<Program[]> {
  const started = (await requirePrometheus()).map(async (binary) => {
    const prometheus = await startPrometheus(binary, { yaml }, { dir: dir.path });
    return {
      name: `Prometheus/${binary.version.replace(/\.\d+$/, '')}`,
      addresses: async () => byJob(await prometheus.activeTargets()),
      stop: () => prometheus.stop(),
    };
  });
  return Promise.all(started);
}

async function ownProgram(yaml: string): Promise<Program> {
  const options = { registry: new Registry(), log: createLogger('silent'), seed: 1 };
  const store = await openMemoryStore();
  const manager = createScrapeManager({ store, ...options, userAgent: 'mini-tsdb/0.1.0' });
  manager.apply(parseConfig(yaml, dir.path).scrapeConfigs);
  return {
    name: 'mini-tsdb/0.1',
    addresses: async () => byJob(manager.status().active),
    stop: () => manager.stop(),
  };
}

describe.each(CASES.map((one, i) => [one.what, one, i] as const))('%s', (_, { targets }, i) => {
  test('leaves the same targets everywhere', async () => {
    for (const program of programs) {
      const found = (await program.addresses()).get(String(i)) ?? [];
      expect([program.name, found]).toEqual([program.name, targets]);
    }
  });
});

test('the request tells the interval and asks for JSON, as Prometheus does', () => {
  for (const { name } of programs) {
    expect([name, headers.get(name)]).toEqual([
      name,
      expect.objectContaining({
        accept: 'application/json',
        'x-prometheus-refresh-interval-seconds': '1',
      }),
    ]);
  }
});
