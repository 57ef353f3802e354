// What is taken and what is refused, with the exact words; and what promtool says of the same files.

import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { messageOf } from '../../../src/lib/errors.ts';
import { parseConfig } from '../../../src/tsdb/config/config-file.ts';
import { requirePrometheus } from '../../helpers/prometheus.ts';
import { type TempDir, tempDir } from '../../helpers/temp-dir.ts';
import { type Case, REFUSED, TAKEN } from './cases.ts';

const CASES = [...TAKEN, ...REFUSED];
const binaries = await requirePrometheus();

function ours({ yaml }: Case): string | undefined {
  try {
    parseConfig(yaml, '/etc/prometheus');
    return undefined;
  } catch (error) {
    return messageOf(error);
  }
}

test.each(TAKEN)('taken: $name', (file) => {
  expect(ours(file)).toBeUndefined();
});

test.each(REFUSED)('refused: $name', (file) => {
  expect(ours(file)).toBe(file.message);
});

test('no message repeats a secret', () => {
  const secret = CASES.filter(({ yaml }) => yaml.includes('hunter2'));
  expect(secret.length).toBeGreaterThan(5);
  for (const file of secret) expect(ours(file) ?? '').not.toContain('hunter2');
});

describe('promtool', () => {
  let dir: TempDir;
  const files: string[] = [];
  /** Of those that are taken: what is shown of them. */
  const texts: string[] = [];

  beforeAll(async () => {
    dir = await tempDir('promtool');
    const write = async (name: string, text: string) => {
      const path = join(dir.path, name);
      await writeFile(path, text);
      return path;
    };
    for (const [index, { yaml, message }] of CASES.entries()) {
      files.push(await write(`case-${index}.yml`, yaml));
      if (message === undefined)
        texts.push(await write(`text-${index}.yml`, parseConfig(yaml, dir.path).text));
    }
  });
  afterAll(() => dir.remove());

  // One run for all: each file that is well is named on standard output.
  const wellOf = (promtool: string) =>
    new Promise<ReadonlySet<string>>((done) => {
      execFile(promtool, ['check', 'config', ...files, ...texts], { maxBuffer: 2 ** 26 }, (_, stdout) => {
        done(new Set([...stdout.matchAll(/SUCCESS: (\S+) is valid/g)].map(([, path = '']) => path)));
      });
    });

  test.each(binaries)('$version agrees, but for what is said to differ', async ({ version, promtool }) => {
    const well = await wellOf(promtool);
    const surprises = CASES.filter(({ message, otherwise }, index) => {
      const isOther = otherwise !== undefined && (otherwise.versions ?? /./).test(version);
      return well.has(files[index] ?? '') !== ((message === undefined) !== isOther);
    });
    expect(surprises).toEqual([]);
    // What is shown of a file that it takes, it takes too.
    expect(texts.length).toBe(TAKEN.length);
    expect(
      texts.filter((_, index) => well.has(files[index] ?? '')).filter((text) => !well.has(text)),
    ).toEqual([]);
  });
});
