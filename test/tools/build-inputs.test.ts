// What the image's build reads is what it is given.

import { readFile } from 'node:fs/promises';
import { posix } from 'node:path';
import { expect, test } from 'vitest';
import { importsOf } from '../helpers/import-arrows.ts';

/** The build and every tool that it imports, itself or through another. */
async function toolsOfTheBuild(): Promise<string[]> {
  const found = new Map<string, string>();
  const open = ['tools/build.ts'];
  for (const path of open) {
    if (found.has(path)) continue;
    const text = await readFile(path, 'utf8');
    found.set(path, text);
    const imported = importsOf(new Map([[path, text]])).map(({ to }) => posix.normalize(to));
    open.push(...imported.filter((to) => to.startsWith('tools/')));
  }
  return [...found.keys()].sort();
}

test('every tool of the build is copied into the image that builds, and sent to the engine', async () => {
  const tools = await toolsOfTheBuild();
  expect(tools).toContain('tools/build-pages.ts');
  const dockerfile = await readFile('Dockerfile', 'utf8');
  const [, copied = ''] = /^COPY ((?:tools\/\S+\.ts )+)tools\/$/m.exec(dockerfile) ?? [];
  expect(copied.trim().split(' ').sort()).toEqual(tools);
  const sent = (await readFile('.dockerignore', 'utf8')).split('\n');
  expect(sent).toEqual(expect.arrayContaining(tools.map((tool) => `!${tool}`)));
});
