// The alerts on inventory-sd: tested by every promtool of this machine, and each explained.

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

const RULES = 'prometheus/rules/inventory-sd.yml';
const TESTS = 'prometheus/rules/tests/inventory-sd.test.yml';

const text = await readFile(RULES, 'utf8');
const { groups } = parse(text) as { groups: { rules: Rule[] }[] };
const rules = groups.flatMap((group) => group.rules);
const runbook = await readFile('docs/alerts.md', 'utf8');
const binaries = await requirePrometheus();

describe.each(binaries)('promtool $version', (binary) => {
  test('finds each alert firing and not firing as its tests say', async () => {
    const { ok, output } = await testRules(binary, TESTS);
    expect(ok, output).toBe(true);
  });

  test('and would miss any of them', async () => {
    const { ok, output } = await testRules(binary, await changed('alert: InventorySd', 'alert: Another'));
    expect(ok).toBe(false);
    for (const { alert } of rules) expect(output).toContain(alert);
  });
});

/** The tests beside changed rules. */
async function changed(from: string, to: string): Promise<string> {
  const dir = await tempDir('rules');
  onTestFinished(() => dir.remove());
  expect(text).toContain(from);
  await mkdir(join(dir.path, 'tests'));
  await writeFile(join(dir.path, 'inventory-sd.yml'), text.replaceAll(from, to));
  await cp(TESTS, join(dir.path, 'tests', 'inventory-sd.test.yml'));
  return join(dir.path, 'tests', 'inventory-sd.test.yml');
}

describe.each(rules)('$alert', (rule) => {
  test('has a severity, a summary, and a description that says what to type or where to look', () => {
    expect(rule.alert).toMatch(/^InventorySd[A-Z]/);
    expect(['warning', 'critical']).toContain(rule.labels.severity);
    expect(rule.for).toMatch(/^\d+m$/);
    expect(rule.annotations.summary).toMatch(/[^.]$/);
    expect(rule.annotations.description).toMatch(
      /inventory-sd (show|check)`|docker compose |prometheus\.yml/,
    );
  });

  test('has its row and its section in docs/alerts.md', () => {
    const row = `| [\`${rule.alert}\`](#${rule.alert.toLowerCase()}) | ${rule.labels.severity} |`;
    expect(runbook).toContain(row);
    expect(runbook).toContain(`\n## ${rule.alert}\n`);
  });
});

test('docs/alerts.md explains no other alert', () => {
  const explained = [...runbook.matchAll(/^## (InventorySd\w+)$/gm)].map((match) => match[1]);
  expect(explained).toEqual(rules.map(({ alert }) => alert));
});

test('the job is named in four places, as the file says', () => {
  expect(text.match(/job="[^"]*"/g)).toEqual(Array(4).fill('job="inventory-sd"'));
});
