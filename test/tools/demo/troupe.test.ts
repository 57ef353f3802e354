import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { AppError } from '../../../src/lib/errors.ts';
import { usualOrFree } from '../../../tools/demo/ports.ts';
import type { Program } from '../../../tools/demo/programs.ts';
import { createTroupe, type Troupe } from '../../../tools/demo/troupe.ts';
import { freePort } from '../../helpers/free-port.ts';
import { tempDir } from '../../helpers/temp-dir.ts';
import { waitFor } from '../../helpers/wait-for.ts';

const SERVER = `
import { createServer } from 'node:http';
createServer((_, response) => response.end('ok'))
  .on('error', (error) => { console.error(error.message); process.exit(1); })
  .listen(Number(process.env.PORT), '127.0.0.1', () => console.log('listens', process.pid));
`;
const never = new AbortController().signal;

interface Stage {
  readonly troupe: Troupe;
  readonly deaths: AppError[];
  program(source: string, port: number): Promise<Program>;
}

async function stage(): Promise<Stage> {
  const dir = await tempDir('troupe');
  const deaths: AppError[] = [];
  const troupe = createTroupe((error) => deaths.push(error));
  onTestFinished(async () => {
    await troupe.stop();
    await dir.remove();
  });
  return {
    troupe,
    deaths,
    async program(source, port) {
      const file = join(dir.path, `program-${port}.ts`);
      await writeFile(file, source);
      return {
        name: 'the program',
        usualPorts: [port],
        launch: ([given]) => ({ file: process.execPath, args: [file], env: { PORT: `${given}` } }),
        listening: /^listens/,
        health: '/',
      };
    },
  };
}

test('a program runs on its usual port, and is gone after the stop', async () => {
  const { troupe, deaths, program } = await stage();
  const port = await freePort();
  expect(await troupe.start(await program(SERVER, port), never)).toEqual([port]);
  expect((await fetch(`http://127.0.0.1:${port}/`)).status).toBe(200);
  await troupe.stop();
  await expect(fetch(`http://127.0.0.1:${port}/`)).rejects.toThrow();
  expect(deaths).toEqual([]);
});

test('a usual port that somebody has is left to them', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  onTestFinished(() => void other.close());
  await once(other, 'listening');
  const { port } = other.address() as AddressInfo;
  expect(await usualOrFree(port)).not.toBe(port);
});

test('a port that is taken in the last moment is replaced by another one', async () => {
  const { troupe, program } = await stage();
  const port = await freePort();
  const source = `if (process.env.PORT === '${port}') { console.error('listen EADDRINUSE: address already in use'); process.exit(1); }${SERVER}`;
  const [given] = await troupe.start(await program(source, port), never);
  expect(given).not.toBe(port);
});

test('a program that cannot start is named with its last lines, harmless to a terminal', async () => {
  const { troupe, program } = await stage();
  const source = 'console.log("first"); console.error("faulty \\x1b[2Jsetting"); process.exitCode = 3;';
  await expect(troupe.start(await program(source, await freePort()), never)).rejects.toThrow(
    /^the program ended with exit code 3; its last lines:\n( {2}.*\n)*? {2}faulty \?\[2Jsetting/,
  );
});

test('a file that is not there is named', async () => {
  const { troupe, program } = await stage();
  const launch = () => ({ file: '/no/such/prometheus', args: [], env: {} });
  const absent = { ...(await program(SERVER, await freePort())), launch };
  await expect(troupe.start(absent, never)).rejects.toThrow(/spawn \/no\/such\/prometheus ENOENT/);
});

test('a program that dies later is reported', async () => {
  const { troupe, deaths, program } = await stage();
  await troupe.start(
    await program(`${SERVER}setTimeout(() => process.exit(7), 500);`, await freePort()),
    never,
  );
  await waitFor('the report', () => deaths.length > 0);
  expect(deaths[0]?.message).toMatch(
    /^the program ended with exit code 7; its last lines:\n {2}listens \d+$/,
  );
});

test('an abort during the start ends the waiting, and the stop finds the program', async () => {
  const { troupe, program } = await stage();
  const port = await freePort();
  const stopping = new AbortController();
  const silent = SERVER.replace("console.log('listens'", "console.log('is silent'");
  const started = troupe.start(await program(silent, port), stopping.signal);
  await waitFor('the program', async () => (await fetch(`http://127.0.0.1:${port}/`)).ok);
  stopping.abort(new Error('Ctrl-C'));
  await expect(started).rejects.toThrow('Ctrl-C');
  await troupe.stop();
  await expect(fetch(`http://127.0.0.1:${port}/`)).rejects.toThrow();
});

test('a program that does not listen to SIGTERM is killed', async () => {
  const { troupe, program } = await stage();
  const port = await freePort();
  await troupe.start(await program(`process.on('SIGTERM', () => {});${SERVER}`, port), never);
  await troupe.stop();
  await expect(fetch(`http://127.0.0.1:${port}/`)).rejects.toThrow();
});
