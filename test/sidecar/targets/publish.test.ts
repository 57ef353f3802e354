import { chmod, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type TargetGroup, writeTargetGroups } from '../../../src/model/target-group.ts';
import { NO_CONFLICT } from '../../../src/sidecar/targets/conflicts.ts';
import { publish, type TargetFile } from '../../../src/sidecar/targets/publish.ts';
import { readTargetFile } from '../../../src/sidecar/targets/target-file.ts';
import { type TempDir, tempDir } from '../../helpers/temp-dir.ts';

const list = (...targets: string[]): TargetGroup[] => [{ targets, labels: {} }];
const OURS = list('a:1', 'b:1');
const NEWER = list('a:1', 'c:1', 'd:1');
const THEIRS = writeTargetGroups(list('x:1'));

let dir: TempDir;
let path: string;
let seconds: number;
let told: string[];
let file: TargetFile;
beforeEach(async () => {
  dir = await tempDir('publish');
  path = join(dir.path, 'targets.json');
  seconds = 0;
  told = [];
  file = targetFile();
});
afterEach(() => dir.remove());

function targetFile(): TargetFile {
  const observer = {
    written: () => void told.push('written'),
    restored: () => void told.push('restored'),
    writeFailed: (reason: string) => void told.push(`writeFailed ${reason}`),
  };
  const monotonic = () => seconds * 1000;
  return { path, intervalMs: 30_000, observer, monotonic, published: undefined, conflict: NO_CONFLICT };
}

const text = () => readFile(path, 'utf8');
const takeOver = async () => {
  file.published = await readTargetFile(path);
};

describe('a list that Prometheus could not use', () => {
  test('is never published, whatever made it: the old one stays', async () => {
    await publish(file, OURS);
    const bad = [...OURS, { targets: ['a b:1'], labels: {} }];
    await expect(publish(file, bad)).rejects.toMatchObject({
      reason: 'refused',
      message: `cannot publish 3 targets in ${path}: Prometheus could not use the list: the target "a b:1" is neither host:port nor [IPv6]:port`,
    });
    expect(told).toEqual(['written', 'writeFailed refused']);
    expect(await text()).toBe(writeTargetGroups(OURS));
    expect(file.published?.groups).toBe(OURS);
  });

  test('is no reason to leave a deleted file deleted', async () => {
    await publish(file, OURS);
    await rm(path);
    await expect(publish(file, list('a b:1'))).rejects.toMatchObject({ reason: 'refused' });
    expect(await text()).toBe(writeTargetGroups(OURS));
    expect(told).toEqual(['written', 'writeFailed refused', 'written', 'restored']);
  });

  test('is not written either when nothing stands', async () => {
    await expect(publish(file, list('a'))).rejects.toMatchObject({ reason: 'refused' });
    await expect(text()).rejects.toMatchObject({ code: 'ENOENT' });
    expect(file.published).toBeUndefined();
  });

  test('is one without any target, unless that is wanted', async () => {
    await publish(file, OURS);
    for (const groups of [[], [{ targets: [], labels: {} }]])
      await expect(publish(file, groups)).rejects.toMatchObject({ reason: 'refused' });
    expect(await publish(file, [], { empty: true })).toEqual({ added: 0, removed: 2, changed: 0 });
    expect(await text()).toBe('[]\n');
    // What stands is kept without asking again.
    await rm(path);
    expect(await publish(file, [])).toBeUndefined();
    expect(await text()).toBe('[]\n');
  });
});

describe('oddities that were taken over from another writer', () => {
  const ODD = '[{"targets":["a b:1","b:1"],"labels":{"__scheme__":"ftp"}}]';

  test('are put back as they were, byte by byte', async () => {
    await writeFile(path, ODD);
    await takeOver();
    await rm(path);
    expect(await publish(file, file.published?.groups ?? [])).toBeUndefined();
    expect(await text()).toBe(ODD);
  });

  test('may stay in a new list that keeps some of them', async () => {
    await writeFile(path, ODD);
    await takeOver();
    const [group] = file.published?.groups ?? [];
    if (group === undefined) throw new Error('nothing was taken over');
    expect(await publish(file, [group, ...list('c:1')])).toEqual({ added: 1, removed: 0, changed: 0 });
    await expect(publish(file, [group, ...list('c d:1')])).rejects.toMatchObject({ reason: 'refused' });
  });
});

