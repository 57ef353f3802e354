// The format, judged beside promtool: what it refuses is refused here too, and where we refuse more the reason is said.

import { copyFile, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { messageOf } from '../../src/lib/errors.ts';
import { parseWebConfig } from '../../src/lib/web-config.ts';
import { openWebConfig } from '../../src/lib/web-config-file.ts';
import { checkWebConfig, requirePrometheus } from '../helpers/prometheus.ts';
import { type TempDir, tempDir } from '../helpers/temp-dir.ts';

const HASH = '$2y$10$X0h1gDsPszWURQaxFh.zoubFi6DXncSjhoQNJgRrnGs7EsimhC7zG';
const PAIR = '  cert_file: server.crt\n  key_file: server.key\n';
const FIXTURES = 'test/fixtures/tls';
const binaries = await requirePrometheus();

let dir: TempDir;
beforeAll(async () => {
  dir = await tempDir('web-config');
  for (const name of await readdir(FIXTURES)) await copyFile(join(FIXTURES, name), join(dir.path, name));
  await writeFile(join(dir.path, 'junk.pem'), 'junk\n');
  const leaf = await readFile(join(FIXTURES, 'server.crt'), 'utf8');
  await writeFile(join(dir.path, 'cut.pem'), `${leaf}-----BEGIN CERTIFICATE-----\nAAAA\n`);
});
afterAll(() => dir.remove());

let count = 0;
async function written(yaml: string): Promise<string> {
  count += 1;
  const path = join(dir.path, `web-${count}.yml`);
  await writeFile(path, yaml);
  return path;
}

const quiet = { reread() {}, faulty() {} };
const ours = (path: string) => {
  try {
    openWebConfig(path, quiet);
    return undefined;
  } catch (error) {
    return messageOf(error).replace(`cannot use web configuration ${path}: `, '').replaceAll(dir.path, '…');
  }
};

const users = (name: string, hash: string) => `basic_auth_users:\n  ${name}: ${hash}\n`;
const tls = (rest: string) => `tls_server_config:\n${PAIR}${rest}`;

describe('taken by promtool and here:', () => {
  test.each([
    ['nothing', ''],
    ['a comment', '# none yet\n'],
    ['merged maps', `basic_auth_users:\n  <<: {a: ${HASH}}\n`],
    ['sections without a value', 'tls_server_config:\nhttp_server_config:\nbasic_auth_users:\n'],
    ['a certificate', tls('')],
    ['paths of its own', 'tls_server_config: {cert_file: ./server.crt, key_file: ./x/../server.key}'],
    [
      'certificates of clients',
      tls('  client_auth_type: RequireAndVerifyClientCert\n  client_ca_file: ca.crt\n'),
    ],
    ['each type', tls('  client_auth_type: VerifyClientCertIfGiven\n  client_ca_file: ca.crt\n')],
    ['an old name', tls('  client_auth_type: RequireClientCert\n')],
    ['versions', tls('  min_version: TLS12\n  max_version: TLS13\n')],
    ['ciphers', tls('  cipher_suites: [TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, TLS_AES_128_GCM_SHA256]\n')],
    ['curves', tls('  curve_preferences: [X25519, CurveP256, CurveP384, CurveP521]\n')],
    ['the order of ciphers', tls('  prefer_server_cipher_suites: false\n')],
    ...['on', 'Yes', 'TRUE', 'y', 'off', 'No', 'False', 'N'].map((word) => [
      `HTTP/2 ${word}`,
      `http_server_config:\n  http2: ${word}\n`,
    ]),
    [
      'headers',
      'http_server_config:\n  headers:\n    X-Frame-Options: deny\n    X-XSS-Protection: 0\n    Strict-Transport-Security: ""\n',
    ],
    ['users', users('alice', HASH)],
    ['a user that is a number', users('7', HASH)],
    ['anchors', `basic_auth_users:\n  a: &hash ${HASH}\n  b: *hash\n`],
  ])('%s', async (_, yaml) => {
    const path = await written(yaml);
    for (const binary of binaries) {
      expect(await checkWebConfig(binary, path), binary.version).toMatchObject({ ok: true });
    }
    expect(ours(path)).toBeUndefined();
  });
});

test('names of clients, which Prometheus 2.42 does not know', async () => {
  const path = await written(
    tls('  client_auth_type: RequireAnyClientCert\n  client_allowed_sans: [a, b]\n'),
  );
  for (const binary of binaries.filter(({ version }) => !version.startsWith('2.'))) {
    expect(await checkWebConfig(binary, path), binary.version).toMatchObject({ ok: true });
  }
  expect(ours(path)).toBeUndefined();
});

describe('refused by promtool and here:', () => {
  test.each([
    ['no YAML', 'a: b: c\n', /^line 1: Nested mappings/],
    ['no map', '- a\n', 'line 1: the file is no map of fields'],
    ['an unknown section', '\ntls_config: {}\n', 'line 2: unknown field "tls_config"'],
    [
      'a mistyped field',
      tls('  min_versoin: TLS12\n'),
      'line 4: unknown field "min_versoin" (did you mean min_version?)',
    ],
    ['a field twice', tls('  cert_file: a\n'), 'line 4: Map keys must be unique'],
    ['no key', 'tls_server_config:\n  cert_file: server.crt\n', 'line 1: tls_server_config has no key_file'],
    [
      'no certificate',
      'tls_server_config:\n  key_file: server.key\n',
      'line 1: tls_server_config has no cert_file',
    ],
    [
      'an empty name',
      'tls_server_config:\n  cert_file: ""\n  key_file: server.key\n',
      'line 1: tls_server_config has no cert_file',
    ],
    [
      'no such file',
      'tls_server_config: {cert_file: no.crt, key_file: server.key}',
      'cannot read …/no.crt: there is no such file',
    ],
    [
      'a folder',
      'tls_server_config: {cert_file: ., key_file: server.key}',
      'cannot read …: it is no regular file',
    ],
    [
      'a certificate that is none',
      'tls_server_config: {cert_file: junk.pem, key_file: server.key}',
      '…/junk.pem holds no certificate in PEM form',
    ],
    [
      'a key that is none',
      'tls_server_config: {cert_file: server.crt, key_file: junk.pem}',
      '…/junk.pem holds no private key in PEM form',
    ],
    [
      'the key of another',
      'tls_server_config: {cert_file: server.crt, key_file: client.key}',
      '…/client.key does not belong to the certificate in …/server.crt',
    ],
    [
      'an unknown type',
      tls('  client_auth_type: Always\n'),
      /^line 4: client_auth_type is "Always"; it is one of .*RequireAndVerifyClientCert/,
    ],
    [
      'authorities without a type',
      tls('  client_ca_file: ca.crt\n'),
      'line 1: client_ca_file is of no use without a client_auth_type',
    ],
    [
      'authorities that are missing',
      tls('  client_auth_type: RequireAndVerifyClientCert\n  client_ca_file: no.crt\n'),
      'cannot read …/no.crt: there is no such file',
    ],
    [
      'an unknown version',
      tls('  min_version: TLS14\n'),
      'line 4: min_version is "TLS14"; it is one of TLS12, TLS13',
    ],
    [
      'an unknown cipher',
      tls('  cipher_suites: [RC4]\n'),
      /^line 4: cipher_suites is "RC4"; it is one of TLS_ECDHE/,
    ],
    [
      'an unknown curve',
      tls('  curve_preferences:\n  - CurveP256\n  - P1\n'),
      'line 6: curve_preferences is "P1"; it is one of X25519, CurveP256, CurveP384, CurveP521',
    ],
    [
      'text for a section',
      'tls_server_config: server.crt\n',
      'line 1: tls_server_config is no map of fields',
    ],
    [
      'one cipher for a list',
      tls('  cipher_suites: TLS_AES_128_GCM_SHA256\n'),
      'line 4: cipher_suites is no list',
    ],
    ['a list for text', tls('  min_version: [TLS12]\n'), 'line 4: min_version is no text'],
    [
      'an anchor that is not there',
      'basic_auth_users:\n  a: *b\n',
      'line 2: an alias names an anchor that does not stand above it',
    ],
    ['an anchor in itself', 'basic_auth_users: &u\n  a: *u\n', /^line 2: /],
    [
      'another header',
      'http_server_config:\n  headers:\n    Server: me\n',
      /^line 3: header Server cannot be set; only Content-Security-Policy, /,
    ],
    [
      'another value of a header',
      'http_server_config:\n  headers:\n    X-Frame-Options: allow\n',
      'line 3: header X-Frame-Options is deny or sameorigin, not "allow"',
    ],
    [
      'a password in the clear',
      users('alice', 'secret'),
      'line 2: the password of "alice" is no bcrypt hash ($2y$10$ and 53 characters)',
    ],
    [
      'a hash of another cost',
      users('alice', HASH.replace('10', '32')),
      'line 2: the hash of "alice" has cost 32; it may be 4 to 15',
    ],
    ['a list of users', 'basic_auth_users:\n- alice\n', 'line 1: basic_auth_users is no map of fields'],
  ])('%s', async (_, yaml, message) => {
    const path = await written(yaml);
    for (const binary of binaries) {
      expect(await checkWebConfig(binary, path), binary.version).toMatchObject({ ok: false });
    }
    expect(ours(path)).toEqual(typeof message === 'string' ? message : expect.stringMatching(message));
  });
});

test.each(['maybe', 'tRue', '"true"', '1'])('%s is neither true nor false', async (word) => {
  const path = await written(`http_server_config:\n  http2: ${word}\n`);
  for (const binary of binaries) {
    expect(await checkWebConfig(binary, path), binary.version).toMatchObject({ ok: false });
  }
  expect(ours(path)).toBe('line 2: http2 is neither true nor false');
});

describe('refused here alone:', () => {
  const required = '  client_auth_type: RequireAndVerifyClientCert\n';
  test.each([
    [
      'versions that OpenSSL no longer speaks',
      tls('  min_version: TLS10\n'),
      'line 4: min_version is "TLS10"; it is one of TLS12, TLS13',
    ],
    [
      'versions in no order',
      tls('  min_version: TLS13\n  max_version: TLS12\n'),
      'line 1: min_version is above max_version',
    ],
    [
      'no cipher for the only version',
      tls('  cipher_suites: [TLS_AES_128_GCM_SHA256]\n  max_version: TLS12\n'),
      'line 1: cipher_suites has none for TLS 1.2, and max_version is TLS12',
    ],
    [
      'TLS fields that would lead to no TLS',
      'tls_server_config:\n  min_version: TLS13\n',
      'line 1: tls_server_config has no cert_file',
    ],
    ['every authority of the system', tls(required), 'line 1: this client_auth_type needs a client_ca_file'],
    [
      'authorities that are none',
      tls(`${required}  client_ca_file: junk.pem\n`),
      '…/junk.pem holds no certificate in PEM form',
    ],
    [
      'a certificate whose chain is cut',
      'tls_server_config: {cert_file: cut.pem, key_file: server.key}',
      /^…\/cut.pem is of no use for TLS: /,
    ],
    [
      'a null in a list',
      tls('  curve_preferences: [~]\n'),
      /^line 4: curve_preferences is "~"; it is one of/,
    ],
    [
      'names of clients that may show none',
      tls('  client_auth_type: RequestClientCert\n  client_allowed_sans: [a]\n'),
      /^line 1: client_allowed_sans needs client_auth_type RequireAndVerifyClientCert or/,
    ],
    [
      'a hash that would hold all others up',
      users('alice', HASH.replace('10', '16')),
      'line 2: the hash of "alice" has cost 16; it may be 4 to 15',
    ],
    ['a name that nobody can send', users('"a:b"', HASH), 'line 2: a user name is empty or holds a colon'],
    [
      'a header over two lines',
      'http_server_config:\n  headers:\n    X-XSS-Protection: "a\\nb"\n',
      'line 3: header X-XSS-Protection holds a line end or no ASCII',
    ],
    [
      'a rate for all',
      'rate_limit:\n  interval: 1s\n',
      'line 1: rate_limit is not supported; connections and requests are bounded without it',
    ],
    ['two documents', `${users('a', HASH)}---\n`, 'line 3: a second document begins'],
  ])('%s', async (_, yaml, message) => {
    const path = await written(yaml);
    const verdicts = await Promise.all(binaries.map((binary) => checkWebConfig(binary, path)));
    const isKnown =
      binaries.every(({ version }) => version.startsWith('2.')) || verdicts.some(({ ok }) => ok);
    expect(isKnown).toBe(true);
    expect(ours(path)).toEqual(typeof message === 'string' ? message : expect.stringMatching(message));
  });

  test('more users than are looked through', async () => {
    const many = Array.from({ length: 1001 }, (_, i) => `  u${i}: ${HASH}\n`).join('');
    expect(ours(await written(`basic_auth_users:\n${many}`))).toBe(
      'line 1: basic_auth_users are 1001; 1000 are the most',
    );
  });

  test('a file of megabytes', async () => {
    const path = await written('#'.repeat(1_048_577));
    expect(ours(path)).toBe(`cannot read …${path.slice(dir.path.length)}: it is larger than 1048576 bytes`);
  });
});

test('a certificate and a key in the text itself', async () => {
  const block = (name: string, text: string) => `  ${name}: |\n${text.trim().replaceAll(/^/gm, '    ')}\n`;
  const cert = await readFile(join(FIXTURES, 'server.crt'), 'utf8');
  const key = await readFile(join(FIXTURES, 'server.key'), 'utf8');
  const inline = `tls_server_config:\n${block('cert', cert)}${block('key', key)}`;
  expect(ours(await written(inline))).toBeUndefined();
  expect(ours(await written(`${inline}  cert_file: server.crt\n`))).toBe(
    'line 1: tls_server_config has both cert and cert_file; keep one',
  );
});

test('what was read', () => {
  const yaml = `${tls('  cipher_suites: [TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, TLS_AES_128_GCM_SHA256]\n')}${users('"é"', HASH)}`;
  expect(parseWebConfig(yaml, '/etc/web')).toEqual({
    tls: {
      cert: { file: '/etc/web/server.crt' },
      key: { file: '/etc/web/server.key' },
      clientAuth: 'none',
      clientCa: undefined,
      allowedSans: undefined,
      minVersion: 'TLSv1.2',
      maxVersion: 'TLSv1.3',
      ciphers: ['ECDHE-RSA-AES128-GCM-SHA256'],
      curves: undefined,
      serverChooses: true,
    },
    headers: {},
    users: new Map([['é', HASH]]),
  });
});
