// mini-tsdb over PostgreSQL, as its users start it.

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
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
  expect(program.stderr[0]).toMatch(/^cannot use .*\/url: it holds no URL like postgres:/);
  expect([...program.stdout, ...program.stderr].join('\n')).not.toContain('hidden');
});
