// The outbox in memory.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createLogger } from '../../../../src/lib/log.ts';
import type { Lease, Outbox } from '../../../../src/tsdb/queue/outbox/contract.ts';
import { openMemoryOutbox } from '../../../../src/tsdb/queue/outbox/memory.ts';
import { batchOf, drain, outboxTests, valuesOf } from './outbox-suite.ts';

const BOUNDS = { mostSamples: 1e6, mostBytes: 2 ** 30, retentionMs: 3_600_000, dropped: () => {} };

async function make(changed: object = {}, lines: string[] = []): Promise<Outbox> {
  const log = createLogger('info', { write: (line) => void lines.push(line) });
  return openMemoryOutbox({ ...BOUNDS, log, ...changed });
}

outboxTests(make);

test('the start tells what a restart loses', async () => {
  const lines: string[] = [];
  await make({}, lines);
  expect(lines.map((line) => JSON.parse(line))).toMatchObject([
    { level: 'warn', msg: expect.stringMatching(/in memory only.*--export\.path or --storage\.tsdb\.path/) },
  ]);
});

test('closing tells what was not handed over', async () => {
  const lines: string[] = [];
  const outbox = await make({}, lines);
  await outbox.add(batchOf(0, 7));
  await outbox.close();
  expect(lines.join()).toContain('"samples":7');
});

test('whatever becomes of leases, what was acknowledged is all there was, each sample once', async () => {
  const step = fc.constantFrom('add', 'lease', 'ack', 'give back', 'give back');
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), fc.infiniteStream(fc.nat()), async (steps, picks) => {
      const outbox = await make();
      const open: Lease[] = [];
      const got: number[] = [];
      let added = 0;
      const pick = () => open.splice((picks.next().value ?? 0) % Math.max(1, open.length), 1)[0];
      const does: Record<string, () => Promise<void>> = {
        add: async () => {
          await outbox.add(batchOf(added, added + 700));
          added += 700;
        },
        lease: async () => {
          const lease = await outbox.lease(1000);
          if (lease !== undefined) open.push(lease);
        },
        ack: async () => {
          const lease = pick();
          got.push(...valuesOf(lease));
          await lease?.ack();
        },
        'give back': async () => pick()?.giveBack(),
      };
      for (const name of steps) await does[name]?.();
      for (const lease of open) await lease.giveBack();
      got.push(...(await drain(outbox)));
      expect(got.sort((a, b) => a - b)).toEqual(Array.from({ length: added }, (_, i) => i));
    }),
    { numRuns: 100 },
  );
});
