import { afterAll, beforeAll, vi } from 'vitest';
import { openPostgresStore } from '../../../../src/tsdb/storage/postgres/open.ts';
import { type RunningPostgres, startPostgres } from '../../../helpers/postgres.ts';
import { storeContract } from '../contract-suite.ts';
import { Schemas } from './open-store.ts';

// Each history is a store of its own over tables of its own.
vi.setConfig({ testTimeout: 300_000 });

const schemas = new Schemas();
let postgres: RunningPostgres;

beforeAll(async () => {
  postgres = await startPostgres();
  await schemas.start(postgres);
});
afterAll(async () => {
  await schemas.stop();
  await postgres.stop();
});

storeContract('the PostgreSQL store', async (needs) => {
  const schema = schemas.take();
  const { urlFile } = postgres;
  const store = await openPostgresStore({ ...needs, urlFile, schema, retentionMs: Number.POSITIVE_INFINITY });
  const close = store.close.bind(store);
  let closed: Promise<void> | undefined;
  store.close = () => {
    closed ??= close().then(() => schemas.giveBack(schema));
    return closed;
  };
  return store;
});
