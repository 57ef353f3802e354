// What the pages cost on the way: script, compressed, before and with the editor.

import { readdir, readFile } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildPages } from '../../../tools/build-pages.ts';
import { type TempDir, tempDir } from '../../helpers/temp-dir.ts';

let dir: TempDir;
let sizes: ReadonlyMap<string, number>;
const texts: string[] = [];
beforeAll(async () => {
  dir = await tempDir('page-size');
  await buildPages(dir.path);
  const names = (await readdir(`${dir.path}/assets`)).filter((name) => name.endsWith('.js'));
  const found = names.map(async (name) => {
    const bytes = await readFile(`${dir.path}/assets/${name}`);
    texts.push(bytes.toString());
    return [name, gzipSync(bytes, { level: 9 }).length] as const;
  });
  sizes = new Map(await Promise.all(found));
});
afterAll(() => dir?.remove());

const sum = (wanted: (name: string) => boolean) =>
  [...sizes].filter(([name]) => wanted(name)).reduce((total, [, size]) => total + size, 0);

test('all script is under 200 KB compressed, and under 60 KB before somebody writes a query', () => {
  expect([...sizes.keys()].filter((name) => name.startsWith('editor-'))).toHaveLength(1);
  expect(sum(() => true)).toBeLessThan(200_000);
  expect(sum((name) => !name.startsWith('editor-'))).toBeLessThan(60_000);
});

test('the script names no other origin to ask', () => {
  const origins = texts.flatMap((text) => text.match(/https?:\/\/[\w.-]+/g) ?? []);
  // The name of SVG.
  expect([...new Set(origins)].sort()).toEqual(['http://www.w3.org']);
});
