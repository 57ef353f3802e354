// Every fault of the inventory, against the real sidecar; and, where the fault can remove targets or block, against a
// naive updater, which must fail the same check.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Program, startProgram } from '../helpers/process.ts';
import { type TempDir, tempDir } from '../helpers/temp-dir.ts';
import { waitFor } from '../helpers/wait-for.ts';
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

/** What became of the targets in a file while an updater made some passes, or was expected to. */
type Verdict = 'kept' | 'wiped' | 'wrong' | 'stuck' | 'died';

/** Looks at the file all the time, until the updater has made its passes; the worst that was seen counts. */
async function watchTargets(
  targets: () => Promise<string[]>,
  hasPassed: () => Promise<boolean>,
): Promise<Verdict> {
  for (;;) {
    const seen = await targets();
    if (seen.length === 0) return 'wiped';
    if (seen.join() !== SENSORS.join()) return 'wrong';
    if (await hasPassed()) return 'kept';
    await sleep(20);
  }
}

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
  return watchTargets(sidecar.targets, async () => (await endedPolls()) >= enough);
}

async function naiveVerdict(fault: Fault, endMs: number): Promise<Verdict> {
  const file = join(dir.path, 'naive.json');
  const args = ['--max-old-space-size=48', 'test/e2e/naive-updater.ts', `${inventory.url}/inventory`, file];
  const naive = startProgram(process.execPath, args);
  try {
    await waitFor('the naive list', async () => (await naiveTargets(file)).length === 100);
    await inventory.fault(fault);
    return await naivePasses(naive, file, endMs);
  } finally {
    await naive.stop();
    await inventory.heal();
  }
}

async function naivePasses(naive: Program, file: string, endMs: number): Promise<Verdict> {
  const enough = naive.stdout.length + PASSES + 1;
  const end = performance.now() + endMs;
  let died = false;
  void naive.exit.then(() => {
    died = true;
  });
  const verdict = await watchTargets(
    () => naiveTargets(file),
    async () => died || naive.stdout.length >= enough || performance.now() > end,
  );
  if (verdict !== 'kept' || naive.stdout.length >= enough) return verdict;
  return died ? 'died' : 'stuck';
}

async function naiveTargets(file: string): Promise<string[]> {
  return (JSON.parse(await readFile(file, 'utf8')) as { targets: string[] }[]).flatMap(({ targets }) =>
    targets.sort(),
  );
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
  for (const status of [400, 401, 403, 404, 408, 410, 425, 429, 500, 502, 503]) {
    // Who does not look at the status takes the JSON that explains the error for the list.
    f({ fault: 'status', status }, 'status', 'wrong');
  }
  f({ fault: 'status', status: 204 }, 'status', 'kept'); // nothing to parse
  f({ fault: 'delay', ms: 600_000 }, 'timeout', 'stuck');
  f({ fault: 'hang' }, 'timeout', 'stuck');
  f({ fault: 'drip' }, 'timeout', 'stuck');
  f({ fault: 'cut_body' }, 'connection', 'kept'); // less than was announced is an error to every client
  f({ fault: 'cut_json' }, 'not_json', 'kept'); // and so is half a JSON to every parser
  f({ fault: 'reset' }, 'connection', 'kept');
  f({ fault: 'html' }, 'not_json', 'kept');
  f({ fault: 'empty' }, 'held', 'wiped');
  f({ fault: 'null' }, 'not_a_list', 'wiped');
  f({ fault: 'wrong_shape', shape: 'object' }, 'not_a_list', 'wiped');
  f({ fault: 'wrong_shape', shape: 'number' }, 'not_a_list', 'kept'); // nothing to go through
  f({ fault: 'wrong_shape', shape: 'string' }, 'not_a_list', 'wrong');
  f({ fault: 'wrong_shape', shape: 'numbers' }, 'held', 'wrong'); // all are set aside, so nothing is left
  f({ fault: 'wrong_shape', shape: 'nested' }, 'held', 'wrong');
  f({ fault: 'wrong_shape', shape: 'mixed' }, 'unchanged', 'wrong'); // the bad one is set aside, the rest goes on
  f({ fault: 'endless' }, 'too_large', 'died');
  f({ fault: 'gzip_bomb' }, 'too_large', 'died');
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

test('an inventory that is gone and comes back', async () => {
  const folder = await tempDir('gone');
  const first = await startTestInventory(100);
  const watched = await startSidecar(`${first.url}/inventory`, folder.path, {
    UPDATE_INTERVAL: '100ms',
    INVENTORY_RETRIES: '0',
  });
  await waitForTargets(watched, 100);
  await first.stop();
  await waitFor('failed polls', async () => (await watched.metric('consecutive_failures')) >= 2);
  expect(await watched.targets()).toEqual(SENSORS);
  expect(await watched.metric('poll_failures_total{reason="connection"}')).toBeGreaterThanOrEqual(2);

  const second = await startTestInventory(101, Number(new URL(first.url).port));
  await watched.reload();
  await watched.reload();
  expect(await watched.targets()).toEqual(expectedTargets(101));
  await watched.stop();
  await second.stop();
  await folder.remove();
});
