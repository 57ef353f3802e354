import { Registry } from 'prom-client';
import { expect, test } from 'vitest';
import { registerMetrics } from '../../src/tsdb/metrics.ts';
import { openMemoryStore } from '../../src/tsdb/storage/memory/store.ts';
import { methodsOf } from './storage/store-methods.ts';

test('a scrape of the server itself looks at the store once', async () => {
  const store = await openMemoryStore();
  let looks = 0;
  const counted = {
    ...methodsOf(store),
    stats(top: number) {
      looks += 1;
      return store.stats(top);
    },
  };
  const registry = new Registry();
  const configuration = {
    current: () => expect.unreachable(),
    lastReload: () => ({ isGood: true, time: 0 }),
    reload: async () => {},
  };
  registerMetrics(registry, { version: '1', configuration, store: counted, isDiskTroubled: () => false });
  for (const scrape of [1, 2]) {
    expect(await registry.metrics()).toMatch('\nmini_tsdb_storage_samples 0\n');
    expect(looks).toBe(scrape);
  }
  await store.close();
});
