// mini-tsdb as its users start it: it begins, reads its configuration again, stops, and gives back what it held.

import { readdir, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startTestServer, type TestServer } from '../helpers/http-server.ts';
import { type MiniTsdb, startMiniTsdb } from '../helpers/mini-tsdb.ts';
import { startNode } from '../helpers/process.ts';
import { type TempDir, tempDir } from '../helpers/temp-dir.ts';
import { waitFor } from '../helpers/wait-for.ts';

let dir: TempDir;
let file: string;
let target: TestServer;
beforeEach(async () => {
  dir = await tempDir('mini-tsdb');
  file = join(dir.path, 'prometheus.yml');
  target = await startTestServer((_, response) => {
    response.setHeader('content-type', 'text/plain');
    response.end('answer 42\n');
  });
  await writeFile(file, job('first'));
});
afterEach(async () => {
  await target.stop();
  await dir.remove();
});

function job(name: string, field = ''): string {
  const address = new URL(target.url).host;
  return `scrape_configs:
- {job_name: ${name}, scrape_interval: 100ms, static_configs: [{targets: ["${address}"]}]${field}}
`;
}

async function jobsOf({ url }: MiniTsdb): Promise<readonly string[]> {
  const answer = await fetch(`${url}/api/v1/scrape_pools`);
  const { data } = (await answer.json()) as { data: { scrapePools: string[] } };
  return data.scrapePools;
}

async function answersOf({ url }: MiniTsdb, name: string): Promise<readonly string[]> {
  const query = encodeURIComponent(`answer{job="${name}"}[1h]`);
  const answer = await fetch(`${url}/api/v1/query?query=${query}`);
  const { data } = (await answer.json()) as { data: { result: { values: [number, string][] }[] } };
  return data.result.flatMap(({ values }) => values.map(([, value]) => value));
}

async function scraped(mini: MiniTsdb, name: string): Promise<void> {
  await waitFor(`an answer of ${name}`, async () => {
    if ((await answersOf(mini, name)).length === 0) throw new Error('none');
    return true;
  });
}

async function isReloadGood({ url }: MiniTsdb): Promise<boolean> {
  const metrics = await (await fetch(`${url}/metrics`)).text();
  return metrics.includes('mini_tsdb_config_last_reload_successful 1');
}

describe('the configuration', () => {
  test.each([
    ['SIGHUP', async ({ program }: MiniTsdb) => program.kill('SIGHUP')],
    [
      'POST /-/reload',
      async ({ url }: MiniTsdb) => void (await fetch(`${url}/-/reload`, { method: 'POST' })),
    ],
  ])('is read again on %s; a faulty one leaves the old one in force', async (_, reload) => {
    const mini = await startMiniTsdb(file, ['--web.enable-lifecycle']);
    try {
      await scraped(mini, 'first');
      await writeFile(file, job('second'));
      await reload(mini);
      await scraped(mini, 'second');
      expect(await jobsOf(mini)).toEqual(['second']);
      for (const [field, value] of [
        ['scrape_intervall', '1s'],
        ['proxy_url', '"http://u:%zz@127.0.0.1:1"'],
      ]) {
        await writeFile(file, job('third', `, ${field}: ${value}`));
        await reload(mini);
        const said = `cannot use configuration .* line 2: .*${field}.*the last good one stays in force`;
        await mini.program.line(new RegExp(said));
        expect([await jobsOf(mini), await isReloadGood(mini)]).toEqual([['second'], false]);
        await writeFile(file, job('second'));
        await reload(mini);
        await waitFor(
          'the reload',
          async () => (await isReloadGood(mini)) || Promise.reject(new Error('no')),
        );
      }
    } finally {
      await mini.stop();
    }
  });
});

test('a stop ends it with 0, and nothing of what it has scraped is lost', async () => {
  const data = join(dir.path, 'data');
  const flags = [`--storage.tsdb.path=${data}`];
  const first = await startMiniTsdb(file, flags);
  await scraped(first, 'first');
  const before = await answersOf(first, 'first');
  expect(await first.program.stop()).toEqual({ code: 0, signal: null });
  expect(first.program.stdout.at(-1)).toContain('"msg":"mini-tsdb stopped"');
  const second = await startMiniTsdb(file, flags);
  const answers = await answersOf(second, 'first');
  await second.stop();
  expect(answers.length).toBeGreaterThanOrEqual(before.length);
  expect(new Set(answers)).toEqual(new Set(['42']));
});

test('when it cannot listen it ends with 1, says so, and leaves no lock in its folder', async () => {
  const taken = createServer().listen(0, '127.0.0.1');
  await waitFor('a port', async () => taken.listening || Promise.reject(new Error('not yet')));
  const { port } = taken.address() as AddressInfo;
  const data = join(dir.path, 'data');
  const args = [
    `--config.file=${file}`,
    `--web.listen-address=127.0.0.1:${port}`,
    `--storage.tsdb.path=${data}`,
  ];
  const program = startNode('src/tsdb.ts', args);
  const { code } = await program.exit;
  taken.close();
  expect([code, program.stderr]).toEqual([
    1,
    [`cannot listen on 127.0.0.1:${port}: another program listens there`],
  ]);
  expect(await readdir(data)).not.toContain('lock');
});
