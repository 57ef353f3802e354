// What becomes of a job's targets when its file changes: mini-tsdb and every Prometheus there is, side by side.

import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Registry } from 'prom-client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createLogger } from '../../../src/lib/log.ts';
import { type Labels, labelsKey } from '../../../src/model/labels.ts';
import { parseConfig } from '../../../src/tsdb/config/config-file.ts';
import { createScrapeManager, type ScrapeManager } from '../../../src/tsdb/scrape/manager.ts';
import { openMemoryStore } from '../../../src/tsdb/storage/memory/store.ts';
import { type RunningPrometheus, requirePrometheus, startPrometheus } from '../../helpers/prometheus.ts';
import { type TempDir, tempDir } from '../../helpers/temp-dir.ts';
import { waitFor } from '../../helpers/wait-for.ts';

interface Case {
  readonly what: string;
  /** The name of the file; `.json` when nothing is said. */
  readonly file?: string;
  /** Its new text, undefined to delete it. */
  readonly text: string | undefined;
  /** Targets afterwards, with what labels the file gave them. */
  readonly targets: readonly Labels[];
  /** Where Prometheus 2.x differs from 3.x. */
  readonly old?: readonly Labels[];
}

const OLD = [{ __address__: 'old:1' }];
const NEW = [{ __address__: 'new:1' }];
const NONE: readonly Labels[] = [];

const kept = (what: string, text: string, file?: string): Case => ({
  what,
  text,
  targets: OLD,
  ...(file && { file }),
});

const CASES: readonly Case[] = [
  { what: 'a new list', text: '[{"targets":["new:1"]}]', targets: NEW },
  { what: 'an empty list', text: '[]', targets: NONE },
  { what: 'null', text: 'null', targets: NONE },
  { what: 'a group of nothing', text: '[{}]', targets: NONE },
  { what: 'the file is deleted', text: undefined, targets: NONE },
  { what: 'labels of null', text: '[{"targets":["new:1"],"labels":null}]', targets: NEW },
  {
    what: 'fields in capitals',
    text: '[{"TARGETS":["new:1"],"Labels":{"a":"b"}}]',
    targets: [{ __address__: 'new:1', a: 'b' }],
  },
  { what: 'a label of null', text: '[{"targets":["new:1"],"labels":{"a":null}}]', targets: NEW },
  {
    what: 'a label of other letters',
    text: '[{"targets":["new:1"],"labels":{"größe":"1"}}]',
    targets: [{ __address__: 'new:1', größe: '1' }],
    old: OLD,
  },
  {
    what: 'a name with a dash',
    text: '[{"targets":["new:1"],"labels":{"a-b":"1"}}]',
    targets: [{ __address__: 'new:1', 'a-b': '1' }],
    old: OLD,
  },
  {
    what: 'the same target twice, with and without a label',
    text: '[{"targets":["new:1","new:1"]},{"targets":["new:1"],"labels":{"a":"b"}}]',
    targets: [{ __address__: 'new:1' }, { __address__: 'new:1', a: 'b' }],
  },
  {
    what: 'targets that cannot be scraped',
    text: '[{"targets":["","a/b:1","new:1"]},{"targets":["x:1"],"labels":{"__scrape_interval__":"1.5s"}}]',
    targets: NEW,
  },
  kept('cut JSON', '[{"targets":["new:1"'),
  kept('nothing', ''),
  kept('a byte order mark', '\ufeff[{"targets":["new:1"]}]'),
  kept('trailing data', '[{"targets":["new:1"]}] x'),
  kept('an object', '{"targets":["new:1"]}'),
  kept('a null group', '[null]'),
  kept('an unknown field', '[{"targets":["new:1"],"_comment":"x"}]'),
  kept('targets that are no list', '[{"targets":"new:1"}]'),
  kept('a target that is a number', '[{"targets":[1]}]'),
  kept('a label that is a number', '[{"targets":["new:1"],"labels":{"a":1}}]'),
  kept('a label that is true', '[{"targets":["new:1"],"labels":{"a":true}}]'),
  kept('a label without a name', '[{"targets":["new:1"],"labels":{"":"x"}}]'),
  { what: 'YAML', file: 'x.yml', text: '- targets: [new:1]\n', targets: NEW },
  { what: 'YAML of nothing', file: 'x.yaml', text: '', targets: NONE },
  {
    what: 'YAML with a label that is a number',
    file: 'x.yml',
    text: '- targets: [new:1]\n  labels: {a: 1, b: true}\n',
    targets: [{ __address__: 'new:1', a: '1', b: 'true' }],
  },
  kept('YAML with an unknown field', '- targets: [new:1]\n  label: {}\n', 'x.yml'),
  kept('YAML that is a map', 'targets: [new:1]\n', 'x.yml'),
  kept('YAML with a null group', '- \n', 'x.yml'),
  kept('YAML that is cut', '- targets: [new:1\n', 'x.yml'),
  { what: 'a hidden file', file: '.hidden.json', text: '[{"targets":["new:1"]}]', targets: NEW },
];

