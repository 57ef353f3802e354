import fs from 'node:fs';
import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { isStagedName, writeAtomically } from '../../../src/sidecar/targets/atomic-write.ts';
import { type TempDir, tempDir } from '../../helpers/temp-dir.ts';

let dir: TempDir;
let path: string;
beforeEach(async () => {
  dir = await tempDir('atomic-write');
  path = join(dir.path, 'state.json');
});
afterEach(async () => {
  vi.restoreAllMocks();
  syncBuiltinESMExports();
  await dir.remove();
});

test('the text stands under the wanted permissions, whatever the umask, and nothing beside it', async () => {
  const before = process.umask(0o077);
  try {
    const file = await writeAtomically(path, 'ünï\n', { mode: 0o644 });
    expect(await stat(path, { bigint: true })).toMatchObject({ ino: file.ino, size: 6n });
  } finally {
    process.umask(before);
  }
  expect((await stat(path)).mode & 0o777).toBe(0o644);
  await writeAtomically(path, 'secret', { mode: 0o600 });
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  expect(await readFile(path, 'utf8')).toBe('secret');
  expect(await readdir(dir.path)).toEqual(['state.json']);
});

test('a missing staging folder is made, a missing folder above it is not', async () => {
  const staging = join(dir.path, 'staging');
  await writeAtomically(path, 'a', { mode: 0o600, staging });
  expect(await readFile(path, 'utf8')).toBe('a');
  expect(await readdir(staging)).toEqual([]);
  const missing = join(dir.path, 'missing', 'folder', 'file');
  await expect(writeAtomically(missing, 'a', { mode: 0o600 })).rejects.toMatchObject({ code: 'ENOENT' });
});

describe('a staged file that another process clears away is staged again', () => {
  // Replaces one call of fs.promises the first `times` times.
  function beforeCall(name: 'stat' | 'writeFile', times: number): () => number {
    let calls = 0;
    const real = fs.promises[name] as (...args: unknown[]) => Promise<unknown>;
    vi.spyOn(fs.promises, name).mockImplementation((async (...args: unknown[]) => {
      calls += 1;
      if (calls <= times) await rm(args[0] as string);
      return real(...args);
    }) as never);
    syncBuiltinESMExports();
    return () => calls;
  }

  test('after it was filled', async () => {
    const calls = beforeCall('stat', 2);
    await writeAtomically(path, 'a', { mode: 0o600 });
    expect(calls()).toBe(3);
    expect(await readFile(path, 'utf8')).toBe('a');
  });

  test('before it is filled: never a file that was not flushed', async () => {
    const calls = beforeCall('writeFile', 1);
    await writeAtomically(path, 'a', { mode: 0o600 });
    expect(calls()).toBe(2);
    expect(await readFile(path, 'utf8')).toBe('a');
  });

  test('but not for ever', async () => {
    const calls = beforeCall('stat', 100);
    await expect(writeAtomically(path, 'a', { mode: 0o600 })).rejects.toMatchObject({ code: 'ENOENT' });
    expect(calls()).toBe(3);
    expect(await readdir(dir.path)).toEqual([]);
  });
});

test('a rename that fails leaves the old file and no staged one', async () => {
  await mkdir(path);
  await writeFile(join(path, 'inside'), '');
  await expect(writeAtomically(path, 'a', { mode: 0o600 })).rejects.toMatchObject({ code: 'EISDIR' });
  expect(await readdir(dir.path)).toEqual(['state.json']);
});

test('many writers of one file, of one process or of many: it is always one of their texts', async () => {
  const texts = Array.from({ length: 20 }, (_, i) => `${i}`.repeat(10_000));
  await Promise.all(texts.map((text) => writeAtomically(path, text, { mode: 0o600 })));
  expect(texts).toContain(await readFile(path, 'utf8'));
  expect(await readdir(dir.path)).toEqual(['state.json']);
});

describe('the name of a staged file', () => {
  const f = (name: string, is: boolean) =>
    test(`${name}: ${is}`, () => expect(isStagedName(name, 't.json')).toBe(is));
  f('t.json.0123456789ab.tmp', true);
  f('t.json.0123456789ab.tmp.4294967295', true);
  f('t.json.4294967295', true); // of an earlier version
  f('t.json', false);
  f('t.json.state.json', false);
  f('t.json.state.json.0123456789ab.tmp', false);
  f('t.json.0123456789aX.tmp', false);
  f('at.json.0123456789ab.tmp', false);
  f('t.json.0123456789ab.tmp.bak', false);
});
