import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createHttpClient, type HttpClient } from '../../../src/lib/http-client.ts';
import { type Verification, verify } from '../../../src/sidecar/commands/verify.ts';
import type { VerifyReport } from '../../../src/sidecar/commands/verify-report.ts';
import { readConfig } from '../../../src/sidecar/config.ts';
import { inventorySource } from '../../../src/sidecar/take-over.ts';
import { standingTargets } from '../../../src/sidecar/targets/guard-state.ts';
import { stateFileOf, writeState } from '../../../src/sidecar/targets/state-file.ts';
import { Guarded, names } from '../../helpers/guard.ts';
import { startTestServer, type TestServer } from '../../helpers/http-server.ts';
import { type TempDir, tempDir } from '../../helpers/temp-dir.ts';
import { testTerminal } from '../../helpers/terminal.ts';
import { waitFor } from '../../helpers/wait-for.ts';

// One server is the inventory at /inventory and any number of Prometheus servers at /p, /q, …
let dir: TempDir;
let file: string;
let client: HttpClient;
let server: TestServer;
let answers: Record<string, unknown>;
let asked: string[];

beforeEach(async () => {
  dir = await tempDir('verify');
  file = join(dir.path, 'targets.json');
  client = createHttpClient();
  asked = [];
  answers = { '/inventory': ['a', 'b'] };
  server = await startTestServer((request, response) => {
    const url = request.url ?? '';
    asked.push(url);
    const answer = answers[url];
    if (answer === undefined) return void response.writeHead(404).end();
    response.end(JSON.stringify(answer));
  });
  await list(['a', 'b']);
  scrape('p', ['a', 'b']);
});
afterEach(async () => {
  await client.close();
  await server.stop();
  await dir.remove();
});

const list = (hosts: string[], labels = {}) =>
  writeFile(file, JSON.stringify([{ targets: hosts.map((host) => `${host}:9100`), labels }]));

const discovered = (host: string) => ({
  discoveredLabels: { __address__: `${host}:9100`, __meta_filepath: 'targets/targets.json', job: 'sensors' },
  scrapePool: 'sensors',
});

function scrape(name: string, hosts: string[], dropped: string[] = []): void {
  const activeTargets = hosts.map((host) => ({
    ...discovered(host),
    labels: { job: 'sensors' },
    health: 'up',
  }));
  const success = (data: object) => ({ status: 'success', data });
  answers[`/${name}/api/v1/targets?state=active`] = success({ activeTargets });
  answers[`/${name}/api/v1/targets?state=dropped`] = success({ droppedTargets: dropped.map(discovered) });
}

async function run({ prometheus = ['p'], json = false, waitMs = 0, jobs = [] as string[] } = {}) {
  const config = readConfig({
    INVENTORY_URL: `${server.url}/inventory`,
    TARGETS_FILE: file,
    INVENTORY_RETRIES: '0',
  });
  const observer = { requested() {}, retried() {} };
  const servers = prometheus.map((name) => ({
    client,
    url: `${server.url}/${name}`,
    headers: async () => ({}),
  }));
  const inventory = inventorySource(config, { client, version: 'test', observer });
  const terminal = testTerminal();
  const code = await verify({ inventory, targetsFile: file, servers, jobs, waitMs }, json, terminal);
  return { code, out: terminal.stdout.join('\n'), err: terminal.stderr.join('\n') };
}

test('no difference exits 0 with one line, and asks for nothing that was dropped', async () => {
  expect(await run()).toEqual({
    code: 0,
    err: '',
    out: `no difference: inventory 2, ${file} 2, Prometheus 2 (job sensors), up 2`,
  });
  expect(asked).toEqual(['/inventory', '/p/api/v1/targets?state=active']);
});

test('differences exit 1; --json prints them all', async () => {
  await list(['b', 'c', 'd', 'e']);
  scrape('p', ['b', 'x'], ['d', 'z']);
  const { code, out, err } = await run({ json: true });
  expect({ code, err }).toEqual({ code: 1, err: '' });
  const where = { server: `${server.url}/p`, job: 'sensors' };
  expect(JSON.parse(out)).toEqual({
    kind: 'differences',
    inventory: { targets: 2, setAside: 0 },
    file: { path: file, targets: 4, graced: 0 },
    prometheus: { servers: [{ url: `${server.url}/p`, jobs: ['sensors'] }], active: 1, up: 1 },
    differences: [
      { kind: 'missing_in_file', target: 'a:9100' },
      { kind: 'stale_in_file', target: 'c:9100' },
      { kind: 'stale_in_file', target: 'd:9100' },
      { kind: 'stale_in_file', target: 'e:9100' },
      { kind: 'missing_in_prometheus', target: 'c:9100' },
      { kind: 'dropped', target: 'd:9100', ...where },
      { kind: 'missing_in_prometheus', target: 'e:9100' },
      { kind: 'stale_in_prometheus', target: 'x:9100', ...where },
    ],
  });
  expect((await run()).out).toMatch(
    /\n8 differences \(1 missing in the file, 3 stale in the file, 2 missing in Prometheus, 1 dropped by relabelling, 1 stale in Prometheus\): /,
  );
});

