import { execFileSync } from 'node:child_process';
import fs, { watch } from 'node:fs';
import {
  chmod,
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type TargetGroup, writeTargetGroups } from '../../../src/model/target-group.ts';
import {
  clearLeftovers,
  lookAt,
  type Published,
  readTargetFile,
  writeTargetFile,
} from '../../../src/sidecar/targets/target-file.ts';
import { type TempDir, tempDir } from '../../helpers/temp-dir.ts';
import { waitFor } from '../../helpers/wait-for.ts';

const GROUPS = [{ targets: ['a:1'], labels: { x: '1' } }];
const TEXT = writeTargetGroups(GROUPS);
const OTHER = [{ targets: ['b:1'], labels: {} }];

let dir: TempDir;
let path: string;
beforeEach(async () => {
  dir = await tempDir('target-file');
  path = join(dir.path, 'targets.json');
});
afterEach(() => dir.remove());

const write = (groups: TargetGroup[] = GROUPS, to = path) =>
  writeTargetFile(to, groups, writeTargetGroups(groups));

test('what was written is read back, and still stands', async () => {
  const list = await write();
  expect(await readFile(path, 'utf8')).toBe(TEXT);
  expect(list).toMatchObject({ groups: GROUPS, text: TEXT, bytes: TEXT.length });
  expect(await readTargetFile(path)).toEqual(list);
  expect(await lookAt(path, list)).toEqual({ seen: 'stands', list });
});

test('everyone may read the file, whatever the umask', async () => {
  const before = process.umask(0o077);
  try {
    await write();
  } finally {
    process.umask(before);
  }
  expect((await stat(path)).mode & 0o777).toBe(0o644);
});

test('an update is one event in the folder that Prometheus watches, and leaves nothing beside the file', async () => {
  await write();
  const events: string[] = [];
  const watcher = watch(dir.path, (type, name) => void events.push(`${type} ${name}`));
  await write(OTHER);
  await writeFile(join(dir.path, 'end'), '');
  await waitFor('the event after the update', () => events.includes('rename end'));
  watcher.close();
  expect(events.filter((event) => !event.endsWith(' end'))).toEqual(['rename targets.json']);
  expect((await readdir(dir.path)).sort()).toEqual(['.inventory-sd', 'end', 'targets.json']);
  expect(await readdir(join(dir.path, '.inventory-sd'))).toEqual([]);
});

test('a symlink stays one: the file it points at is replaced', async () => {
  const real = join(dir.path, 'real');
  await mkdir(real);
  await writeFile(join(real, 't.json'), '[]');
  await symlink(join(real, 't.json'), path);
  await write();
  expect(await readFile(join(real, 't.json'), 'utf8')).toBe(TEXT);
  expect((await readdir(real)).sort()).toEqual(['.inventory-sd', 't.json']);
});

test('a symlink that leads nowhere stays one: the file it points at is made', async () => {
  await mkdir(join(dir.path, 'real'));
  await symlink('real/t.json', path);
  await write();
  expect((await lstat(path)).isSymbolicLink()).toBe(true);
  expect(await readFile(join(dir.path, 'real', 't.json'), 'utf8')).toBe(TEXT);
});

test('what is no regular file is neither read nor replaced', async () => {
  const device = join(dir.path, 'device.json');
  await symlink('/dev/null', device);
  await expect(readTargetFile(device)).rejects.toThrow(`cannot take over ${device}: it is no regular file`);
  await expect(write(GROUPS, device)).rejects.toMatchObject({
    message: expect.stringContaining('no regular file'),
  });
  execFileSync('mkfifo', [path]);
  await expect(readTargetFile(path)).rejects.toThrow('it is no regular file');
  await expect(write()).rejects.toThrow('it is no regular file');
});

test('a file from beyond the end of time is taken over', async () => {
  // ext4 knows no such time, tmpfs does.
  const folder = await mkdtemp('/dev/shm/inventory-sd-');
  const file = join(folder, 'targets.json');
  await writeFile(file, TEXT);
  execFileSync('touch', ['-d', '@8640000000001', file]);
  const { changedAt } = (await readTargetFile(file)) as Published;
  await rm(folder, { recursive: true });
  expect(new Date(changedAt).getTime()).toBe(8.64e15);
});

describe('the file no longer stands', () => {
  test('when it was deleted', async () => {
    const list = await write();
    await rm(path);
    expect(await lookAt(path, list)).toEqual({ seen: 'deleted' });
  });

  test('when another program wrote something else, of whatever size', async () => {
    const list = await write();
    await writeFile(path, '[]');
    expect(await lookAt(path, list)).toEqual({ seen: 'foreign' });
    await writeFile(path, 'x'.repeat(TEXT.length));
    expect(await lookAt(path, list)).toEqual({ seen: 'foreign' });
  });
});

test('a file that others may no longer read does not stand, not even after a restart', async () => {
  const list = await write();
  await chmod(path, 0o600);
  expect(await lookAt(path, list)).toEqual({ seen: 'foreign' });
  const found = (await readTargetFile(path)) as Published;
  expect(await lookAt(path, found)).toEqual({ seen: 'foreign' });
});

