import fs from 'node:fs';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { findTroubles } from '../../../src/sidecar/targets/target-troubles.ts';
import { type TempDir, tempDir } from '../../helpers/temp-dir.ts';

let dir: TempDir;
let path: string;
beforeEach(async () => {
  dir = await tempDir('troubles');
  path = join(dir.path, 'targets.json');
});
afterEach(async () => {
  vi.restoreAllMocks();
  syncBuiltinESMExports();
  await dir.remove();
});

/** Lets one call of fs.promises answer as a system would that this machine is not. */
function fake(name: 'access' | 'readFile' | 'stat' | 'statfs', answer: (path: string) => unknown): void {
  const real = fs.promises[name] as (...args: unknown[]) => Promise<unknown>;
  const faked = async (...args: unknown[]) => answer(String(args[0])) ?? real(...args);
  vi.spyOn(fs.promises, name).mockImplementation(faked as never);
  syncBuiltinESMExports();
}

const refuse = (code: string): never => {
  throw Object.assign(new Error(`${code}: refused`), { code });
};

test('there is none where a file or nothing is, in a folder of ours', async () => {
  expect(await findTroubles(path)).toEqual([]);
  await writeFile(path, '[]');
  await mkdir(join(dir.path, '.inventory-sd'));
  expect(await findTroubles(path)).toEqual([]);
});

test('a missing folder', async () => {
  const missing = join(dir.path, 'missing', 'targets.json');
  expect(await findTroubles(missing)).toEqual([
    expect.stringContaining(`cannot write ${missing}: there is no such folder`),
  ]);
});

test('a symbolic link', async () => {
  await writeFile(join(dir.path, 'real.json'), '[]');
  await symlink('real.json', path);
  expect(await findTroubles(path)).toEqual([
    expect.stringMatching(/targets\.json is a symbolic link: .* refresh_interval .*\/real\.json$/),
  ]);
});

test('a folder, a device or a pipe is told by whoever reads it', async () => {
  await mkdir(path);
  expect(await findTroubles(path)).toEqual([]);
});

describe('a folder in which this user may not write', () => {
  const f = (name: string, folder: string, code: string, told: string) =>
    test(name, async () => {
      fake('access', (asked) => (asked === join(dir.path, folder) ? refuse(code) : undefined));
      await mkdir(join(dir.path, '.inventory-sd'));
      expect(await findTroubles(path)).toEqual([`cannot write ${path}: ${told} (${code}: refused)`]);
    });
  f('no permission', '', 'EACCES', 'this user may not write there');
  f('read-only', '', 'EROFS', 'the file system is read-only');
  f('the staging folder of another user', '.inventory-sd', 'EACCES', 'this user may not write there');
});

test('a staging folder on another file system', async () => {
  const staging = join(dir.path, '.inventory-sd');
  await symlink('/dev/shm', staging);
  expect(await findTroubles(path)).toEqual([
    expect.stringContaining('.inventory-sd beside it is on another file system'),
  ]);
});

describe('the file system', () => {
  const f = (name: string, system: { type: number; blocks: number; bavail: number }, told: RegExp[]) =>
    test(name, async () => {
      fake('statfs', () => system);
      expect(await findTroubles(path)).toEqual(told.map((pattern) => expect.stringMatching(pattern)));
    });
  f('is full', { type: 0xef53, blocks: 9, bavail: 0 }, [/no space left/]);
  f('counts no blocks', { type: 0xef53, blocks: 0, bavail: 0 }, []);
  f('is NFS', { type: 0x6969, blocks: 9, bavail: 9 }, [/is on NFS, .*refresh_interval: 30s/]);
  f('is SMB', { type: 0xfe534d42, blocks: 9, bavail: 9 }, [/is on SMB/]);
  f('is CIFS, with its number negative', { type: 0xff534d42 | 0, blocks: 9, bavail: 9 }, [/is on SMB/]);
  f('is FUSE and full', { type: 0x65735546, blocks: 9, bavail: 0 }, [/no space left/, /is on FUSE/]);

  test('cannot be asked', async () => {
    fake('statfs', () => refuse('ENOSYS'));
    expect(await findTroubles(path)).toEqual([]);
  });
});

describe('a file that is mounted by itself', () => {
  const mounts = (target: string) =>
    `24 1 254:0 / / rw - ext4 /dev/vda rw\n37 24 254:0 /x ${target} rw - ext4 /dev/vda rw\n`;

  test('is named, also with a space in its name', async () => {
    const spaced = join(dir.path, 'my targets.json');
    fake('readFile', () => mounts(spaced.replace(' ', '\\040')));
    expect(await findTroubles(spaced)).toEqual([
      expect.stringMatching(/my targets\.json is a single file that is mounted: .*mount the directory/),
    ]);
    expect(await findTroubles(path)).toEqual([]);
  });

  test('cannot be seen without /proc, which is no trouble', async () => {
    fake('readFile', () => refuse('ENOENT'));
    expect(await findTroubles(path)).toEqual([]);
  });
});
