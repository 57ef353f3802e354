// What outbox/contract.ts promises, as tests that every outbox must pass.

import { expect, test } from 'vitest';
import type { PushedBatch } from '../../../../src/tsdb/queue/contract.ts';
import type { Lease, Outbox, OutboxBounds } from '../../../../src/tsdb/queue/outbox/contract.ts';
import { waitFor } from '../../../helpers/wait-for.ts';

/** `dropped` counts what has waited too long. */
export type Make = (
  bounds?: Partial<OutboxBounds> & { dropped?: (samples: number) => void },
) => Promise<Outbox>;

/** Samples `from` to `to` of one series; the time is the value. */
export function batchOf(from: number, to: number, name = 'm', stale: readonly number[] = []): PushedBatch {
  const values = Float64Array.from({ length: to - from }, (_, i) => from + i);
  const labels = { __name__: name };
  return {
    client: 'c',
    labels: Array.from(values, () => labels),
    times: values,
    values,
    stale: Uint8Array.from(values, (value) => (stale.includes(value) ? 1 : 0)),
    families: new Map([
      [name, { type: 'gauge', help: `of ${name}`, unit: '' }],
      ['other', { type: 'counter', help: '', unit: '' }],
    ]),
  };
}

export function valuesOf(lease: Lease | undefined): number[] {
  return (lease?.batches ?? []).flatMap(({ values }) => [...values]);
}

/** Takes and acknowledges all there is. */
export async function drain(outbox: Outbox): Promise<number[]> {
  const values: number[] = [];
  for (let lease = await outbox.lease(1000); lease !== undefined; lease = await outbox.lease(1000)) {
    values.push(...valuesOf(lease));
    await lease.ack();
  }
  return values;
}

const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);

export function outboxTests(make: Make): void {
  test('gives what came, in its order and with what is said of it, once', async () => {
    const outbox = await make();
    expect(await outbox.lease(1000)).toBeUndefined();
    await outbox.add(batchOf(0, 3));
    await outbox.add(batchOf(3, 5, 'n'));
    expect(await outbox.stats()).toMatchObject({ waiting: 5, leased: 0 });
    const lease = await outbox.lease(10_000);
    expect(lease?.samples).toBe(5);
    expect(await outbox.stats()).toMatchObject({ waiting: 0, leased: 5 });
    expect(
      lease?.batches.map(({ labels, times, values, families }) => ({ labels, times, values, families })),
    ).toEqual(
      [batchOf(0, 3), batchOf(3, 5, 'n')].map(({ labels, times, values, families }) => {
        const { __name__ = '' } = labels[0] ?? {};
        return { labels, times, values, families: new Map([[__name__, families.get(__name__)]]) };
      }),
    );
    await lease?.ack();
    expect(await outbox.lease(1000)).toBeUndefined();
    expect(await outbox.stats()).toEqual({ waiting: 0, leased: 0, oldestMs: 0 });
  });

  test('a lease has at most as many as were asked for, also of one large batch', async () => {
    const outbox = await make();
    await outbox.add(batchOf(0, 3500));
    const sizes: number[] = [];
    for (let lease = await outbox.lease(2000); lease; lease = await outbox.lease(2000))
      sizes.push(lease.samples);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(2000);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(3500);
  });

  test('what is given back comes again before all others, and the same', async () => {
    const outbox = await make();
    await outbox.add(batchOf(0, 1000));
    await outbox.add(batchOf(1000, 2000));
    await outbox.add(batchOf(2000, 2500));
    const [first, second] = [await outbox.lease(1000), await outbox.lease(1000)];
    expect([valuesOf(first), valuesOf(second)]).toEqual([range(0, 1000), range(1000, 2000)]);
    await second?.giveBack();
    await first?.giveBack();
    expect(await drain(outbox)).toEqual(range(0, 2500));
  });

  test('stale markers are left out', async () => {
    const outbox = await make();
    await outbox.add(batchOf(0, 3, 'm', [1]));
    await outbox.add(batchOf(5, 6, 'm', [5]));
    expect(await drain(outbox)).toEqual([0, 2]);
  });

  test('a batch whose text is long is leased in pieces', async () => {
    const outbox = await make();
    const batch = batchOf(0, 200);
    const long = { __name__: 'm', text: 'x'.repeat(100_000) };
    await outbox.add({ ...batch, labels: batch.labels.map(() => long) });
    const lease = await outbox.lease(10_000);
    expect(Math.max(...(lease?.batches ?? []).map(({ values }) => values.length))).toBeLessThan(100);
    expect(valuesOf(lease)).toEqual(range(0, 200));
  });

  test('labels that would fill whole answers are left out and counted', async () => {
    let dropped = 0;
    const outbox = await make({
      dropped: (samples) => {
        dropped += samples;
      },
    });
    const batch = batchOf(0, 3);
    const [labels = {}] = batch.labels;
    await outbox.add({ ...batch, labels: [labels, { ...labels, text: 'x'.repeat(400_000) }, labels] });
    expect(dropped).toBe(1);
    expect(await drain(outbox)).toEqual([0, 2]);
  });

  test('is full by samples, also leased ones, until they are acknowledged', async () => {
    const outbox = await make({ mostSamples: 1000 });
    outbox.demandRoom();
    await outbox.add(batchOf(0, 1000));
    const why = /1000 wait to be handed over, and nobody fetches \/export\?drain=true/;
    await waitFor('it to be full', async () => isFull(outbox));
    expect(() => outbox.demandRoom()).toThrow(why);
    const lease = await outbox.lease(1000);
    expect(() => outbox.demandRoom()).toThrow(why);
    await lease?.ack();
    outbox.demandRoom();
  });

  test('is full by bytes', async () => {
    const outbox = await make({ mostBytes: 4000 });
    await outbox.add(batchOf(0, 1000));
    await waitFor('it to be full', async () => isFull(outbox));
    expect(() => outbox.demandRoom()).toThrow('nobody fetches');
  });

  test('what has waited too long is dropped and counted', async () => {
    let dropped = 0;
    const outbox = await make({
      retentionMs: 300,
      dropped: (samples) => {
        dropped += samples;
      },
    });
    await outbox.add(batchOf(0, 10));
    await waitFor('it to be dropped', async () => (await outbox.stats()).waiting === 0);
    expect(dropped).toBe(10);
    expect(await outbox.lease(1000)).toBeUndefined();
  });
}

async function isFull(outbox: Outbox): Promise<boolean> {
  try {
    outbox.demandRoom();
    return false;
  } catch {
    return true;
  }
}
