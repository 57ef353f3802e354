// The load as its users start it, against real mini-tsdb processes.

import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Figures } from '../../tools/load/figures.ts';
import { LOAD_HELP } from '../../tools/load/flags.ts';
import { openHttpConnection } from '../../tools/load/http-connection.ts';
import { type LoadClient, measure } from '../../tools/load/measure.ts';
import { createParcels } from '../../tools/load/parcels.ts';
import { DOORS } from '../../tools/push/doors.ts';
import { openGrpcDoor } from '../../tools/push/grpc-door.ts';
import { freePort } from '../helpers/free-port.ts';
import { openReadme, words } from '../helpers/readme.ts';
import { counted, ended, type Served, toolRuns } from './tool-runs.ts';

const tool = toolRuns('tools/load.ts');

function serve(...flags: readonly string[]): Promise<Served> {
  return tool.serve('--web.enable-push', '--web.enable-remote-write-receiver', ...flags);
}

describe('what is measured is what is stored', () => {
  let open: Served;

  beforeAll(async () => {
    const limits = ['samples', 'requests'].map((what) => `--push.${what}-per-second=10000000`);
    open = await serve(...limits);
  });

  const cases = DOORS.flatMap((door) => [1, 3, 100].map((batch) => ({ door, batch })));

  test.each(cases)('by $door in batches of $batch', async ({ door, batch }) => {
    const clients = [1, 2, 3].map((client): LoadClient => {
      const options = { door, batch, clients: 3, series: 12, labels: 2 };
      const token = `load-${client}`;
      return {
        door: door === 'grpc' ? openGrpcDoor(open.grpc, token) : openHttpConnection(open.url, door, token),
        parcels: createParcels(client, options),
      };
    });
    const before = await counted(open.url, 'push_samples_appended_total');
    const signal = new AbortController().signal;
    const found = await measure(clients, { seconds: 0.1, least: 8, cpu: async () => undefined, signal });
    for (const client of clients) await client.door.close();
    expect([...found.failures]).toEqual([]);
    expect(found.requests).toBeGreaterThanOrEqual(24);
    expect(found).toMatchObject({ taken: found.requests, samples: found.requests * batch });
    expect((await counted(open.url, 'push_samples_appended_total')) - before).toBe(found.samples);
  });
});

test('steps through doors, clients and batches of a mini-tsdb of its own, and leaves nothing behind', async () => {
  const [json, svg] = ['json', 'svg'].map((name) => join(tool.folder, `out.${name}`)) as [string, string];
  const sizes = ['--clients=1,2', '--batches=1,5', '--seconds=0.2', '--series=10', '--disk'];
  const program = tool.run(`--doors=${DOORS.join(',')}`, ...sizes, `--json=${json}`, `--svg=${svg}`);
  expect(await ended(program)).toBe(0);
  const all = JSON.parse(await readFile(json, 'utf8')) as Figures[];
  expect(all.map(({ door, clients, batch }) => [door, clients, batch])).toEqual(
    DOORS.flatMap((door) => [1, 2].flatMap((clients) => [1, 5].map((batch) => [door, clients, batch]))),
  );
  for (const one of all) {
    expect(one).toMatchObject({ success: 1, failures: {} });
    const { cpuPerRequest = 0, cpuPerSample = 0, cpuPerSampleAboveParse, batch } = one;
    expect(one.p50).toBeGreaterThan(0);
    expect(one.p99).toBeGreaterThanOrEqual(one.p50 ?? Number.NaN);
    expect(one.max).toBeGreaterThanOrEqual(one.p99 ?? Number.NaN);
    expect(cpuPerRequest).toBeGreaterThan(1);
    expect(cpuPerSample).toBeCloseTo(cpuPerRequest / batch, 6);
    if (['json', 'gateway'].includes(one.door)) expect(cpuPerSampleAboveParse).toBeLessThan(cpuPerSample);
    else expect(cpuPerSampleAboveParse).toBeUndefined();
  }
  expect(await readFile(svg, 'utf8')).toMatch(/^<svg .*<\/svg>\n$/s);
  expect(program.stdout.filter((line) => /^step \d+ of 16: /.test(line))).toHaveLength(16);
  expect(program.stdout.filter((line) => / 100% /.test(line))).toHaveLength(16);
  await expect(left()).resolves.toEqual([]);
});

async function left(): Promise<string[]> {
  return (await readdir(tool.folder)).filter((name) => name.startsWith('mini-tsdb-load-'));
}

test('a server that refuses is told of: by share, by status, and by the exit code', async () => {
  const { url, grpc } = await serve('--push.samples-per-second=1');
  // First what is too large: who floods is not read any more, and then is told only to come back.
  const sizes = ['--clients=1', '--batches=100,1', '--seconds=0.3', '--doors=json,grpc'];
  const program = tool.run(`--url=${url}`, `--grpc=${grpc}`, ...sizes);
  expect(await ended(program)).toBe(1);
  const said = program.stdout.join('\n');
  expect(said).toMatch(/not taken by POST \/v1\/metrics, clients: 1, batch: 100: 413, \d+ times: /);
  expect(said).toMatch(/not taken by POST \/v1\/metrics, clients: 1, batch: 1: 429, \d+ times: cannot take/);
  expect(said).toMatch(/not taken by gRPC, clients: 1, batch: 1: RESOURCE_EXHAUSTED, \d+ times: cannot take/);
  expect(said).toMatch(/ 0\.0% /);
  expect(await counted(url, 'push_samples_appended_total')).toBeGreaterThan(0);
});

