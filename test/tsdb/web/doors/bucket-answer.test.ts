import { expect, test } from 'vitest';
import { openMemoryStore } from '../../../../src/tsdb/storage/memory/store.ts';
import { bucketAnswer } from '../../../../src/tsdb/web/doors/bucket-answer.ts';

// Each bound costs some 20 µs of calendar, and so does each time that is written.
test('as many buckets as there may be leave the event loop to others', async () => {
  const store = await openMemoryStore();
  let breaths = 0;
  const budget = {
    take: () => {},
    breathe() {
      breaths += 1;
      return undefined;
    },
  };
  const span = { from: 0, to: 11_000 * 60_000 };
  const question = {
    name: 'm',
    matchers: [],
    granularity: 'minute',
    span,
    zone: 'Europe/Berlin',
    now: 0,
  } as const;
  const { data } = await bucketAnswer(store, question, budget);
  expect(data).toHaveLength(11_000);
  expect(breaths).toBeGreaterThan((2 * 11_000) / 64);
  await store.close();
});
