// The alerts on our two programs: tested by every promtool of this machine, and each explained.

import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { parse } from 'yaml';
import { requirePrometheus, testRules } from '../helpers/prometheus.ts';
import { tempDir } from '../helpers/temp-dir.ts';

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly for: string;
  readonly labels: { readonly severity: string };
  readonly annotations: { readonly summary: string; readonly description: string };
}

interface Program {
  /** The name of its job, and of its files of rules and of tests. */
  readonly name: string;
  /** With what its alerts begin. */
  readonly prefix: string;
  readonly runbook: string;
  /** In every description: what to type or where to look. */
  readonly advice: RegExp;
  /** How often the file names the job. */
  readonly places: number;
}

const PROGRAMS: readonly Program[] = [
  {
    name: 'inventory-sd',
    prefix: 'InventorySd',
    runbook: 'docs/alerts.md',
    advice: /inventory-sd (show|check)`|docker compose |prometheus\.yml/,
    places: 4,
  },
  {
    name: 'mini-tsdb',
    prefix: 'MiniTsdb',
    runbook: 'docs/mini-tsdb-alerts.md',
    advice:
      /docker compose |promtool |redis-cli |The page \/|Its page \/| log says |mini_tsdb_|prometheus\.yml/,
    places: 1,
  },
];

const binaries = await requirePrometheus();

describe.each(PROGRAMS)('$name', async ({ name, prefix, runbook: path, advice, places }) => {
  const file = `prometheus/rules/${name}.yml`;
  const tests = `prometheus/rules/tests/${name}.test.yml`;
  const text = await readFile(file, 'utf8');
  const { groups } = parse(text) as { groups: { rules: Rule[] }[] };
  const rules = groups.flatMap((group) => group.rules);
  const runbook = await readFile(path, 'utf8');

  /** The tests beside changed rules. */
  async function changed(from: string, to: string): Promise<string> {
    const dir = await tempDir('rules');
    onTestFinished(() => dir.remove());
    expect(text).toContain(from);
    await mkdir(join(dir.path, 'tests'));
    await writeFile(join(dir.path, `${name}.yml`), text.replaceAll(from, to));
    await cp(tests, join(dir.path, 'tests', 'changed.test.yml'));
    return join(dir.path, 'tests', 'changed.test.yml');
  }

  describe.each(binaries)('promtool $version', (binary) => {
    test('finds each alert firing and not firing as its tests say', async () => {
      const { ok, output } = await testRules(binary, tests);
      expect(ok, output).toBe(true);
    });

    test('and would miss any of them', async () => {
      const { ok, output } = await testRules(binary, await changed(`alert: ${prefix}`, 'alert: Another'));
      expect(ok).toBe(false);
      for (const { alert } of rules) expect(output).toContain(alert);
    });
  });

  describe.each(rules)('$alert', (rule) => {
    test('has a severity, a summary, and a description that says what to type or where to look', () => {
      expect(rule.alert).toMatch(new RegExp(`^${prefix}[A-Z]`));
      expect(['warning', 'critical']).toContain(rule.labels.severity);
      expect(rule.for).toMatch(/^\d+m$/);
      expect(rule.annotations.summary).toMatch(/[^.]$/);
      expect(rule.annotations.description).toMatch(advice);
    });

    test(`has its row and its section in ${path}`, () => {
      const row = `| [\`${rule.alert}\`](#${rule.alert.toLowerCase()}) | ${rule.labels.severity} |`;
      expect(runbook).toContain(row);
      expect(runbook).toContain(`\n## ${rule.alert}\n`);
    });
  });

  test(`${path} explains no other alert`, () => {
    const explained = [...runbook.matchAll(new RegExp(`^## (${prefix}\\w+)$`, 'gm'))].map(
      ([, alert]) => alert,
    );
    expect(explained).toEqual(rules.map(({ alert }) => alert));
  });

  test('the job is named in so many places, as the file says', () => {
    expect(text.match(/job="[^"]*"/g)).toEqual(Array(places).fill(`job="${name}"`));
  });
});

test('the alerts on mini-tsdb ask for metrics and reasons that the README has', async () => {
  const readme = await readFile('README.md', 'utf8');
  const rows = readme.split('\n').filter((line) => line.startsWith('| `'));
  const text = await readFile('prometheus/rules/mini-tsdb.yml', 'utf8');
  const asked = [...text.matchAll(/\bmini_tsdb_(\w+)(?:\{reason=~?"([^"]*)"\})?/g)];
  expect(asked.length).toBeGreaterThan(15);
  for (const [, metric = '', reasons = ''] of asked) {
    const row = rows.find((line) => new RegExp(`\`${metric}(\\{[^}]*\\})?\``).test(line));
    expect([metric, row]).toEqual([metric, expect.any(String)]);
    for (const reason of reasons.split('|').filter(Boolean)) expect(row).toContain(`\`${reason}\``);
  }
});

test('the three limits in the alerts on mini-tsdb are those that its flags have by default', async () => {
  const text = await readFile('prometheus/rules/mini-tsdb.yml', 'utf8');
  const readme = await readFile('README.md', 'utf8');
  expect(text).toContain(
    'mini_tsdb_queue_entries > 0.8 * 100000 or mini_tsdb_queue_bytes > 0.8 * 512 * 1024 * 1024',
  );
  expect(text).toContain('mini_tsdb_storage_series > 0.8 * 1000000 ');
  for (const row of [
    '| `--queue.redis.max-entries` | `100000` |',
    '| `--queue.redis.max-size` | `512MB` |',
    '| `--storage.tsdb.max-series` | `1000000` |',
  ])
    expect(readme).toContain(row);
});
