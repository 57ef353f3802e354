import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { type Program, type ProgramOptions, startNode, startProgram } from './process.ts';
import { tempDir } from './temp-dir.ts';
import { waitFor } from './wait-for.ts';

async function run(source: string, options?: ProgramOptions): Promise<Program> {
  const dir = await tempDir('process');
  onTestFinished(() => dir.remove());
  await writeFile(join(dir.path, 'program.ts'), source);
  return startNode(join(dir.path, 'program.ts'), [], options);
}

test('captures both outputs and the exit code, and hands on the given environment only', async () => {
  process.env.INVENTORY_URL = 'http://the-developers-own/';
  onTestFinished(() => void delete process.env.INVENTORY_URL);
  const program = await run(
    'console.log(process.env.GIVEN, process.env.INVENTORY_URL); console.error("bad"); process.exitCode = 3;',
    { env: { GIVEN: 'yes' } },
  );
  expect(await program.exit).toEqual({ code: 3, signal: null });
  expect(program.stdout).toEqual(['yes undefined']);
  expect(program.stderr).toEqual(['bad']);
});

test('stop asks first: a program that ends by itself keeps its exit code', async () => {
  const program = await run(
    'process.on("SIGTERM", () => process.exit(0)); setInterval(() => {}, 1e6); console.log("up");',
  );
  await program.line(/^up$/);
  expect(await program.stop()).toEqual({ code: 0, signal: null });
});

test('stop kills a program that does not listen', async () => {
  const program = await run(
    'process.on("SIGTERM", () => {}); setInterval(() => {}, 1e6); console.log("up");',
  );
  await program.line(/^up$/);
  expect(await program.stop(200)).toEqual({ code: null, signal: 'SIGKILL' });
});

test('a line that never comes is reported with the lines that came', async () => {
  const program = await run('console.log("something else"); setInterval(() => {}, 1e6);');
  onTestFinished(() => void program.stop());
  await program.line(/something/);
  await expect(program.line(/ready/, 300)).rejects.toThrow(
    'waited 300ms for a line that matches /ready/; last: something else',
  );
});

test('a program that does not exist ends with the reason', async () => {
  const program = startProgram('/no/such/program', []);
  expect(await program.exit).toEqual({ code: 127, signal: null });
  expect(program.stderr.join()).toContain('ENOENT');
});

test('waiting ends although the probe never answers', async () => {
  const hangs = new Promise<undefined>(() => {});
  await expect(waitFor('an answer', () => hangs, 200)).rejects.toThrow(
    'waited 200ms for an answer; last: no answer yet',
  );
});

test('waiting gives the first value that is neither undefined nor false', async () => {
  const answers = [undefined, false, 0];
  expect(await waitFor<number>('a number', () => answers.shift() as number | undefined | false)).toBe(0);
});
