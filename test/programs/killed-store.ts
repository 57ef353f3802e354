// Appends to a store in a folder until it dies: killed-store.ts PATH. Sample `n` of each series has the value `n`; every
// tenth is durable, and is told. It goes on after the last sample that it finds.

import { setImmediate as turn } from 'node:timers/promises';
import { openMemoryStore } from '../../src/tsdb/storage/memory/store.ts';
import { KILLED_SERIES, killedLabels, readLast } from '../helpers/killed-store.ts';

const [path = ''] = process.argv.slice(2);
const START = Date.UTC(2026, 0, 15);
const store = await openMemoryStore({
  path,
  now: () => START,
  aheadMs: 1e12,
  retentionMs: 1e12,
  snapshotAfterBytes: 50_000,
});
const refs = await store.resolve(Array.from({ length: KILLED_SERIES }, (_, i) => killedLabels(i)));
const found = await readLast(store);
console.log(`found ${found}`);
for (let n = found + 1; ; n += 1) {
  const columns = {
    times: new Float64Array(refs.length).fill(START + n * 1000),
    values: new Float64Array(refs.length).fill(n),
    stale: new Uint8Array(refs.length),
  };
  const durable = n % 10 === 0;
  await store.append({ refs, ...columns }, { durable });
  if (durable) console.log(`durable ${n}`);
  await turn();
}
