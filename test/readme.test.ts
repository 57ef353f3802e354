// The README is true: its tables are compared with the program, its links with the tree, its commands with what exists.

import { access } from 'node:fs/promises';
import { Registry } from 'prom-client';
import { describe, expect, test } from 'vitest';
import manifest from '../package.json' with { type: 'json' };
import { parseWebConfig } from '../src/lib/web-config.ts';
import { parseTargetGroups, writeTargetGroups } from '../src/model/target-group.ts';
import { helpText, parseArguments } from '../src/sidecar/commands/arguments.ts';
import { readConfig, showConfig } from '../src/sidecar/config.ts';
import { endpoints, type Shown } from '../src/sidecar/endpoints.ts';
import { createMetrics } from '../src/sidecar/metrics.ts';
import { SET_ASIDE_REASONS } from '../src/sidecar/sensors/set-aside.ts';
import { initialStatus } from '../src/sidecar/status.ts';
import { openReadme, words } from './helpers/readme.ts';

const { text: readme, table } = await openReadme();

describe('settings', () => {
  const rows = table('## Settings').map(([name, fallback, example]) => ({
    name: words(name)[0] ?? '',
    fallback: fallback ?? '',
    example: words(example)[0] ?? '',
  }));
  const config = readConfig({});
  const defaults: Record<string, unknown> = showConfig(config);

  test('each has a row, in the order of the program', () => {
    expect(rows.map((row) => row.name)).toEqual(Object.keys(defaults));
  });

  test.each(rows)(
    '$name has the default and an example that the program takes',
    ({ name, fallback, example }) => {
      const literal = /^`[^`]+`$/.test(fallback) ? (words(fallback)[0] ?? '') : '';
      expect(readConfig({ [name]: literal })).toEqual(config);
      const shown: Record<string, unknown> = showConfig(readConfig({ ...COMPANIONS[name], [name]: example }));
      expect(shown[name]).not.toEqual(defaults[name]);
    },
  );
});

// Settings that are of no use, and refused, alone.
const COMPANIONS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  INVENTORY_KEY_FILE: { INVENTORY_CERT_FILE: '/a.crt' },
  WEB_CLIENT_CERT_FILE: { WEB_CLIENT_KEY_FILE: '/a.key' },
  WEB_CLIENT_KEY_FILE: { WEB_CLIENT_CERT_FILE: '/a.crt' },
};

test('every endpoint has a row, and every row is an endpoint', () => {
  const rows = table('## Health').flatMap(([paths]) => words(paths));
  const paths = rows.map((path) => path.replace('POST ', '').replace('?fresh=1', ''));
  expect([...new Set(paths)].sort()).toEqual(Object.keys(endpoints({} as Shown)).sort());
});

test('every metric has a row with its labels, and every row is a metric', async () => {
  const registry = new Registry();
  const status = initialStatus({ wall: 0, mono: 0 });
  const observe = () => ({ status, published: undefined, hold: undefined, waiting: 0 });
  createMetrics(registry, { version: '1', intervalMs: 1, staleAfterMs: 1 }, observe);
  const metrics = await registry.getMetricsAsJSON();
  const ours = metrics.map(({ name }) => name).filter((name) => name.startsWith('inventory_sd_'));
  const rows = table('## Metrics').flatMap(([names]) =>
    words(names).map((name) => `inventory_sd_${name.split('{')[0]}`),
  );
  expect(rows.sort()).toEqual(ours.sort());
  for (const counter of ['poll_failures_total', 'file_write_failures_total']) {
    const reasons = metrics.find(({ name }) => name === `inventory_sd_${counter}`)?.values ?? [];
    const [, told] = table('## Metrics').find(([name]) => name?.includes(counter)) ?? [];
    expect(words(told)).toEqual(reasons.map(({ labels }) => labels.reason));
  }
  const [, aside] = table('## Metrics').find(([name]) => name?.includes('entries_set_aside')) ?? [];
  expect(words(aside)).toEqual(SET_ASIDE_REASONS);
});

test('every command has a row, and the help names it', () => {
  const commands = table('## Commands')
    .flatMap(([command]) => words(command).slice(0, 1))
    .map((command) => command.split(' ')[0] ?? '');
  for (const command of commands) {
    expect(parseArguments([command, '--help']), command).toMatchObject({ command });
    expect(helpText('')).toContain(command);
  }
  expect(commands).toEqual(['once', 'show', 'accept', 'reload', 'check', 'verify', 'healthcheck']);
});

test('every npm script it names exists', () => {
  const named = [...readme.matchAll(/npm (?:run )?(start|test|[\w:]+)/g)].map((match) => match[1] ?? '');
  const scripts = Object.keys(manifest.scripts);
  expect(named.length).toBeGreaterThan(5);
  for (const name of named.filter((name) => name !== 'ci')) expect(scripts, name).toContain(name);
});

test('every link into the tree leads somewhere', async () => {
  const links = [...readme.matchAll(/(?:\]\(|src(?:set)?=")([^)"]+)/g)].map((match) => match[1] ?? '');
  const headings = [...readme.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => `#${slug(heading)}`);
  for (const link of links.filter((link) => !link.startsWith('http'))) {
    if (link.startsWith('#')) expect(headings).toContain(link);
    else await expect(access(link.replace(/#.*/, '')), link).resolves.toBeUndefined();
  }
});

const slug = (heading: string) => heading.toLowerCase().replaceAll(' ', '-');

test('the target file it shows is what the program writes', () => {
  const shown = /```json\n([\s\S]*?)```/.exec(readme)?.[1] ?? '';
  expect(writeTargetGroups(parseTargetGroups(shown))).toBe(shown);
});

test('the web configuration it shows is one', () => {
  const shown = /```yaml\n(tls_server_config[\s\S]*?)```/.exec(readme)?.[1] ?? '';
  const { tls, users } = parseWebConfig(shown, '/etc/inventory-sd');
  expect(tls).toMatchObject({ clientAuth: 'required', cert: { file: '/etc/inventory-sd/server.crt' } });
  expect([...users.keys()]).toEqual(['prometheus']);
});

test('no placeholder is left in it', () => {
  expect(readme.match(/^[A-Z_]{4,}$/gm)).toBeNull();
});
