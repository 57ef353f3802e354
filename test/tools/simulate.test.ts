// The simulator as its users start it, against a real mini-tsdb: what it says it pushed is what is stored.

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { SIMULATE_HELP } from '../../tools/simulate/flags.ts';
import { freePort } from '../helpers/free-port.ts';
import { type Program, startNode } from '../helpers/process.ts';
import { openReadme, words } from '../helpers/readme.ts';
import { waitFor } from '../helpers/wait-for.ts';
import { counted, ended, toolRuns } from './tool-runs.ts';

const DOORS = ['--web.enable-push', '--web.enable-remote-write-receiver'];
const REFUSED = 'push_refused_total\\{reason="limited"\\}';

const tool = toolRuns('tools/simulate.ts');

let limited: Server;
beforeAll(async () => {
  limited = await server(...DOORS, '--push.samples-per-second=20');
});

interface Server {
  readonly url: string;
  readonly flags: readonly string[];
}

async function server(...flags: readonly string[]): Promise<Server> {
  const { url, grpc } = await tool.serve(...flags);
  return { url, flags: [`--url=${url}`, `--grpc=${grpc}`] };
}

const stored = (url: string) => counted(url, 'push_samples_appended_total');

function pushed({ stdout }: Program): number {
  const found = stdout.map((line) => /^pushed ([\d,]+) samples? in/.exec(line)?.[1]).find(Boolean);
  return Number(found?.replaceAll(',', ''));
}

describe.each(['json', 'gateway', 'grpc', 'remote-write'])('by the door %s', (door) => {
  let open: Server;

  beforeAll(async () => {
    open = await server(...DOORS);
  });

  test.each(['--batch=all', '--batch=1', '--batch=3'])(
    '%s: pushed is stored, nothing is lost',
    async (batch) => {
      const { url, flags } = open;
      const before = await stored(url);
      const rounds = ['--interval=40ms', '--duration=300ms', '--metrics=7', '--clients=2', '--shape=counter'];
      const program = tool.run(...flags, ...rounds, `--door=${door}`, batch);
      expect(await ended(program)).toBe(0);
      expect(pushed(program)).toBeGreaterThanOrEqual(14);
      expect(pushed(program) % 7).toBe(0);
      expect((await stored(url)) - before).toBe(pushed(program));
      expect(program.stdout).toContain('nothing was lost');
      const found = await (await fetch(`${url}/api/v1/series?match[]={client="2"}`)).json();
      const names = (found as { data: { __name__: string }[] }).data.map((labels) => labels.__name__);
      expect(names.sort()).toEqual(Array.from({ length: 7 }, (_, i) => `simulated_counter_${i + 1}_total`));
    },
  );

  test('refused for a limit it waits as it is asked to, and loses nothing', async () => {
    const { url, flags } = limited;
    const [refusedBefore, storedBefore] = [await counted(url, REFUSED), await stored(url)];
    const program = tool.run(...flags, `--door=${door}`, '--interval=50ms', '--duration=1s');
    expect(await ended(program)).toBe(0);
    const said = program.stdout.join('\n');
    expect(said).toMatch(/: (429|RESOURCE_EXHAUSTED): .*this client may have 20 a second.*as it asks/);
    expect(await counted(url, REFUSED)).toBeGreaterThan(refusedBefore);
    expect(pushed(program)).toBeGreaterThan(20);
    expect((await stored(url)) - storedBefore).toBe(pushed(program));
  });

  test('a server that is away is named, and waited for within bounds', async () => {
    const port = await freePort();
    const where = [`--url=http://127.0.0.1:${port}`, `--grpc=http://127.0.0.1:${port}`];
    const program = tool.run(...where, `--door=${door}`, '--patience=1s');
    expect(await ended(program)).toBe(1);
    const said = program.stdout.join('\n');
    expect(said).toMatch(new RegExp(`cannot push to http://127.0.0.1:${port}/.*ECONNREFUSED`));
    expect(said).toMatch(/is mini-tsdb there.*--(url|grpc) says where it is.*trying again in/);
    expect(said).toContain('gave up: nothing was taken for 1s');
    expect(said).toContain('20 samples lost');
  });
});

test('a closed door is named with the flag that opens it', async () => {
  const { url, flags } = await server();
  for (const [door, status, flag] of [
    ['json', '403', '--web.enable-push'],
    ['gateway', '403', '--web.enable-push'],
    ['remote-write', '404', '--web.enable-remote-write-receiver'],
  ]) {
    const program = tool.run(...flags, `--door=${door}`, '--patience=500ms');
    expect(await ended(program)).toBe(1);
    expect(program.stdout.join('\n')).toMatch(new RegExp(`cannot push to ${url}/.*: ${status}: .*${flag}`));
  }
});

