// Every recipe of docs/recipes.md is run on its example, with the settings that it names, and becomes what it says.

import { readdir, readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readConfig } from '../../src/sidecar/config.ts';
import { describeSetAside } from '../../src/sidecar/sensors/account.ts';
import { compileExpression } from '../../src/sidecar/sensors/expression.ts';
import { createMapping } from '../../src/sidecar/sensors/mapping.ts';
import { readPage } from '../../src/sidecar/sensors/page.ts';
import { readSensors } from '../../src/sidecar/sensors/reading.ts';
import { targetsOf } from '../../src/sidecar/targets/target.ts';
import { document, recipes } from '../helpers/recipes.ts';

const FOLDER = 'test/fixtures/inventories';

async function run(example: string, settings: Record<string, string>) {
  const config = readConfig(settings);
  const mapping = createMapping(config);
  const page = readPage(await readFile(example), mapping, example);
  const reading = readSensors(page.entries, mapping);
  const defaults = { port: config.metricsPort, path: config.metricsPath, labels: config.targetLabels };
  return { page, reading, targets: targetsOf(reading.sensors, defaults) };
}

function describeResult({ page, reading, targets }: Awaited<ReturnType<typeof run>>): string {
  const lines = targets.map(({ address, labels }) =>
    [address, ...Object.entries(labels).map(([name, value]) => `${name}=${JSON.stringify(value)}`)].join(
      '  ',
    ),
  );
  const rest = [
    ...reading.setAside.map((entry) => `# set aside: ${describeSetAside(entry)}`),
    ...reading.notes.map(({ index, message }) => `# left out: entry ${index}: ${message}`),
    ...(reading.disabled > 0 ? [`# disabled: ${reading.disabled}`] : []),
    ...(page.next === undefined ? [] : [`# next page: ${page.next}`]),
  ];
  return `${[...lines, ...rest].join('\n')}\n`;
}

describe('the recipe becomes what it says:', () => {
  test.each(recipes)('$title', async ({ example, settings, result }) => {
    expect(describeResult(await run(example, settings))).toBe(result);
  });
});

test('every expression that comes up again and again is one', () => {
  const [beginning = ''] = document.split('\n## ');
  const expressions = [...beginning.matchAll(/^- [^`]*(`+)(.*?)\1/gm)].map((match) => match[2] ?? '');
  expect(expressions).toHaveLength(7);
  for (const text of expressions) expect(compileExpression(text)).toMatchObject({ text });
});

test('there are twenty, one for each example', async () => {
  expect(recipes.map(({ example }) => basename(example)).sort()).toEqual((await readdir(FOLDER)).sort());
  expect(recipes).toHaveLength(20);
});

describe('works with no setting at all:', () => {
  const plain = recipes.filter(({ settings }) => settings.INVENTORY_JMESPATH === undefined);

  test.each(plain)('$title', async ({ example, settings }) => {
    const bare = await run(example, {});
    const set = await run(example, settings);
    expect(bare.targets.map(({ address }) => address)).toEqual(set.targets.map(({ address }) => address));
    expect(bare.targets.length).toBeGreaterThanOrEqual(2);
  });

  test('at least twelve', () => expect(plain.length).toBeGreaterThanOrEqual(12));
});

test('no page says that there are more than it lists, but the one that has a next', async () => {
  for (const { example, settings } of recipes) {
    const { page } = await run(example, settings);
    if (page.next === undefined) expect(page.listed, example).toBeGreaterThanOrEqual(page.total ?? 0);
  }
});
