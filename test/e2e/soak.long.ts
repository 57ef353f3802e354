// Many changes and many faults, for longer than a code change needs: every published list is whole.

import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type TempDir, tempDir } from '../helpers/temp-dir.ts';
import { readInATightLoop } from '../helpers/tight-reader.ts';
import {
  startSidecar,
  startTestInventory,
  type TestInventory,
  type TestSidecar,
  waitForTargets,
} from './stack.ts';

let dir: TempDir;
let inventory: TestInventory;
let sidecar: TestSidecar;
beforeAll(async () => {
  dir = await tempDir('soak');
  inventory = await startTestInventory(1000);
  sidecar = await startSidecar(`${inventory.url}/inventory/objects`, dir.path, {
    UPDATE_INTERVAL: '50ms',
    INVENTORY_TIMEOUT: '1s',
    INVENTORY_RETRIES: '0',
    INVENTORY_MAX_BYTES: '1MB',
  });
  await waitForTargets(sidecar, 1000);
});
afterAll(async () => {
  await sidecar?.stop();
  await inventory?.stop();
  await dir?.remove();
});

describe('a sidecar that runs for long', () => {
  test('1000 changes: no reader ever sees a torn, empty or absent file', async () => {
    const reader = readInATightLoop(sidecar.file);
    const writes = await sidecar.metric('file_writes_total');
    for (let i = 0; i < 1000; i += 1) {
      await inventory.change(i % 2 === 0 ? 1 : -1);
      expect(await sidecar.reload()).toBe(200);
    }
    const { reads, ...faults } = await reader.end();
    expect(faults).toEqual({ torn: 0, empty: 0, absent: 0 });
    expect(reads).toBeGreaterThan(1000);
    expect(await sidecar.metric('file_writes_total')).toBe(writes + 1000);
    expect(await sidecar.targets()).toHaveLength(1000);
  });

  test('the same reader sees what a program does that writes the file in place', async () => {
    const file = join(dir.path, 'naive.json');
    const text = await readFile(sidecar.file, 'utf8');
    await writeFile(file, text);
    const reader = readInATightLoop(file);
    for (let i = 0; i < 1000; i += 1) await writeFile(file, text);
    const { torn, empty } = await reader.end();
    expect(torn + empty).toBeGreaterThan(0);
  });

  test('500 faults of every kind: no target is lost, memory stays', async () => {
    const kinds = [
      'reset',
      'empty',
      'null',
      'html',
      'cut_json',
      'cut_body',
      'wrong_shape',
      'status',
      'endless',
      'gzip_bomb',
    ];
    const before = await memoryAfter(kinds);
    for (let i = 0; i < 49; i += 1) await memoryAfter(kinds);
    const after = await memoryAfter(kinds);
    expect(await sidecar.targets()).toHaveLength(1000);
    expect(after / before).toBeLessThan(1.5);
  });

  async function memoryAfter(kinds: readonly string[]): Promise<number> {
    for (const fault of kinds) {
      await inventory.fault({ fault });
      await sidecar.reload();
      await inventory.heal();
      expect(await sidecar.targets()).toHaveLength(1000);
    }
    expect(await sidecar.reload()).toBe(200);
    const text = await (await fetch(`${sidecar.url}/metrics`)).text();
    return Number(/^process_resident_memory_bytes (\S+)$/m.exec(text)?.[1]);
  }
});
