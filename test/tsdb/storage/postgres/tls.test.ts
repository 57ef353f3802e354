// What sslmode in the URL of the database means, and that no words of the driver come with it.

import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { openPostgresStore } from '../../../../src/tsdb/storage/postgres/open.ts';
import { tlsFixturePath } from '../../../helpers/http-server.ts';
import { type RunningPostgres, startPostgres } from '../../../helpers/postgres.ts';
import { tempDir } from '../../../helpers/temp-dir.ts';
import { waitFor } from '../../../helpers/wait-for.ts';
import { newSchema, openStore } from './open-store.ts';

let postgres: RunningPostgres;
const warnings: string[] = [];
const hear = ({ message }: Error) => void warnings.push(message);

beforeAll(async () => {
  process.on('warning', hear);
  postgres = await startPostgres();
  for (const name of ['server.crt', 'server.key']) {
    const text = await readFile(tlsFixturePath(name), 'utf8');
    await postgres.query(
      `COPY (SELECT unnest(string_to_array('${text.trim()}', E'\\n'))) TO PROGRAM 'umask 077; cat > ${name}'`,
    );
  }
  await postgres.query("ALTER SYSTEM SET ssl = 'on'");
  await postgres.query('SELECT pg_reload_conf()');
  await waitFor('TLS', async () => (await postgres.query('SHOW ssl'))[0]?.ssl === 'on');
});
afterAll(async () => {
  await postgres.stop();
  process.off('warning', hear);
});

async function urlFileWith(query: string): Promise<string> {
  const dir = await tempDir('tls');
  onTestFinished(() => dir.remove());
  const urlFile = join(dir.path, 'url');
  await writeFile(urlFile, `${postgres.url.replace('127.0.0.1', 'localhost')}?${query}`);
  return urlFile;
}

test.each(['prefer', 'require', 'verify-ca', 'verify-full'])(
  'sslmode=%s is TLS with a server whose certificate is checked, and no warning',
  async (mode) => {
    const ca = `sslrootcert=${encodeURIComponent(tlsFixturePath('ca.crt'))}`;
    await openStore({ urlFile: await urlFileWith(`sslmode=${mode}&${ca}`) });
    const rows = await postgres.query(
      "SELECT ssl FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE application_name LIKE 'mini-tsdb %'",
    );
    expect(rows.length).toBeGreaterThan(0);
    expect(rows.every(({ ssl }) => ssl === true)).toBe(true);
    const strange = await urlFileWith(`sslmode=${mode}`);
    await expect(
      openPostgresStore({ urlFile: strange, schema: newSchema(), waitMs: 10 }),
    ).rejects.toMatchObject({ message: expect.stringMatching(/unable to verify the first certificate/) });
    await new Promise(setImmediate);
    expect(warnings).toEqual([]);
  },
);

test.each(['sslmode=no-verify', 'uselibpqcompat=true&sslmode=require'])(
  '%s is TLS with whoever answers',
  async (query) => {
    await openStore({ urlFile: await urlFileWith(query) });
    expect(warnings).toEqual([]);
  },
);