test('a folder that cannot be flushed costs nothing but certainty', async () => {
  const list = await write();
  const refuse = () => Promise.reject(Object.assign(new Error('no'), { code: 'EINVAL' }));
  const open = vi.spyOn(fs.promises, 'open').mockImplementation(refuse);
  syncBuiltinESMExports();
  const next = await write(OTHER);
  expect(open).toHaveBeenCalledTimes(2);
  open.mockRestore();
  syncBuiltinESMExports();
  expect(await readFile(path, 'utf8')).toBe(next.text);
  expect(await lookAt(path, next)).toEqual({ seen: 'stands', list: next });
  expect(next.mark).not.toBe(list.mark);
});

test('equal bytes of another writer are no conflict: the list stands under its new mark', async () => {
  const list = await write();
  await writeFile(`${path}.new`, TEXT);
  await utimes(`${path}.new`, 1, 1);
  await rename(`${path}.new`, path);
  const look = await lookAt(path, list);
  expect(look).toMatchObject({ seen: 'stands', list: { text: TEXT } });
  expect(look).not.toMatchObject({ list: { mark: list.mark } });
});

test('a file that cannot be looked at is a failure, not a missing file', async () => {
  const list = await write();
  await expect(lookAt(join(path, 'below-a-file.json'), list)).rejects.toMatchObject({
    reason: 'no_folder',
  });
});

describe('at the start', () => {
  test('no file is no list', async () => {
    expect(await readTargetFile(path)).toBeUndefined();
  });

  test('a file that Prometheus would refuse is named, with the reason', async () => {
    await writeFile(path, '[{"targets":["a:1"],"_comment":"x"}]');
    await expect(readTargetFile(path)).rejects.toMatchObject({
      reason: 'unreadable',
      message: `cannot take over ${path}: group 0 has the unknown field "_comment"`,
    });
  });

  test('leftovers of a killed run are cleared, those of another sidecar are not', async () => {
    const staging = join(dir.path, '.inventory-sd');
    await mkdir(staging);
    const others = [
      'other.json',
      'other.json.123',
      'targets.json.state.json',
      'targets.json.before.json',
      'targets.json.own.json',
      'targets.json.12a',
    ];
    const ours = [
      'targets.json',
      'targets.json.123',
      'targets.json.0123456789ab.tmp',
      'targets.json.0123456789ab.tmp.123',
      'targets.json.state.json.0123456789ab.tmp',
      'targets.json.before.json.0123456789ab.tmp.1',
      'targets.json.own.json.0123456789ab.tmp',
    ];
    for (const name of [...ours, ...others]) await writeFile(join(staging, name), '');
    expect(await clearLeftovers(path)).toBe(ours.length);
    expect((await readdir(staging)).sort()).toEqual(others.sort());
  });

  test('no staging folder is nothing to clear', async () => {
    await expect(clearLeftovers(path)).resolves.toBe(0);
    await symlink(path, path);
    await expect(clearLeftovers(path)).resolves.toBe(0);
  });
});

describe('a write that fails keeps the old file and says why:', () => {
  test('no folder', async () => {
    const missing = join(dir.path, 'missing', 'targets.json');
    await expect(write(GROUPS, missing)).rejects.toMatchObject({
      reason: 'no_folder',
      message: expect.stringContaining(`cannot write ${missing}: there is no such folder`),
    });
  });

  test('a file where the staging folder belongs', async () => {
    await writeFile(join(dir.path, '.inventory-sd'), '');
    await expect(write()).rejects.toMatchObject({ reason: 'no_folder' });
  });

  test('a folder where the file belongs', async () => {
    const list = await write();
    await rm(path);
    await mkdir(path);
    const told = { reason: 'not_a_file', message: expect.stringContaining('never replaced') };
    await expect(write()).rejects.toMatchObject(told);
    await expect(lookAt(path, list)).rejects.toMatchObject(told);
  });

  const f = (code: string, reason: string, advice: RegExp) =>
    test(`${code}`, async () => {
      await write(OTHER);
      const before = await stat(path, { bigint: true });
      const open = vi.spyOn(fs, 'open').mockImplementation(((...args: unknown[]) => {
        const callback = args.at(-1) as (error: Error) => void;
        callback(Object.assign(new Error(`${code}: refused`), { code }));
      }) as typeof fs.open);
      try {
        await expect(write()).rejects.toMatchObject({ reason, message: expect.stringMatching(advice) });
      } finally {
        open.mockRestore();
      }
      expect(await stat(path, { bigint: true })).toEqual({
        ...before,
        atimeNs: expect.anything(),
        atimeMs: expect.anything(),
      });
      expect(await readdir(join(dir.path, '.inventory-sd'))).toEqual([]);
    });
  f('ENOSPC', 'no_space', /no space left/);
  f('EROFS', 'read_only', /read-only/);
  f('EACCES', 'permission', /may not write/);
  f('EIO', 'other', /the system refused/);
});
