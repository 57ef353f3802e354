// Files that change while the program runs. The clock is the test's.

import { copyFile, mkdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { messageOf } from '../../src/lib/errors.ts';
import { openWebConfig, readServerCertificate, type WebConfigFile } from '../../src/lib/web-config-file.ts';
import { WEB, type WebFolder, webFolder } from '../helpers/web-config.ts';

const ALICE = WEB.users({ alice: 'a' });
const BOTH = WEB.users({ alice: 'a', bob: 'b' });
const FULL = WEB.tls + WEB.required + ALICE;

let web: WebFolder;
let told: string[];
let now: number;
beforeEach(async () => {
  web = await webFolder(FULL);
  told = [];
  now = 0;
});
afterEach(() => web.remove());

function open(): WebConfigFile {
  const observer = {
    reread: () => told.push('reread'),
    faulty: (error: unknown) => told.push(messageOf(error).replaceAll(`${web.file('')}/`, '')),
  };
  return openWebConfig(web.path, observer, () => now);
}

/** What is in force after the next look. */
function later(config: WebConfigFile) {
  now += 1_000;
  return config.current();
}

const names = ({ users }: ReturnType<WebConfigFile['current']>) => [...users.keys()];

test('unchanged files are not read again', () => {
  const config = open();
  const first = config.current();
  expect(later(config)).toBe(first);
  expect(told).toEqual([]);
});

test('a change is in force after a second, and told', async () => {
  const config = open();
  await web.write(WEB.tls + WEB.required + BOTH);
  now += 999;
  expect(names(config.current())).toEqual(['alice']);
  now += 1;
  expect(names(config.current())).toEqual(['alice', 'bob']);
  expect(told).toEqual(['reread']);
});

describe('a renewed file is read again:', () => {
  test('the certificate and its key', async () => {
    const config = open();
    const before = config.current().tls?.cert;
    await web.copy('other-server.key', 'server.key');
    await web.copy('other-server.crt', 'server.crt');
    expect(later(config).tls?.cert).not.toBe(before);
    expect(told).toEqual(['reread']);
  });

  test('all of a secret of Kubernetes, by a link to another folder', async () => {
    const release = async (name: string, certificate: string, users: string) => {
      await mkdir(web.file(name));
      for (const end of ['crt', 'key']) {
        await copyFile(web.file(`${certificate}.${end}`), web.file(`${name}/server.${end}`));
      }
      await writeFile(web.file(`${name}/web.yml`), WEB.tls + users);
      await symlink(name, web.file('..new'));
      await rename(web.file('..new'), web.file('..data'));
    };
    const outside = (file: WebConfigFile) => [file.current().tls?.cert, names(file.current())];
    await release('..1', 'server', ALICE);
    for (const name of ['server.crt', 'server.key', 'web.yml']) {
      await rm(web.file(name));
      await symlink(`..data/${name}`, web.file(name));
    }
    const config = open();
    const [certificate] = outside(config);
    await release('..2', 'other-server', BOTH);
    now += 1_000;
    expect(outside(config)).toEqual([String(await readFile(web.file('other-server.crt'))), ['alice', 'bob']]);
    expect(outside(config)).not.toContain(certificate);
    expect(told).toEqual(['reread']);
  });

  test('the authorities of clients, written in place', async () => {
    const config = open();
    await web.copy('other-ca.crt', 'new-ca.crt');
    const before = String(config.current().tls?.ca);
    await writeFile(web.file('ca.crt'), '');
    later(config);
    expect(told).toEqual(['cannot use web configuration web.yml: ca.crt holds no certificate in PEM form']);
    await web.copy('other-ca.crt', 'ca.crt');
    expect(String(later(config).tls?.ca)).not.toBe(before);
  });
});

describe('a fault leaves the old configuration in force, is told once, and heals:', () => {
  test.each([
    [
      'no YAML',
      (): Promise<unknown> => web.write('a: b: c'),
      'line 1: Nested mappings are not allowed in compact mappings',
    ],
    [
      'no file',
      () => web.copy('server.crt', 'web.yml').then(() => web.write('x')),
      'line 1: the file is no map of fields',
    ],
    [
      'a certificate without its key',
      () => web.copy('other-server.crt', 'server.crt'),
      'server.key does not belong to the certificate in server.crt',
    ],
    [
      'a new configuration whose files are faulty',
      () => web.write(`${WEB.tls}${WEB.required}${BOTH}`.replace('server.crt', 'no.crt')),
      'cannot read no.crt: there is no such file',
    ],
  ])('%s', async (_, break_, message) => {
    const config = open();
    const before = config.current();
    await break_();
    for (const _ of [1, 2, 3]) expect(names(later(config))).toEqual(['alice']);
    expect(config.current().tls?.cert).toBe(before.tls?.cert);
    expect(told).toEqual([`cannot use web configuration web.yml: ${message}`]);
    await web.copy('server.crt', 'server.crt');
    await web.write(WEB.tls + WEB.required + BOTH);
    expect(names(later(config))).toEqual(['alice', 'bob']);
    expect(told.at(-1)).toBe('reread');
  });

  test('another fault is told too', async () => {
    const config = open();
    await web.write('x: 1');
    later(config);
    await web.write('y: 1');
    later(config);
    expect(told).toHaveLength(2);
  });

  test('and certificates go on being renewed beside a faulty text', async () => {
    const config = open();
    const before = config.current().tls?.cert;
    await web.write('x: 1');
    later(config);
    await web.copy('other-server.key', 'server.key');
    await web.copy('other-server.crt', 'server.crt');
    expect(later(config).tls?.cert).not.toBe(before);
    expect(names(config.current())).toEqual(['alice']);
    expect(told).toHaveLength(1);
  });
});

describe('what protects does not go away while it runs:', () => {
  const only = 'only with a restart of the program';
  test.each([
    ['an empty file', '', `tls_server_config comes and goes ${only}`],
    ['no TLS', ALICE, `tls_server_config comes and goes ${only}`],
    ['no users', WEB.tls + WEB.required, `the last of basic_auth_users goes ${only}`],
    ['no client certificates', WEB.tls + ALICE, `client_auth_type changes ${only}`],
    [
      'client certificates that need not verify',
      FULL.replace('AndVerify', 'Any'),
      `client_auth_type changes ${only}`,
    ],
  ])('%s', async (_, yaml, message) => {
    const config = open();
    const before = config.current();
    await web.write(yaml);
    expect(later(config)).toMatchObject({ clientAuth: 'required', tls: before.tls, users: before.users });
    expect(told).toEqual([`cannot use web configuration web.yml: ${message}`]);
  });

  test('no names of clients', async () => {
    const named = FULL.replace('  client_ca', '  client_allowed_sans: [a]\n  client_ca');
    await web.write(named);
    const config = open();
    await web.write(FULL);
    expect(later(config).allowedSans).toEqual(['a']);
    await web.write(named.replace('[a]', '[b]'));
    expect(later(config).allowedSans).toEqual(['b']);
  });
});

test('what proves that a program reads the configuration is what is in force, and what is on the disk', async () => {
  const config = open();
  await web.write('x: 1');
  expect(later(config).proofs.map(String)).toEqual([FULL, 'x: 1']);
});

describe('the certificate of the server, for the programs that ask it:', () => {
  test('is read without the key', async () => {
    await writeFile(web.file('server.key'), 'secret');
    expect(readServerCertificate(web.path)?.subject).toBe('CN=server');
  });

  test('is none without TLS', async () => {
    await web.write(ALICE);
    expect(readServerCertificate(web.path)).toBeUndefined();
  });

  test('may stand in the text', async () => {
    const pem = (await readFile(web.file('server.crt'), 'utf8')).trim().replaceAll(/^/gm, '    ');
    await web.write(`tls_server_config:\n  key_file: server.key\n  cert: |\n${pem}\n`);
    expect(readServerCertificate(web.path)?.subject).toBe('CN=server');
  });

  test('or cannot be read', () => {
    expect(() => readServerCertificate(web.file('no.yml'))).toThrow(
      /^cannot use web configuration .*no such file$/,
    );
  });
});
