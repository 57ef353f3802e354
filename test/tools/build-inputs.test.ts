// What the image's build reads is what it is given.

import { readFile } from 'node:fs/promises';
import { posix } from 'node:path';
import { expect, test } from 'vitest';
import { importsOf } from '../helpers/import-arrows.ts';

/** The build, the tools that it bundles, and every tool that one of them imports, itself or through another. */
async function toolsOfTheBuild(): Promise<string[]> {
  const found = new Set<string>();
  const open = ['tools/build.ts'];
  for (const path of open) {
    if (found.has(path)) continue;
    found.add(path);
    const text = await readFile(path, 'utf8');
    const bundled = [...text.matchAll(/: '(tools\/[^']+\.ts)'/g)].map(([, tool = '']) => tool);
    const imported = importsOf(new Map([[path, text]])).map(({ to }) => posix.normalize(to));
    open.push(...bundled, ...imported.filter((to) => to.startsWith('tools/')));
  }
  return [...found];
}

test('every tool of the build is sent to the engine, and copied into the image that builds', async () => {
  const tools = await toolsOfTheBuild();
  expect(tools).toEqual(expect.arrayContaining(['tools/build-pages.ts', 'tools/simulate.ts']));
  const sent = (await readFile('.dockerignore', 'utf8')).split('\n').map((line) => line.replace('!', ''));
  const isSent = (tool: string) => sent.some((path) => tool === path || tool.startsWith(`${path}/`));
  expect(tools.filter((tool) => !isSent(tool))).toEqual([]);
  expect(await readFile('Dockerfile', 'utf8')).toMatch(/^COPY tools tools$/m);
});
