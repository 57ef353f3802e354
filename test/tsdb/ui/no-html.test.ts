// What comes from a server is text: nothing in the pages can make HTML, a style or a script of it.

import { readdir, readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';

const SOURCES = new URL('../../../src/tsdb/ui/', import.meta.url);
const FORBIDDEN =
  /innerHTML|outerHTML|insertAdjacentHTML|document\.write|createContextualFragment|DOMParser|setHTML|\beval\(|new Function|setAttribute\('style'/;

test('no source makes HTML of a text, or an inline style', async () => {
  const files = (await readdir(SOURCES, { recursive: true })).filter((file) => file.endsWith('.ts'));
  const texts = await Promise.all(files.map((file) => readFile(new URL(file, SOURCES), 'utf8')));
  expect(files.length).toBeGreaterThan(20);
  expect(files.filter((_, i) => FORBIDDEN.test(texts[i] ?? ''))).toEqual([]);
});
