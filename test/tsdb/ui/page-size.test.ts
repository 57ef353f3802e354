// What the pages cost on the way: script, compressed, before and with the editor.

import { expect, test } from 'vitest';
import { builtPages } from '../../helpers/built-pages.ts';

const scripts = [...(await builtPages())].filter(([path]) => path.endsWith('.js'));

const isEditor = (path: string) => path.startsWith('assets/editor-');

const sum = (wanted: (path: string) => boolean) =>
  scripts.filter(([path]) => wanted(path)).reduce((total, [, { gzipped }]) => total + gzipped.length, 0);

test('all script is under 200 KB compressed, and under 60 KB before somebody writes a query', () => {
  expect(scripts.filter(([path]) => isEditor(path))).toHaveLength(1);
  expect(sum(() => true)).toBeLessThan(200_000);
  expect(sum((path) => !isEditor(path))).toBeLessThan(60_000);
});

test('the script names no other origin to ask', () => {
  const origins = scripts.flatMap(([, { bytes }]) => bytes.toString().match(/https?:\/\/[\w.-]+/g) ?? []);
  // The name of SVG.
  expect([...new Set(origins)].sort()).toEqual(['http://www.w3.org']);
});
