// A TimescaleDB in a container of its own for tests: the image of docker-compose.yml, on a free port of this machine.

import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { freePort } from '../helpers/free-port.ts';
import type { PostgresServer } from '../helpers/postgres.ts';
import { tempDir } from '../helpers/temp-dir.ts';
import { waitFor } from '../helpers/wait-for.ts';
import { docker } from './docker.ts';

const PASSWORD = 'not-a-secret-of-anybody';
const READY_MS = 120_000;

/** Starts one, empty. @throws Error with its log when it does not get there. */
export async function startTimescaledb(): Promise<PostgresServer> {
  const name = `inventory-sd-test-timescaledb-${process.pid}`;
  const port = await freePort();
  const env = ['POSTGRES_USER=tester', `POSTGRES_PASSWORD=${PASSWORD}`].flatMap((pair) => ['-e', pair]);
  const dir = await tempDir('timescaledb');
  const url = `postgres://tester:${PASSWORD}@127.0.0.1:${port}/tester`;
  const urlFile = join(dir.path, 'url');
  await writeFile(urlFile, url, { mode: 0o600 });
  const query: PostgresServer['query'] = async (text, values) => {
    const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5000 });
    client.on('error', () => {});
    await client.connect();
    try {
      return (await client.query(text, values)).rows;
    } finally {
      await client.end();
    }
  };
  const ready = () =>
    waitFor('TimescaleDB to answer', async () => (await query('SELECT 1')).length === 1, READY_MS);
  const end = async (signal: string) => {
    await docker(['kill', '--signal', signal, name]);
    await docker(['wait', name]);
  };
  const stop = async () => {
    await docker(['rm', '-f', '-v', name]);
    await dir.remove();
  };
  await docker(['run', '-d', '--name', name, '-p', `127.0.0.1:${port}:5432`, ...env, await image()]);
  try {
    await ready();
  } catch (error) {
    const log = await docker(['logs', '--tail', '40', name]);
    await stop();
    throw new Error(`${error}\n${log}`, { cause: error });
  }
  return {
    ...{ url, urlFile, query, stop },
    crash: () => end('KILL'),
    halt: () => end('QUIT'),
    async start() {
      await docker(['start', name]);
      await ready();
    },
  };
}

async function image(): Promise<string> {
  const [, found] = /image: (timescale\S+)/.exec(await readFile('docker-compose.yml', 'utf8')) ?? [];
  if (found === undefined) throw new Error('docker-compose.yml names no image of TimescaleDB');
  return found;
}
