// mini-tsdb over PostgreSQL, as its users start it.

import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { startCuttingProxy } from '../../../helpers/cutting-proxy.ts';
import { freePort } from '../../../helpers/free-port.ts';
import { startMiniTsdb } from '../../../helpers/mini-tsdb.ts';
import { startPostgres } from '../../../helpers/postgres.ts';
import { startNode } from '../../../helpers/process.ts';
import { tempDir } from '../../../helpers/temp-dir.ts';
import { waitFor } from '../../../helpers/wait-for.ts';

test('scrapes itself into PostgreSQL, and has it after a restart', async () => {
  const postgres = await startPostgres();
  onTestFinished(() => postgres.stop());
  const dir = await tempDir('program');
  onTestFinished(() => dir.remove());
  const config = join(dir.path, 'prometheus.yml');
  const flags = ['--storage.engine=postgres', `--storage.postgres.url-file=${postgres.urlFile}`];
  await writeFile(config, 'scrape_configs: []\n');
  const first = await startMiniTsdb(config, flags);
  onTestFinished(() => first.stop());
  const host = new URL(first.url).host;
  await writeFile(
    config,
    `scrape_configs: [{job_name: self, scrape_interval: 1s, static_configs: [{targets: ["${host}"]}]}]\n`,
  );
  first.program.kill('SIGHUP');
  const count = async (url: string) => {
    const answer = await fetch(`${url}/api/v1/query?query=up`);
    const { data } = (await answer.json()) as { data: { result: { value: [number, string] }[] } };
    return data.result[0]?.value[1];
  };
  await waitFor('up to be stored', async () => (await count(first.url)) === '1');
  const metrics = await (await fetch(`${first.url}/metrics`)).text();
  expect(metrics).toContain('\nmini_tsdb_postgres_trouble 0\n');
  await first.stop();
  expect([...first.program.stdout, ...first.program.stderr].join('\n')).not.toContain(
    new URL(postgres.url).password,
  );
  await writeFile(config, 'scrape_configs: []\n');
  const second = await startMiniTsdb(config, flags);
  onTestFinished(() => second.stop());
  const answer = await fetch(`${second.url}/api/v1/label/job/values`);
  expect(await answer.json()).toMatchObject({ data: ['self'] });
  // A cluster and two servers take a busy machine their time.
}, 180_000);

test('while PostgreSQL is silent its metrics are told all the same, and it still ends in time', async () => {
  const postgres = await startPostgres();
  onTestFinished(() => postgres.stop());
  const proxy = await startCuttingProxy(Number(new URL(postgres.url).port));
  onTestFinished(() => proxy.close());
  const dir = await tempDir('program');
  onTestFinished(() => dir.remove());
  const config = join(dir.path, 'prometheus.yml');
  const urlFile = join(dir.path, 'url');
  await writeFile(config, 'scrape_configs: []\n');
  await writeFile(urlFile, postgres.url.replace(/:\d+\//, `:${proxy.port}/`));
  const flags = ['--web.enable-push', '--storage.engine=postgres', `--storage.postgres.url-file=${urlFile}`];
  const server = await startMiniTsdb(config, flags);
  onTestFinished(() => void server.program.kill('SIGKILL'));
  proxy.freeze();
  const push = { method: 'POST', headers: { 'content-type': 'application/json' } };
  const pushing = fetch(`${server.url}/v1/metrics`, { ...push, body: '{"name":"m","value":1}' });
  pushing.catch(() => {});
  const metrics = await fetch(`${server.url}/metrics`);
  expect(metrics.status).toBe(200);
  const text = await metrics.text();
  expect(text).toContain('\nmini_tsdb_postgres_trouble ');
  expect(text).not.toMatch(/^mini_tsdb_storage_series /m);
  server.program.kill('SIGTERM');
  expect(await server.program.exit).toMatchObject({ code: 0 });
});

test.each([
  ['is not there', async () => freePort()],
  ['is silent', silentPort],
])('told to stop while it waits for a PostgreSQL that %s, it ends well and soon', async (_, portOf) => {
  const dir = await tempDir('program');
  onTestFinished(() => dir.remove());
  const config = join(dir.path, 'prometheus.yml');
  const urlFile = join(dir.path, 'url');
  await writeFile(config, 'scrape_configs: []\n');
  await writeFile(urlFile, `postgres://user:hidden@127.0.0.1:${await portOf()}/db`);
  const program = startNode('src/tsdb.ts', [
    `--config.file=${config}`,
    '--storage.engine=postgres',
    `--storage.postgres.url-file=${urlFile}`,
  ]);
  onTestFinished(() => void program.kill('SIGKILL'));
  await program.line(/"msg":"mini-tsdb starts"/);
  await sleep(1000);
  expect(await program.stop(60_000)).toEqual({ code: 0, signal: null });
  expect(program.stderr).toEqual([]);
  expect(program.stdout.at(-1)).toContain('"mini-tsdb stopped"');
});

test('a file that holds no URL ends the start with one line', async () => {
  const dir = await tempDir('program');
  onTestFinished(() => dir.remove());
  const config = join(dir.path, 'prometheus.yml');
  await writeFile(config, 'scrape_configs: []\n');
  await writeFile(join(dir.path, 'url'), 'postgres://user:hidden@[/db');
  const program = startNode('src/tsdb.ts', [
    `--config.file=${config}`,
    '--storage.engine=postgres',
    `--storage.postgres.url-file=${join(dir.path, 'url')}`,
  ]);
  onTestFinished(() => void program.kill('SIGKILL'));
  expect((await program.exit).code).toBe(1);
  expect(program.stderr).toHaveLength(1);
  expect(program.stderr[0]).toMatch(/^cannot use .*\/url: it holds no valid URL; characters such as @/);
  expect([...program.stdout, ...program.stderr].join('\n')).not.toContain('hidden');
});

/** Takes connections, and says nothing. */
async function silentPort(): Promise<number> {
  const server = createServer(() => {}).listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}
