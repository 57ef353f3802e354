// `inventory-sd verify` against every real Prometheus of this machine: what was planted is found, and nothing else.

import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { differenceTable } from '../../src/sidecar/commands/difference-table.ts';
import type { Difference } from '../../src/sidecar/commands/differences.ts';
import type { VerifyReport } from '../../src/sidecar/commands/verify-report.ts';
import { startTestServer, type TestServer } from '../helpers/http-server.ts';
import { startNode } from '../helpers/process.ts';
import { type RunningPrometheus, requirePrometheus, startPrometheus } from '../helpers/prometheus.ts';
import { type TempDir, tempDir } from '../helpers/temp-dir.ts';
import { waitFor } from '../helpers/wait-for.ts';
import {
  startSidecar,
  startTestFleet,
  startTestInventory,
  type TestInventory,
  type TestSidecar,
} from './stack.ts';

const binaries = await requirePrometheus();

let dir: TempDir;
let inventory: TestInventory;
let fleet: Awaited<ReturnType<typeof startTestFleet>>;
let sidecar: TestSidecar;
let plantedInventory: TestServer;
let servers: RunningPrometheus[];

beforeAll(async () => {
  dir = await tempDir('verify');
  for (const folder of ['targets', 'read', 'own']) await mkdir(join(dir.path, folder));
  inventory = await startTestInventory(12);
  fleet = await startTestFleet(inventory);
  plantedInventory = await startTestServer((_, response) => response.end(JSON.stringify(INVENTORY)));
  await writeGroups('own', FILE);
  await writeGroups('read', READ);
  servers = await Promise.all(
    binaries.map((binary, shard) => startPrometheus(binary, { yaml: configOf(shard) })),
  );
  sidecar = await startSidecar(`${inventory.url}/inventory`, join(dir.path, 'targets'));
});
afterAll(async () => {
  await sidecar?.stop();
  await Promise.all((servers ?? []).map((server) => server.stop()));
  await plantedInventory?.stop();
  await fleet?.stop();
  await inventory?.stop();
  await dir?.remove();
});

// The first two jobs read the sidecar's file; the second scrapes only a shard of it. The third has faults planted.
function configOf(shard: number): string {
  const job = (name: string, folder: string) => `
  - job_name: ${name}
    proxy_url: ${fleet.url}
    file_sd_configs: [{ files: ["${dir.path}/${folder}/*.json"], refresh_interval: 1h }]`;
  return `
global: { scrape_interval: 1s }
scrape_configs:${job('sensors', 'targets')}${job('sharded', 'targets')}
    relabel_configs:
      - { source_labels: [__address__], modulus: ${binaries.length}, target_label: __tmp_shard, action: hashmod }
      - { source_labels: [__tmp_shard], regex: '${shard}', action: keep }
${job('planted', 'read')}
    relabel_configs:
      - { source_labels: [__address__], regex: 'sensor_3:.+', action: drop }
      - { source_labels: [__address__], regex: 'sensor_7:.+', target_label: job, replacement: other }
`;
}

// The planted inventory, the file that verify looks at, and what Prometheus reads as that file: as when it has not yet
// read the newest. The fleet knows no sensor_99.
const north = (sensors: readonly number[]) => sensors.map((i) => [i, { site: 'north' }] as const);
const sensor = (i: number, labels: object) => ({ name: `sensor_${i}`, labels });
const INVENTORY = [
  ...north([0, 1, 2, 3, 5, 7, 8, 9, 99]).map(([i, labels]) => sensor(i, labels)),
  sensor(6, { site: 'north', job: 'other' }),
];
const FILE = [
  ...north([1, 2, 3, 7, 8, 9, 11, 99]),
  [5, { site: 'south' }],
  [6, { site: 'north', job: 'other' }],
] as const;
const READ = [
  ...north([1, 3, 7, 9, 10, 11, 99]),
  [5, { site: 'south' }],
  [6, { site: 'north', job: 'other' }],
  [8, { site: 'west' }],
] as const;

function writeGroups(folder: string, sensors: typeof FILE | typeof READ): Promise<void> {
  const groups = sensors.map(([i, labels]) => ({ targets: [`sensor_${i}:9100`], labels }));
  return writeFile(join(dir.path, folder, 'planted.json'), JSON.stringify(groups));
}

async function verify(env: Record<string, string>, urls: readonly string[], ...options: string[]) {
  const asked = urls.flatMap((url) => ['--prometheus', url]);
  const program = startNode('src/sidecar.ts', ['verify', ...asked, ...options], { env });
  const { code } = await program.exit;
  return { code, out: program.stdout.join('\n'), err: program.stderr.join('\n') };
}

const real = () => ({ INVENTORY_URL: `${inventory.url}/inventory`, TARGETS_FILE: sidecar.file });
const planted = () => ({
  INVENTORY_URL: plantedInventory.url,
  TARGETS_FILE: join(dir.path, 'own', 'planted.json'),
});
const urls = () => servers.map(({ url }) => url);

const reportOf = ({ out }: { readonly out: string }) => JSON.parse(out) as VerifyReport;