test('a target that several servers dropped is told of once', async () => {
  scrape('p', ['a'], ['b']);
  scrape('q', ['a'], ['b']);
  const { out } = await run({ prometheus: ['p', 'q'], json: true });
  expect(JSON.parse(out).differences).toEqual([
    { kind: 'dropped', target: 'b:9100', server: `${server.url}/p`, job: 'sensors' },
  ]);
});

test('a defect of ours is not taken for a difference', async () => {
  const broken = new Proxy({} as Verification, { get: () => undefined });
  await expect(verify(broken, false, testTerminal())).rejects.toThrow(TypeError);
});

test('entries that are set aside are counted', async () => {
  answers['/inventory'] = ['a', 'b', 'not a host'];
  expect(await run()).toMatchObject({ code: 0, out: expect.stringContaining('inventory 2 (1 set aside), ') });
});

test('shards are united, and what one drops and another has is fine', async () => {
  scrape('p', ['a'], ['b']);
  scrape('q', ['b'], ['a']);
  expect(await run({ prometheus: ['p', 'q'] })).toMatchObject({ code: 0 });
  expect(await run({ prometheus: ['p'] })).toMatchObject({ code: 1 });
});

describe('a target that a server dropped', () => {
  const f = (what: string, scrapePool: string, filePath: string, kind: string, counts?: object) =>
    test(what, async () => {
      scrape('p', ['a']);
      const labels = { __address__: 'b:9100', __meta_filepath: filePath };
      const droppedTargets = [{ discoveredLabels: labels, scrapePool }];
      answers['/p/api/v1/targets?state=dropped'] = { data: { droppedTargets, droppedTargetCounts: counts } };
      const { differences } = JSON.parse((await run({ json: true })).out) as VerifyReport;
      expect(differences).toEqual([expect.objectContaining({ kind, target: 'b:9100' })]);
      expect(differences[0]?.detail?.includes('keep_dropped_targets') ?? false).toBe(counts !== undefined);
    });

  f('from our file', 'told by its label only', '/etc/targets.json', 'dropped');
  f('from a job that reads our file', 'sensors', 'the same in another.json', 'dropped');
  f('from another job and file does not explain an absence', 'other', 'other.json', 'missing_in_prometheus');
  f('among others that it does not list', 'other', 'other.json', 'missing_in_prometheus', { sensors: 2 });
});

describe('what the guard keeps in the file', () => {
  async function remember(guarded: Guarded) {
    await writeState(await stateFileOf(file), guarded.state, { wall: Date.now(), mono: 0 });
    const hosts = (standingTargets(guarded.state) ?? []).map(({ address }) => address.replace(':9100', ''));
    await list(hosts);
    scrape('p', hosts);
  }

  test('is held, with the reason', async () => {
    await remember(new Guarded().answer(names(10)).answer(names(5)));
    answers['/inventory'] = names(5);
    const { code, out } = await run();
    expect(code).toBe(1);
    expect(out).toMatch(
      /^held by the guard +s9:9100 +since 1970-01-01 00:00:00: the inventory no longer lists 5 of the 10 /m,
    );
    expect(out).toContain(`5 differences (5 held by the guard): inventory 5, ${file} 10, Prometheus 10`);
  });

  test('in its grace is as it should be', async () => {
    await remember(new Guarded({ REMOVAL_GRACE: '1h' }).answer(names(10)).answer(names(9)));
    answers['/inventory'] = names(9);
    expect(await run()).toMatchObject({
      code: 0,
      out: expect.stringContaining(`inventory 9, ${file} 10 (1 in their grace), Prometheus 10`),
    });
  });
});

