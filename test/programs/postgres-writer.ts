// Opens a store over PostgreSQL and appends rows that another process appends as well, half of them with other values.
//   node test/programs/postgres-writer.ts URL_FILE SCHEMA OFFSET

import { openPostgresStore } from '../../src/tsdb/storage/postgres/open.ts';
import { batchOf, type Sample } from '../tsdb/storage/rows.ts';

const SERIES = 100;
const ROUNDS = 40;

const [urlFile = '', schema = '', offset = '0'] = process.argv.slice(2);
const store = await openPostgresStore({ urlFile, schema });
const sets = Array.from({ length: SERIES }, (_, i) => ({ __name__: 'both', i: String(i) }));
const refs = [...(await store.resolve(sets))];
const begin = Date.now() - (Date.now() % 60_000) - 3_600_000;
const total = { appended: 0, duplicates: 0, conflicts: 0, outOfBounds: 0 };
const results = await Promise.all(
  Array.from({ length: ROUNDS }, (_, round) => {
    // Not in the order of refs.
    const samples = refs.map(
      (ref, i): Sample => [ref, begin + round * 1000, i % 2 === 0 ? i : Number(offset)],
    );
    return store.append(batchOf(round % 2 === 0 ? samples : samples.reverse()), { durable: true });
  }),
);
for (const { appended, duplicates, conflicts, outOfBounds } of results) {
  total.appended += appended;
  total.duplicates += duplicates;
  total.conflicts += conflicts;
  total.outOfBounds += outOfBounds;
}
await store.close();
console.log(JSON.stringify(total));
