// When the pages are built anew.

import { readFile, stat, utimes, writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildOldPages } from '../../tools/build-pages.ts';
import { type TempDir, tempDir } from '../helpers/temp-dir.ts';

let dir: TempDir;
beforeAll(async () => {
  dir = await tempDir('build-pages');
});
afterAll(() => dir.remove());

test('pages are built when they are absent or older than their sources, whole, and not again', async () => {
  const folder = `${dir.path}/some/ui`;
  await buildOldPages(folder);
  const style = `${folder}/assets/style.css`;
  expect(await readFile(`${folder}/targets.html`, 'utf8')).toContain('assets/targets.js');
  const { mtimeMs } = await stat(style);
  await writeFile(`${folder}/mark`, '');
  await buildOldPages(folder);
  expect((await stat(`${folder}/mark`)).isFile()).toBe(true);
  await utimes(style, 0, 0);
  await buildOldPages(folder);
  expect((await stat(style)).mtimeMs).toBeGreaterThanOrEqual(mtimeMs);
  await expect(stat(`${folder}/mark`)).rejects.toThrow('ENOENT');
});