test('a Prometheus without any target of the file misses all of them', async () => {
  scrape('p', []);
  const { code, out } = await run();
  expect(code).toBe(1);
  expect(out).toContain('Prometheus 0 (no scrape job has a target of this file), up 0');
  answers['/p/api/v1/targets?state=active&scrapePool=no%20such'] = { data: { activeTargets: [] } };
  expect(await run({ jobs: ['no such'] })).toMatchObject({ code: 1 });
  expect(await run({ jobs: ['no', 'such'] })).toMatchObject({ code: 1 });
});

describe('what cannot be read exits 2 and says why', () => {
  const f = (what: string, breakIt: () => Promise<void> | void, reason: string, message: () => string) =>
    test(what, async () => {
      await breakIt();
      const { code, out, err } = await run();
      expect({ code, out }).toEqual({ code: 2, out: '' });
      expect(err).toContain(`cannot verify: ${message()}`);
      const printed = await run({ json: true });
      expect(printed).toMatchObject({ code: 2, err: '' });
      expect(JSON.parse(printed.out)).toEqual({
        kind: 'not_compared',
        reason,
        message: err.replace('cannot verify: ', ''),
      });
    });

  f(
    'the inventory',
    () => void delete answers['/inventory'],
    'status',
    () => 'cannot fetch inventory: 404',
  );
  f(
    'its answer',
    () => {
      answers['/inventory'] = 7;
    },
    'not_a_list',
    () => `cannot use the answer of ${server.url}/inventory`,
  );
  f(
    'no file',
    () => rm(file),
    'no_file',
    () => `there is no file ${file}`,
  );
  f(
    'a file that is none',
    () => writeFile(file, '{}'),
    'unreadable',
    () => `cannot read ${file}: it is not a list of target groups`,
  );
  f(
    'a Prometheus',
    () => void delete answers['/p/api/v1/targets?state=active'],
    'prometheus',
    () => `cannot ask Prometheus at ${server.url}/p: ${server.url}/p/api/v1/targets?state=active answers 404`,
  );
  f(
    'what it dropped',
    () => {
      scrape('p', ['a']);
      delete answers['/p/api/v1/targets?state=dropped'];
    },
    'prometheus',
    () => `cannot ask Prometheus at ${server.url}/p: `,
  );
});

describe('--wait', () => {
  test('tries again until there is no difference, also when something could not be read', async () => {
    scrape('p', ['a']);
    await rm(file);
    const waiting = run({ waitMs: 60_000 });
    await waitFor('a second try', () => asked.length > 1);
    await list(['a', 'b']);
    await waitFor('a comparison', () => asked.includes('/p/api/v1/targets?state=dropped'));
    scrape('p', ['a', 'b']);
    expect(await waiting).toMatchObject({ code: 0, err: '' });
  });

  test('tells the last comparison when the time is over', async () => {
    scrape('p', ['a']);
    expect(await run({ waitMs: 1_200 })).toMatchObject({
      code: 1,
      out: expect.stringContaining('1 difference (1 missing in Prometheus)'),
    });
    expect(asked.filter((url) => url === '/inventory').length).toBeGreaterThan(1);
  });
});

describe('a scrape job that was named and is not there', () => {
  const success = (data: object) => ({ status: 'success', data });
  const pools = (name: string, scrapePools: string[]) => {
    answers[`/${name}/api/v1/targets?state=active&scrapePool=nix`] = success({ activeTargets: [] });
    answers[`/${name}/api/v1/scrape_pools`] = success({ scrapePools });
  };

  test('is told once, not target by target', async () => {
    pools('p', ['prometheus', 'sensors']);
    expect(await run({ jobs: ['nix'] })).toEqual({
      code: 2,
      out: '',
      err: `cannot verify: ${server.url}/p has no scrape job "nix", only prometheus, sensors`,
    });
  });

  test('may be on another shard', async () => {
    pools('p', ['sensors']);
    pools('q', ['nix']);
    answers['/q/api/v1/targets?state=dropped'] = success({ droppedTargets: [] });
    expect(await run({ prometheus: ['p', 'q'], jobs: ['nix'] })).toMatchObject({
      code: 1,
      out: expect.stringContaining('missing in Prometheus'),
    });
    pools('q', []);
    expect((await run({ prometheus: ['p', 'q'], jobs: ['nix'] })).err).toContain('have no scrape job "nix"');
  });

  test('is not known of a server that does not tell its jobs', async () => {
    pools('p', []);
    for (const answer of [undefined, 'no', { data: { scrapePools: [7] } }]) {
      answers['/p/api/v1/scrape_pools'] = answer;
      expect(await run({ jobs: ['nix'] })).toMatchObject({ code: 1 });
    }
  });
});