test('a server that is away is told of at once, and not measured', async () => {
  const where = `http://127.0.0.1:${await freePort()}`;
  const program = tool.run(`--url=${where}`, `--grpc=${where}`);
  expect(await ended(program)).toBe(1);
  expect(program.stdout).toEqual([]);
  expect(program.stderr).toEqual([
    `cannot push to ${where}/v1/metrics: ECONNREFUSED (is mini-tsdb there? --url says where it is)`,
    expect.stringMatching(
      /^cannot push to \S+: UNAVAILABLE: .*ECONNREFUSED.*is mini-tsdb there.*--grpc says/,
    ),
  ]);
});

test('doors that are shut are told of with the flags that open them', async () => {
  const { url, grpc } = await tool.serve();
  const program = tool.run(`--url=${url}`, `--grpc=${grpc}`, `--doors=${DOORS.join(',')}`);
  expect(await ended(program)).toBe(1);
  expect(program.stdout).toEqual([]);
  expect(program.stderr).toEqual([
    expect.stringMatching(/\/v1\/metrics: 403: .*--web\.enable-push/),
    expect.stringMatching(/\/metrics: 403: .*--web\.enable-push/),
    expect.stringMatching(/\/api\/v1\/write: 404: .*--web\.enable-remote-write-receiver/),
  ]);
});

test('a token that is not known is told of with the flag that names others', async () => {
  const clients = join(tool.folder, 'clients.yml');
  await writeFile(clients, 'clients: [{ name: plant, token: right }]\n');
  const { url, grpc } = await serve(`--push.clients-file=${clients}`);
  const program = tool.run(`--url=${url}`, `--grpc=${grpc}`);
  expect(await ended(program)).toBe(1);
  expect(program.stderr).toEqual([
    expect.stringMatching(/: 401: .*--token-file/),
    expect.stringMatching(/: UNAUTHENTICATED: .*--token-file/),
  ]);
});

test('SIGTERM ends it with what was measured, and stops the server that it started', async () => {
  const program = tool.run('--doors=json', '--clients=1', '--batches=1,2', '--seconds=2');
  await program.line(/step 2 of 2/);
  program.kill('SIGTERM');
  expect(await ended(program)).toBe(1);
  expect(program.stdout.filter((line) => / 100% /.test(line))).toHaveLength(1);
  await expect(left()).resolves.toEqual([]);
});

test('faulty flags are all named, exit code 2', async () => {
  const program = tool.run('--door=json', '--clients=1,1', '--batches=0', '--doors=json,front');
  expect(await ended(program)).toBe(2);
  expect(program.stderr).toEqual([
    'cannot start: 4 faulty flags; see npm run load -- --help',
    '  unknown flag --door (did you mean --doors?)',
    '  --doors is "front"; it is one of json, gateway, grpc, remote-write',
    '  --clients is "1,1", with one of them twice',
    '  --batches is "0", not a whole number from 1 to 10000',
  ]);
});

test('files that cannot be written are named before the run, exit code 2, and nothing is left', async () => {
  const fine = join(tool.folder, 'never.svg');
  for (const [flags, faults] of [
    [
      ['--json=/nowhere/out.json', '--svg=/'],
      ['json', 'svg'],
    ],
    [['--json=/nowhere/out.json', `--svg=${fine}`], ['json']],
  ] as const) {
    const program = tool.run(...flags);
    expect(await ended(program)).toBe(2);
    expect(program.stdout).toEqual([]);
    expect(program.stderr).toEqual([
      expect.stringMatching(/^cannot start: \d faulty flags?; see npm run load -- --help$/),
      ...faults.map((flag) => expect.stringMatching(`^  --${flag} cannot be written: /.*: (ENOENT|EISDIR)$`)),
    ]);
  }
  expect(await readdir(tool.folder)).not.toContain('never.svg');
});

test('a token file that is empty is a faulty flag', async () => {
  const tokens = join(tool.folder, 'no-tokens');
  await writeFile(tokens, '\n');
  const program = tool.run(`--token-file=${tokens}`);
  expect(await ended(program)).toBe(2);
  expect(program.stderr[1]).toBe(`  --token-file: cannot read ${tokens}: it is empty`);
});

test('each flag has a row in the README with its default', async () => {
  const rows = [...LOAD_HELP.matchAll(/^ {2}(--[\w-]+)(?:=(\S+))? {2,}\S/gm)].filter(
    ([, name]) => name !== '--help',
  );
  const told = (await openReadme())
    .table('### Load')
    .map(([name, fallback]) => [words(name)[0], words(fallback)[0]]);
  expect(told).toEqual(
    rows.map(([, name, fallback]) => [name, fallback === '…' ? undefined : (fallback ?? 'false')]),
  );
});