describe('another program that writes the same file', () => {
  const look = async (at: number, groups = OURS) => {
    seconds = at;
    return publish(file, groups).then(
      () => 'fine',
      ({ reason, message }) => (reason === 'another_writer' ? message : Promise.reject(message)),
    );
  };
  const overwritten = async (at: number, groups = OURS) => {
    await writeFile(path, THEIRS);
    return look(at, groups);
  };
  const isOurs = async () => (await text()) === writeTargetGroups(OURS);
  const waiting = (pause: string) =>
    `cannot keep the list in ${path}: another program writes this file; ours is put back after ${pause}`;

  beforeEach(async () => {
    await publish(file, OURS);
    expect(await overwritten(30)).toBe('fine');
    expect(await overwritten(60)).toBe('fine');
    expect(told.splice(0)).toEqual(['written', 'written', 'restored', 'written', 'restored']);
  });

  test('is met with a pause from the third time on, and the list keeps its time of change', async () => {
    const changedAt = file.published?.changedAt;
    expect(await overwritten(90)).toBe(waiting('30s'));
    expect(file.conflict.until).toBe(120_000);
    expect(await look(119)).toBe(waiting('30s'));
    expect(await isOurs()).toBe(false);
    expect(told.splice(0)).toEqual(['writeFailed another_writer', 'writeFailed another_writer']);
    expect(await look(120)).toBe('fine');
    expect(await isOurs()).toBe(true);
    expect(told).toEqual(['written', 'restored']);
    expect(file.conflict.until).toBeUndefined();
    expect(file.published?.changedAt).toBe(changedAt);
    expect(await overwritten(150)).toBe(waiting('1m'));
  });

  test('is not overruled by a changed list: that would be the same war', async () => {
    expect(await overwritten(90, NEWER)).toBe(waiting('30s'));
    expect(file.published?.groups).toBe(OURS);
    seconds = 120;
    expect(await publish(file, NEWER)).toEqual({ added: 2, removed: 1, changed: 0 });
    expect(told).toEqual(['writeFailed another_writer', 'written', 'restored']);
  });

  test('is not hindered from deleting: a deleted file is always put back', async () => {
    for (const at of [61, 62, 63]) {
      await rm(path);
      expect(await look(at)).toBe('fine');
      expect(await isOurs()).toBe(true);
    }
    expect(await overwritten(90)).toBe(waiting('30s'));
    await rm(path);
    expect(await look(91)).toBe('fine');
    expect(await isOurs()).toBe(true);
  });

  test('agrees when it writes the same bytes', async () => {
    for (const at of [90, 120, 150]) {
      await writeFile(path, writeTargetGroups(OURS));
      expect(await look(at)).toBe('fine');
    }
    expect(told).toEqual([]);
  });

  test('agrees when it was faster: our new list is in the file already, and is not written again', async () => {
    await writeFile(path, writeTargetGroups(NEWER));
    seconds = 90;
    expect(await publish(file, NEWER)).toEqual({ added: 2, removed: 1, changed: 0 });
    expect(file.published).toMatchObject({
      groups: NEWER,
      changedAt: Math.trunc((await stat(path)).mtimeMs),
    });
    expect(await look(91, NEWER)).toBe('fine');
    expect(told).toEqual([]);
  });

  test('does not agree when Prometheus cannot read its file, or when it only has our size', async () => {
    await writeFile(path, writeTargetGroups(NEWER).replace('c:1', 'x:1'));
    expect(await look(90, NEWER)).toBe(waiting('30s'));
    await writeFile(path, writeTargetGroups(NEWER));
    await chmod(path, 0o600);
    expect(await look(91, NEWER)).toBe(waiting('30s'));
  });

  test('hides the file from Prometheus: that is a foreign change too', async () => {
    await chmod(path, 0o600);
    expect(await look(90)).toBe(waiting('30s'));
    await chmod(path, 0o644);
    expect(await look(91)).toBe('fine');
    expect(told).toEqual(['writeFailed another_writer']);
  });

  test('and a write that fails in between: it is tried again at the next look', async () => {
    expect(await overwritten(90)).toBe(waiting('30s'));
    await rm(join(dir.path, '.inventory-sd'), { recursive: true });
    await writeFile(join(dir.path, '.inventory-sd'), '');
    seconds = 120;
    await expect(publish(file, OURS)).rejects.toMatchObject({ reason: 'no_folder' });
    await rm(join(dir.path, '.inventory-sd'));
    expect(await look(121)).toBe('fine');
    expect(await isOurs()).toBe(true);
  });
});

describe('a copy of our list for the next start', () => {
  const own = (name = 'own.json') => ({ path: join(dir.path, name), text: undefined });

  test('is kept before the list is published; a list that cannot be is not ours', async () => {
    const kept = own();
    file = { ...file, own: kept };
    await publish(file, OURS);
    expect(await readFile(kept.path, 'utf8')).toBe(writeTargetGroups(OURS));
    await rm(join(dir.path, '.inventory-sd'), { recursive: true });
    await writeFile(join(dir.path, '.inventory-sd'), '');
    await expect(publish(file, NEWER)).rejects.toMatchObject({ reason: 'no_folder' });
    expect(await readFile(kept.path, 'utf8')).toBe(writeTargetGroups(OURS));
  });

  test('that cannot be kept is a write that failed: else the next start would take our list for a stranger', async () => {
    file = { ...file, own: own('missing/too/own.json') };
    await publish({ ...file, own: own() }, OURS);
    await takeOver();
    await expect(publish(file, NEWER)).rejects.toMatchObject({ reason: 'no_folder' });
    expect(await text()).toBe(writeTargetGroups(OURS));
  });
});