describe.each(binaries.map(({ version }, i) => [version, i] as const))('Prometheus %s', (_, i) => {
  const url = () => urls()[i] ?? '';

  test('when all is well, verify waits until Prometheus has read the file, and finds nothing', async () => {
    const { code, out, err } = await verify(real(), [url()], '--job', 'sensors', '--wait', '60s');
    expect({ code, out, err }).toEqual({
      code: 0,
      err: '',
      out: `no difference: inventory 12, ${sidecar.file} 12, Prometheus 12 (job sensors), up 12`,
    });
  });

  test('every planted difference is found, and no other; the README shows them', async () => {
    const result = await waitFor('every planted target to be scraped', async () => {
      const now = await verify(planted(), [url()], '--json');
      const { prometheus, differences } = reportOf(now);
      const isSettled = !differences.some(({ kind }) => kind === 'not_scraped');
      return prometheus.active === 8 && isSettled ? now : undefined;
    });
    expect(result).toMatchObject({ code: 1, err: '' });
    const where = { server: url(), job: 'planted' };
    const site = (expected: string, found: string) => [{ name: 'site', expected, found }];
    const down: Difference = {
      kind: 'down',
      target: 'sensor_99:9100',
      detail: expect.stringMatching(/\S/) as unknown as string,
      ...where,
    };
    expect(reportOf(result)).toEqual({
      kind: 'differences',
      inventory: { targets: 10, setAside: 0 },
      file: { path: planted().TARGETS_FILE, targets: 10, graced: 0 },
      prometheus: { servers: [{ url: url(), jobs: ['planted'] }], active: 8, up: 7 },
      differences: [
        { kind: 'missing_in_file', target: 'sensor_0:9100' },
        { kind: 'stale_in_file', target: 'sensor_11:9100' },
        { kind: 'changed_in_file', target: 'sensor_5:9100', labels: site('north', 'south') },
        { kind: 'missing_in_prometheus', target: 'sensor_2:9100' },
        { kind: 'dropped', target: 'sensor_3:9100', ...where },
        { kind: 'stale_in_prometheus', target: 'sensor_10:9100', ...where },
        { kind: 'changed_in_prometheus', target: 'sensor_8:9100', labels: site('north', 'west'), ...where },
        {
          kind: 'job_overwritten',
          target: 'sensor_7:9100',
          detail: 'job "other" from relabelling',
          ...where,
        },
        down,
        { kind: 'job_overwritten', target: 'sensor_6:9100', detail: 'job "other" from the file', ...where },
      ],
    });
    const table = differenceTable(reportOf(result).differences, false).join('\n');
    expect(await readFile('README.md', 'utf8')).toContain(table.replaceAll('planted', 'sensors'));
  });
});

test('shards are united; one of them alone drops what the others have', async () => {
  const all = await verify(real(), urls(), '--job', 'sharded', '--wait', '60s');
  expect(all).toMatchObject({ code: 0, err: '' });
  expect(all.out).toContain('Prometheus 12 (job sharded), up 12');
  for (const url of urls().length > 1 ? urls() : []) {
    const one = reportOf(await verify(real(), [url], '--job', 'sharded', '--json'));
    expect(new Set(one.differences.map(({ kind }) => kind))).toEqual(new Set(['dropped']));
  }
});

test('after a change verify --wait ends when every Prometheus follows', async () => {
  await inventory.change(3);
  const waiting = verify(real(), urls(), '--wait', '120s');
  await sidecar.reload();
  expect(await waiting).toEqual({
    code: 0,
    err: '',
    out: `no difference: inventory 15, ${sidecar.file} 15, Prometheus 15 (jobs sensors, sharded), up 15`,
  });
});

test('what the guard holds is told as held', async () => {
  await inventory.fault({ fault: 'empty' });
  await sidecar.reload();
  const { code, out, err } = await verify(real(), urls());
  await inventory.heal();
  expect({ code, err }).toEqual({ code: 1, err: '' });
  expect(out).toMatch(
    /^held by the guard +sensor_0:9100 +since \d\d:\d\d:\d\d: the inventory lists no \w+$/m,
  );
  expect(out).toContain(
    '… and 5 more held by the guard\n15 differences (15 held by the guard): inventory 0, ',
  );
});

test('a Prometheus that is not there is an error of its own', async () => {
  const { code, out, err } = await verify(real(), [...urls(), 'http://127.0.0.1:1/prefix']);
  expect({ code, out }).toEqual({ code: 2, out: '' });
  expect(err).toContain('cannot verify: cannot ask Prometheus at http://127.0.0.1:1/prefix: ');
  expect(await verify(real(), [])).toEqual({
    code: 2,
    out: '',
    err: 'verify needs --prometheus URL; see inventory-sd --help',
  });
});

test('a job that no server has is told once', async () => {
  const { code, out, err } = await verify(real(), urls(), '--job', 'nix');
  expect([code, out]).toEqual([2, '']);
  expect(err).toMatch(/^cannot verify: http[^"]+ ha(s|ve) no scrape job "nix", only .*\bsensors\b/);
  expect(err).not.toContain('\n');
});
