import { afterAll, beforeAll, vi } from 'vitest';
import { openPostgresStore } from '../../../../src/tsdb/storage/postgres/store.ts';
import { type RunningPostgres, startPostgres } from '../../../helpers/postgres.ts';
import { storeContract } from '../contract-suite.ts';

// Each history is a store of its own with its own tables.
vi.setConfig({ testTimeout: 300_000 });

let postgres: RunningPostgres;
let schemas = 0;

beforeAll(async () => {
  postgres = await startPostgres();
});
afterAll(() => postgres.stop());

storeContract('the PostgreSQL store', (needs) => {
  schemas += 1;
  return openPostgresStore({
    ...needs,
    urlFile: postgres.urlFile,
    schema: `contract_${schemas}`,
    retentionMs: Number.POSITIVE_INFINITY,
  });
});
