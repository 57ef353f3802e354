import { generateKeyPairSync } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readConfig } from '../../../src/sidecar/config.ts';
import { createTlsReader } from '../../../src/sidecar/inventory/client-tls.ts';
import { tlsFixture, tlsFixturePath } from '../../helpers/http-server.ts';
import { type TempDir, tempDir } from '../../helpers/temp-dir.ts';

let dir: TempDir;
beforeEach(async () => {
  dir = await tempDir('client-tls');
});
afterEach(() => dir.remove());

const reader = (environment: Record<string, string>) =>
  createTlsReader(readConfig(environment).credentialFiles);
const CA = tlsFixturePath('ca.crt');
const CERT = tlsFixturePath('client.crt');
const KEY = tlsFixturePath('client.key');

test('without any file both are those of the system', async () => {
  expect(await reader({})()).toEqual({ own: undefined, other: undefined });
});

test('the inventory is shown the certificate and trusted by the file only; others are shown none, and trusted by the system too', async () => {
  const { own, other } = await reader({
    INVENTORY_CA_FILE: CA,
    INVENTORY_CERT_FILE: CERT,
    INVENTORY_KEY_FILE: KEY,
  })();
  expect(own).toEqual({
    ca: [tlsFixture('ca.crt').trim()],
    cert: expect.stringContaining('BEGIN CERT'),
    key: expect.stringContaining('BEGIN'),
  });
  expect(other).toMatchObject({ cert: undefined, key: undefined });
  expect(other?.ca?.length).toBeGreaterThan(50);
  expect(other?.ca).toContain(tlsFixture('ca.crt').trim());
});

test('a certificate alone changes nothing for others', async () => {
  const pair = await reader({ INVENTORY_CERT_FILE: CERT, INVENTORY_KEY_FILE: KEY })();
  expect(pair).toMatchObject({ own: { ca: undefined }, other: undefined });
});

test('the key may stand in the file of the certificate, before it or after it', async () => {
  const path = join(dir.path, 'both.pem');
  for (const both of [
    ['client.crt', 'client.key'],
    ['client.key', 'client.crt'],
  ]) {
    await writeFile(path, both.map(tlsFixture).join(''));
    expect((await reader({ INVENTORY_CERT_FILE: path })()).own?.key).toContain('PRIVATE KEY');
  }
});

test('the same content gives the same objects, other content others', async () => {
  const path = join(dir.path, 'ca.crt');
  await writeFile(path, tlsFixture('ca.crt'));
  const read = reader({ INVENTORY_CA_FILE: path });
  const first = await read();
  await writeFile(path, tlsFixture('ca.crt'));
  expect(await read()).toBe(first);
  await writeFile(path, tlsFixture('ca.crt') + tlsFixture('other-ca.crt'));
  expect((await read()).own?.ca).toHaveLength(2);
});

describe('what cannot be used is named:', () => {
  const f = (name: string, setting: string, text: string, why: string, more: Record<string, string> = {}) =>
    test(name, async () => {
      const path = join(dir.path, 'file');
      await writeFile(path, text);
      const failure = reader({ ...more, [setting]: path })();
      const message = `cannot fetch inventory: ${setting}: ${why.replace(/\bFILE\b/, path)}`;
      await expect(failure).rejects.toMatchObject({ reason: 'credentials', message });
    });
  const broken = '-----BEGIN CERTIFICATE-----\nplanted\n-----END CERTIFICATE-----\n';
  const encrypted = generateKeyPairSync('ec', {
    namedCurve: 'P-256',
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'planted' },
  }).privateKey;
  const cert = { INVENTORY_CERT_FILE: CERT };
  f('no authority', 'INVENTORY_CA_FILE', 'planted', 'cannot use FILE: it holds no certificate in PEM form');
  f(
    'a broken one',
    'INVENTORY_CA_FILE',
    tlsFixture('ca.crt') + broken,
    'cannot use FILE: its certificate 2 cannot be read',
  );
  f(
    'no certificate',
    'INVENTORY_CERT_FILE',
    tlsFixture('client.key'),
    'cannot use FILE: it holds no certificate in PEM form',
    { INVENTORY_KEY_FILE: KEY },
  );
  f('no key', 'INVENTORY_KEY_FILE', 'planted', 'cannot use FILE: it holds no private key in PEM form', cert);
  f(
    'no key beside the certificate',
    'INVENTORY_CERT_FILE',
    tlsFixture('client.crt'),
    'cannot use FILE: it holds no private key in PEM form',
  );
  f(
    'an encrypted key',
    'INVENTORY_KEY_FILE',
    encrypted,
    'cannot use FILE: its key is encrypted; write one without a passphrase',
    cert,
  );
  f(
    'the key of another',
    'INVENTORY_KEY_FILE',
    tlsFixture('server.key'),
    'the key does not belong to the certificate of INVENTORY_CERT_FILE',
    cert,
  );
});
