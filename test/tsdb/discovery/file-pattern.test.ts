import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findFiles, globRegExp } from '../../../src/tsdb/discovery/file-pattern.ts';
import { type TempDir, tempDir } from '../../helpers/temp-dir.ts';

describe('a pattern', () => {
  test.each([
    ['*.json', 'a.json', true],
    ['*.json', '.hidden.json', true],
    ['*.json', 'a.jsonx', false],
    ['a?.yml', 'ab.yml', true],
    ['a?.yml', 'a.yml', false],
    ['[a-c].json', 'b.json', true],
    ['[^a-c].json', 'b.json', false],
    ['a+(b).json', 'a+(b).json', true],
    [String.raw`\*.json`, '*.json', true],
    [String.raw`\*.json`, 'a.json', false],
    ['[x', '[x', true],
  ])('%s and the file %s: %s', (glob, name, matches) => {
    expect(globRegExp(glob).test(name)).toBe(matches);
  });
});

describe('the files of a pattern', () => {
  let dir: TempDir;
  beforeAll(async () => {
    dir = await tempDir('pattern');
    await mkdir(join(dir.path, 'targets'));
    for (const name of ['b.json', 'a.json', '.c.json', 'd.yml'])
      await writeFile(join(dir.path, 'targets', name), '');
  });
  afterAll(() => dir.remove());

  test('are sorted', async () => {
    const names = ['.c.json', 'a.json', 'b.json'].map((name) => join(dir.path, 'targets', name));
    expect(await findFiles(join(dir.path, 'targets/*.json'))).toEqual(names);
  });

  test('are none when the folder is not there', async () => {
    expect(await findFiles(join(dir.path, 'elsewhere/*.json'))).toEqual([]);
  });
});
