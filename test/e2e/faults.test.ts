// The faults of the inventory that the fault matrix leaves out, on the target file of the real sidecar; and, where the
// fault can remove targets or block, on a naive updater's, which must fail the same check.

import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type TempDir, tempDir } from '../helpers/temp-dir.ts';
import { startNaive, type Verdict, watchTargets } from './naive.ts';
import {
  expectedTargets,
  startSidecar,
  startTestInventory,
  type TestInventory,
  type TestSidecar,
  waitForTargets,
} from './stack.ts';

const SENSORS = expectedTargets(100);
const PASSES = 2;

let dir: TempDir;
let inventory: TestInventory;
let sidecar: TestSidecar;
beforeAll(async () => {
  dir = await tempDir('faults');
  inventory = await startTestInventory();
  sidecar = await startSidecar(`${inventory.url}/inventory`, dir.path, {
    UPDATE_INTERVAL: '100ms',
    INVENTORY_TIMEOUT: '3s',
    INVENTORY_RETRIES: '0',
    INVENTORY_MAX_BYTES: '1MB',
  });
});
afterAll(async () => {
  await sidecar?.stop();
  await inventory?.stop();
  await dir?.remove();
});
beforeEach(async () => {
  await sidecar.reload();
  await waitForTargets(sidecar, 100);
});
afterEach(() => inventory.heal());

type Fault = Readonly<Record<string, unknown>>;

async function endedPolls(): Promise<number> {
  const outcomes = ['changed', 'unchanged', 'held', 'failed'];
  const counts = await Promise.all(
    outcomes.map((outcome) => sidecar.metric(`polls_total{outcome="${outcome}"}`)),
  );
  return counts.reduce((sum, count) => sum + count, 0);
}

async function sidecarVerdict(): Promise<Verdict> {
  // One pass may have begun before the fault.
  const enough = (await endedPolls()) + PASSES + 1;
  return watchTargets(sidecar.targets, SENSORS, async () => (await endedPolls()) >= enough);
}

async function naiveVerdict(fault: Fault, endMs: number): Promise<Verdict> {
  const naive = await startNaive(`${inventory.url}/inventory`, join(dir.path, 'naive.json'), SENSORS);
  try {
    await inventory.fault(fault);
    return await naive.verdict(endMs);
  } finally {
    await naive.stop();
    await inventory.heal();
  }
}

/**
 * @param counted the outcome or the reason of the failure that the sidecar must count.
 * @param control what the fault does to a naive updater; `kept` for a fault that can neither remove nor block.
 */
function f(fault: Fault, counted: string, control: Verdict): void {
  test(JSON.stringify(fault), async () => {
    const series =
      counted === 'held' || counted === 'unchanged'
        ? `polls_total{outcome="${counted}"}`
        : `poll_failures_total{reason="${counted}"}`;
    const before = await sidecar.metric(series);
    await inventory.fault({ ...fault, client: 'inventory-sd' });
    expect(await sidecarVerdict()).toBe('kept');
    expect((await sidecar.metric(series)) - before).toBeGreaterThanOrEqual(PASSES);
    expect((await fetch(`${sidecar.url}/readyz`)).status).toBe(200);

    await inventory.heal();
    await inventory.change(1);
    await sidecar.reload();
    await sidecar.reload();
    expect(await sidecar.targets()).toEqual(expectedTargets(101));
    await inventory.change(-1);
    await sidecar.reload();

    // One that is expected to get stuck is watched for as long as the sidecar needed for its passes.
    expect(await naiveVerdict(fault, control === 'stuck' ? 3000 : 60_000)).toBe(control);
  });
}

describe('a fault of the inventory removes no target, and the second pass after healing publishes:', () => {
  for (const status of [400, 408, 410, 425, 502]) {
    // Who does not look at the status takes the JSON that explains the error for the list.
    f({ fault: 'status', status }, 'status', 'wrong');
  }
  f({ fault: 'status', status: 204 }, 'status', 'kept'); // nothing to parse
  f({ fault: 'delay', ms: 600_000 }, 'timeout', 'stuck');
  f({ fault: 'wrong_shape', shape: 'string' }, 'not_a_list', 'wrong');
  f({ fault: 'wrong_shape', shape: 'numbers' }, 'held', 'wrong'); // all are set aside, so nothing is left
  f({ fault: 'wrong_shape', shape: 'nested' }, 'held', 'wrong');
  f({ fault: 'wrong_shape', shape: 'mixed' }, 'unchanged', 'wrong'); // the bad one is set aside, the rest goes on
});

test('a Retry-After beyond the deadline ends the pass and postpones the next poll, visibly, by ten intervals at most', async () => {
  await inventory.fault({ fault: 'status', status: 503, retryAfter: '3600', client: 'inventory-sd' });
  await sidecar.reload();
  const { inventory: asked } = await sidecar.status();
  expect(asked).toMatchObject({ postponed: true, lastFailure: { reason: 'status' } });
  const postponedBy = Date.parse(asked.nextPoll) - Date.parse(asked.lastAttempt ?? '');
  // Ten intervals of 100 ms after the end of a pass, which takes at most its deadline of 3 s.
  expect(postponedBy).toBeGreaterThanOrEqual(1000);
  expect(postponedBy).toBeLessThanOrEqual(4500);
  expect(await sidecar.targets()).toEqual(SENSORS);
});
