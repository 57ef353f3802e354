import { openMemoryStore } from '../../../../src/tsdb/storage/memory/store.ts';
import { storeContract } from '../contract-suite.ts';

storeContract('the memory store', (needs) =>
  openMemoryStore({ ...needs, retentionMs: Number.POSITIVE_INFINITY }),
);