test('a server that comes later takes what was waiting', async () => {
  const address = `127.0.0.1:${await freePort()}`;
  const program = tool.run(`--url=http://${address}`, '--duration=1s', '--patience=50s');
  await program.line(/ECONNREFUSED/);
  const mini = startNode('src/tsdb.ts', [
    `--config.file=${tool.configFile}`,
    `--web.listen-address=${address}`,
    '--web.enable-push',
  ]);
  tool.until(mini);
  expect(await ended(program)).toBe(0);
  expect(program.stdout.join('\n')).toMatch(/takes pushes again, after \d/);
  expect(await stored(`http://${address}`)).toBe(pushed(program));
});

test('clients have the tokens of the file; without one they are told how to name it', async () => {
  const clients = join(tool.folder, 'clients.yml');
  await writeFile(clients, 'clients: [{ name: plant, token: right }, { name: dock, token: "too" }]\n');
  const tokens = join(tool.folder, 'tokens');
  await writeFile(tokens, 'right\ntoo\n');
  const { url, flags } = await server(...DOORS, `--push.clients-file=${clients}`);
  for (const door of ['json', 'gateway', 'grpc', 'remote-write']) {
    const known = tool.run(
      ...flags,
      `--door=${door}`,
      '--duration=1ms',
      '--clients=2',
      `--shape=${door === 'json' ? 'sine' : door === 'gateway' ? 'walk' : door === 'grpc' ? 'steps' : 'spikes'}`,
      `--token-file=${tokens}`,
    );
    expect(await ended(known)).toBe(0);
    const unknown = tool.run(...flags, `--door=${door}`, '--patience=500ms');
    expect(await ended(unknown)).toBe(1);
    expect(unknown.stdout.join('\n')).toMatch(/: (401|UNAUTHENTICATED).*--token-file/);
  }
  expect(await stored(url)).toBe(4 * 40);
  expect(await counted(url, 'push_clients')).toBe(2);
});

test.each(['SIGTERM', 'SIGINT'] as const)('%s ends it with the summary', async (signal) => {
  const { url, flags } = await server(...DOORS);
  const program = tool.run(...flags);
  await waitFor('a round', async () => (await stored(url)) > 0);
  program.kill(signal);
  expect(await ended(program)).toBe(0);
  expect(pushed(program)).toBe(await stored(url));
  expect(program.stdout.at(-1)).toBe('nothing was lost');
});

test('SIGTERM while the server is away does not wait for it', async () => {
  const program = tool.run(`--url=http://127.0.0.1:${await freePort()}`);
  await program.line(/ECONNREFUSED/);
  program.kill('SIGTERM');
  expect(await ended(program)).toBe(1);
  expect(program.stdout.at(-1)).toBe('20 samples lost');
});

test('faulty flags are all named, exit code 2', async () => {
  const program = tool.run('--shap=sine', '--door=front', '--interval=0');
  expect(await ended(program)).toBe(2);
  expect(program.stderr).toEqual([
    'cannot start: 3 faulty flags; see npm run simulate -- --help',
    '  unknown flag --shap (did you mean --shape?)',
    '  --door is "front"; it is one of json, gateway, grpc, remote-write',
    '  --interval is "0"; it must lie from 1ms to 1d',
  ]);
});

test('a token file that is not there is a faulty flag', async () => {
  const program = tool.run('--token-file=/nowhere/tokens');
  expect(await ended(program)).toBe(2);
  expect(program.stderr).toEqual([
    'cannot start: 1 faulty flag; see npm run simulate -- --help',
    '  --token-file: cannot read /nowhere/tokens: there is no such file',
  ]);
});

test('--help shows the flags; each has a row in the README with its default', async () => {
  const program = tool.run('--help');
  expect(await ended(program)).toBe(0);
  expect(program.stdout.join('\n')).toBe(SIMULATE_HELP);
  const rows = [...SIMULATE_HELP.matchAll(/^ {2}(--[\w-]+)=(\S+) {2,}\S/gm)].filter(
    ([, , fallback]) => !['gateway', 'remote-write', 'grpc'].includes(fallback ?? ''),
  );
  const told = (await openReadme())
    .table('### Simulated pushes')
    .map(([name, fallback]) => [words(name)[0], words(fallback)[0] ?? '…']);
  expect(told).toEqual([...new Map(rows.map(([, name, fallback]) => [name, fallback])).entries()]);
});
