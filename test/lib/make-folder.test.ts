// Folders that are made with those above them.

import { mkdir, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeFolder } from '../../src/lib/make-folder.ts';
import { type TempDir, tempDir } from '../helpers/temp-dir.ts';

let dir: TempDir;
beforeAll(async () => {
  dir = await tempDir('make-folder');
});
afterAll(() => dir.remove());

const isFolder = async (path: string) => (await stat(path)).isDirectory();

test('is made with what is missing above it, also by two at once, and again', async () => {
  const path = join(dir.path, 'a', 'b', 'c');
  await Promise.all([makeFolder(path), makeFolder(path)]);
  expect(await isFolder(path)).toBe(true);
  await makeFolder(path);
});

test('a link to a folder is one', async () => {
  const [real, link] = [join(dir.path, 'real'), join(dir.path, 'link')];
  await mkdir(real);
  await symlink(real, link);
  await makeFolder(link);
  await makeFolder(join(link, 'below'));
  expect(await isFolder(join(real, 'below'))).toBe(true);
});

describe('what cannot be a folder is an error at once:', () => {
  const f = (what: string, path: () => string, code: RegExp) =>
    test(what, () => expect(makeFolder(path())).rejects.toThrow(code));
  // mkdir({ recursive: true }) of Node never ends here.
  f('where nobody makes any', () => '/proc/inventory-sd/data', /^(ENOENT|EROFS|EACCES|EPERM)/);
  f('a file', () => join(dir.path, 'file'), /^EEXIST/);
  f('below a file', () => join(dir.path, 'file', 'below'), /^ENOTDIR/);
  beforeAll(() => writeFile(join(dir.path, 'file'), ''));
});
