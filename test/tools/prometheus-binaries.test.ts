import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { findPrometheus, missingVersions } from '../../tools/prometheus-binaries.ts';
import { tempDir } from '../helpers/temp-dir.ts';

async function root(): Promise<string> {
  const dir = await tempDir('binaries');
  onTestFinished(() => dir.remove());
  return dir.path;
}

async function program(path: string, output: string): Promise<void> {
  await writeFile(path, `#!/bin/sh\necho '${output}'\n`);
  await chmod(path, 0o755);
}

async function release(folder: string, version: string): Promise<string> {
  await mkdir(folder, { recursive: true });
  await program(join(folder, 'prometheus'), `prometheus, version ${version} (branch: HEAD)`);
  await program(join(folder, 'promtool'), '');
  return folder;
}

test('finds the programs of PATH and of PROMETHEUS_DIRS, one per version', async () => {
  const dir = await root();
  const debian = await release(join(dir, 'debian'), '2.42.0+ds');
  const same = await release(join(dir, 'same'), '2.42.0');
  const lts = await release(join(dir, 'lts'), '3.5.3');
  const found = await findPrometheus({ PATH: `${dir}:${debian}`, PROMETHEUS_DIRS: `${same}:${lts}` });
  expect(found).toEqual([
    { version: '2.42.0', path: join(debian, 'prometheus'), promtool: join(debian, 'promtool') },
    { version: '3.5.3', path: join(lts, 'prometheus'), promtool: join(lts, 'promtool') },
  ]);
});

test('finds nothing where nothing is', async () => {
  expect(await findPrometheus({ PATH: await root() })).toEqual([]);
});

test('does not take a folder that is named prometheus for the program', async () => {
  const dir = await root();
  await mkdir(join(dir, 'prometheus'));
  expect(await findPrometheus({ PATH: dir })).toEqual([]);
});

test('names the folder of PROMETHEUS_DIRS that holds none', async () => {
  const dir = await root();
  await expect(findPrometheus({ PATH: '', PROMETHEUS_DIRS: dir })).rejects.toThrow(`no prometheus in ${dir}`);
});

test('names the promtool that is missing', async () => {
  const dir = await root();
  await program(join(dir, 'prometheus'), 'prometheus, version 2.42.0');
  await expect(findPrometheus({ PATH: dir })).rejects.toThrow(`${join(dir, 'promtool')} is missing`);
});

test('names a program that does not tell its version', async () => {
  const dir = await release(await root(), 'unknown');
  await expect(findPrometheus({ PATH: dir })).rejects.toThrow(/cannot read the version of .*prometheus from/);
});

test('a required version is met by its prefix, to the dot', () => {
  const found = ['2.42.0', '3.50.1'].map((version) => ({ version, path: '', promtool: '' }));
  const f = (required: string | undefined, want: string[]) =>
    expect(missingVersions(required, found), required).toEqual(want);
  f(undefined, []);
  f('', []);
  f('2.42', []);
  f('2.42.0,3', []);
  f('2.42, 3.5', ['3.5']); // 3.50 is no 3.5
  f('2.4,3.5', ['2.4', '3.5']);
});