interface Program {
  readonly version: string;
  /** Discovered labels by job. */
  targets(): Promise<ReadonlyMap<string, readonly Labels[]>>;
  stop(): Promise<void>;
}

let dir: TempDir;
let programs: Program[];
beforeAll(async () => {
  dir = await tempDir('file-sd');
  const yaml = `scrape_configs:${[...CASES.keys(), 'sentinel'].map((name) => jobOf(String(name))).join('')}\n`;
  for (const [i, { file }] of CASES.entries()) await put(String(i), file, '[{"targets": ["old:1"]}]\n');
  await put('sentinel', 'x.json', '[]');
  const real = (await requirePrometheus()).map(async (binary) =>
    realProgram(await startPrometheus(binary, { yaml }, { dir: dir.path })),
  );
  programs = [...(await Promise.all(real)), await ownProgram(yaml)];
  for (const program of programs)
    await until(program, (targets) => CASES.every((_, i) => targets.has(String(i))));
  await changeAll();
  for (const program of programs) await until(program, (targets) => targets.has('sentinel'));
});
afterAll(async () => {
  await Promise.all(programs?.map((program) => program.stop()) ?? []);
  await dir?.remove();
});

function jobOf(name: string): string {
  return `
  - job_name: "${name}"
    scrape_interval: 1h
    file_sd_configs: [{files: ["${name}/*.json", "${name}/*.yml", "${name}/*.yaml"]}]`;
}

/** Writes as careful programs do: whole, and renamed into place. */
async function put(job: string, file = 'x.json', text: string): Promise<void> {
  await mkdir(join(dir.path, job), { recursive: true });
  const staged = join(dir.path, job, 'staged');
  await writeFile(staged, text);
  await rename(staged, join(dir.path, job, file));
}

// The last change to be seen is one that shows.
async function changeAll(): Promise<void> {
  for (const [i, { file, text }] of CASES.entries()) {
    if (text === undefined) await rm(join(dir.path, String(i), file ?? 'x.json'));
    else await put(String(i), file, text);
  }
  await new Promise((resolve) => setTimeout(resolve, 6_000));
  await put('sentinel', 'x.json', '[{"targets": ["sentinel:1"]}]');
}

async function until(
  program: Program,
  isSo: (targets: ReadonlyMap<string, readonly Labels[]>) => boolean,
): Promise<void> {
  await waitFor(`targets of ${program.version}`, async () => isSo(await program.targets()));
}

function byJob(targets: readonly { scrapePool: string; discoveredLabels: Labels }[]) {
  const jobs = new Map<string, Labels[]>();
  for (const { scrapePool, discoveredLabels } of targets)
    jobs.set(scrapePool, [...(jobs.get(scrapePool) ?? []), discoveredLabels]);
  return jobs;
}

function realProgram(prometheus: RunningPrometheus): Program {
  return {
    version: prometheus.version,
    targets: async () => byJob(await prometheus.activeTargets()),
    stop: () => prometheus.stop(),
  };
}

async function ownProgram(yaml: string): Promise<Program> {
  const options = {
    registry: new Registry(),
    log: createLogger('silent'),
    userAgent: 'mini-tsdb/0',
    seed: 1,
  };
  const manager: ScrapeManager = createScrapeManager({ store: await openMemoryStore(), ...options });
  manager.apply(parseConfig(yaml, dir.path).scrapeConfigs);
  return {
    version: 'mini-tsdb',
    targets: async () => byJob(manager.status().active),
    stop: () => manager.stop(),
  };
}

/** What the file said, sorted. */
function given(targets: readonly Labels[] = []): Labels[] {
  const isOurs = (name: string) => name === '__address__' || !(name.startsWith('__') || name === 'job');
  const sets = targets.map((labels) =>
    Object.fromEntries(Object.entries(labels).filter(([name, value]) => isOurs(name) && value !== '')),
  );
  return sets.sort((a, b) => (labelsKey(a) < labelsKey(b) ? -1 : 1));
}

describe.each(CASES.map((one, i) => [one.what, one, i] as const))('%s', (_, { targets, old }, i) => {
  test('leaves the same targets everywhere', async () => {
    for (const program of programs) {
      const expected = program.version.startsWith('2.') ? (old ?? targets) : targets;
      const found = given((await program.targets()).get(String(i)));
      expect([program.version, found]).toEqual([program.version, given(expected)]);
    }
  });
});

test('all labels of a discovered target are the same everywhere', async () => {
  const all = await Promise.all(programs.map(async (program) => (await program.targets()).get('0')));
  for (const targets of all) {
    expect(targets).toEqual([
      {
        __address__: 'new:1',
        __meta_filepath: join(dir.path, '0', 'x.json'),
        __metrics_path__: '/metrics',
        __scheme__: 'http',
        __scrape_interval__: '1h',
        __scrape_timeout__: '10s',
        job: '0',
      },
    ]);
  }
});
