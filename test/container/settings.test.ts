import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import manifest from '../../package.json' with { type: 'json' };
import { parseByteSize } from '../../src/lib/byte-size.ts';
import { readConfig, showConfig } from '../../src/sidecar/config.ts';

const [compose, exampleCompose, dotenv, dockerfile] = (await Promise.all(
  ['docker-compose.yml', 'examples/compose.yml', '.env.example', 'Dockerfile'].map((path) =>
    readFile(path, 'utf8'),
  ),
)) as [string, string, string, string];

const listed = pairs(/^([A-Z0-9_]+)=(.*)$/gm, dotenv);
const USED = /\$\{([A-Z0-9_]+):-([^}]*)\}/g;

test('.env.example lists every setting of docker-compose.yml with its default, and no other', () => {
  expect(listed).toEqual(pairs(USED, compose));
});

test('the other compose file has the same defaults', () => {
  expect(listed).toMatchObject(pairs(USED, exampleCompose));
});

test('each setting of .env.example has a line that explains it', () => {
  const lines = dotenv.split('\n');
  const bare = lines.filter(
    (line, i) => /^[A-Z0-9_]+=/.test(line) && !/^(#|[A-Z_]+_MEMORY=)/.test(lines[i - 1] ?? ''),
  );
  expect(bare).toEqual([]);
});

test('the defaults in containers are those of the sidecar, but for the size of an answer, which fits the memory', () => {
  const settings = Object.entries(listed).filter(
    ([name]) => !/_(PORT|MEMORY|MAX_BYTES)$/.test(name) || name === 'METRICS_PORT',
  );
  expect(readConfig(Object.fromEntries(settings))).toEqual(readConfig({}));
  const memory = parseByteSize((listed.INVENTORY_SD_MEMORY ?? '').replace('m', 'MB')) ?? 0;
  expect(readConfig(listed).inventoryMaxBytes).toBeLessThanOrEqual(memory / 100);
});

// The port inside the container is fixed; the published one is a setting.
test.each([compose, exampleCompose])(
  'every setting of the sidecar but LISTEN_ADDRESS goes through',
  (text) => {
    const { LISTEN_ADDRESS: _, ...settings } = showConfig(readConfig({}));
    expect(Object.keys(settings)).toContain('INVENTORY_URL');
    // The proxies of the shell that starts the containers know nothing of their network.
    for (const name of Object.keys(settings))
      expect(text).toMatch(
        new RegExp(`^ +${name}: \\$\\{${/_PROXY$/.test(name) ? 'INVENTORY_SD_' : ''}${name}:`, 'm'),
      );
  },
);

test('every published port is on loopback', () => {
  const published = [compose, exampleCompose].flatMap((text) => text.match(/^ +- (?!--).*:\d+$/gm) ?? []);
  expect(published).toHaveLength(12);
  for (const port of published) expect(port.trim()).toMatch(/^- 127\.0\.0\.1:\$\{[A-Z_]+_PORT:-\d+\}:\d+$/);
});

test('the images carry the version of the package', () => {
  expect(dockerfile).toContain(`ARG VERSION=${manifest.version}\n`);
});

function pairs(pattern: RegExp, text: string): Record<string, string> {
  return Object.fromEntries([...text.matchAll(pattern)].map(([, name, value]) => [name, value]));
}
