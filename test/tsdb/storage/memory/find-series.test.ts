import { expect, test } from 'vitest';
import type { Matcher } from '../../../../src/model/matcher.ts';
import { openMemoryStore } from '../../../../src/tsdb/storage/memory/store.ts';

// A regular expression may take half a millisecond for one value.
test.each(['=~', '!~'] as const)('few values are judged by %s without a breath', async (operator) => {
  const store = await openMemoryStore();
  await store.resolve(Array.from({ length: 1000 }, (_, i) => ({ __name__: 'm', i: String(i) })));
  let judged = 0;
  let most = 0;
  const budget = {
    take: () => {},
    breathe() {
      most = Math.max(most, judged);
      judged = 0;
      return undefined;
    },
  };
  const slow: Matcher = {
    name: 'i',
    operator,
    value: '.+',
    matches(value) {
      judged += 1;
      return (operator === '!~') === (value === '');
    },
  };
  await store.series([{ matchers: [slow], range: { from: 0, to: 1 } }], budget);
  expect(most).toBeGreaterThan(0);
  expect(most).toBeLessThanOrEqual(16);
  await store.close();
});
