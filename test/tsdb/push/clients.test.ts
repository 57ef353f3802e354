// Who pushes: tokens, certificates, addresses, and the file that names them.

import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createClients, type Knock } from '../../../src/tsdb/push/clients.ts';
import { type ClientsFileObserver, openClientsFile } from '../../../src/tsdb/push/clients-file.ts';
import { DEFAULT_LIMITS } from '../../../src/tsdb/push/limits.ts';
import { type TempDir, tempDir } from '../../helpers/temp-dir.ts';

const OTHERWISE = DEFAULT_LIMITS.client;
const NOBODY: Knock = {
  authorization: undefined,
  user: undefined,
  certificate: undefined,
  address: '192.0.2.1',
};
const SILENT: ClientsFileObserver = { reread: () => {}, faulty: () => {} };

const knock = (changed: Partial<Knock>): Knock => ({ ...NOBODY, ...changed });

let folder: TempDir;
beforeEach(async () => {
  folder = await tempDir('clients');
});
afterEach(() => folder.remove());

async function open(text: string) {
  const file = join(folder.path, 'clients.yml');
  await writeFile(file, text);
  let now = 0;
  const told: string[] = [];
  const observer = {
    reread: (clients: number) => void told.push(`reread: ${clients}`),
    faulty: (error: unknown) => void told.push((error as Error).message),
  };
  const list = openClientsFile(file, OTHERWISE, observer, () => now);
  return { file, told, later: () => (now += 1000), clients: createClients(list.current, OTHERWISE) };
}

const unauthorized = expect.objectContaining({ reason: 'unauthorized' });

describe('without a file', () => {
  const clients = createClients(() => undefined, OTHERWISE);
  const name = (changed: Partial<Knock>) => clients.callerOf(knock(changed)).client;

  test('a token is a client, told by nothing that could tell it', () => {
    expect(name({ authorization: 'client-1' })).toMatch(/^token:[\w-]{12}$/);
    expect(name({ authorization: 'client-1' })).toBe(name({ authorization: 'Bearer client-1' }));
    expect(name({ authorization: 'client-1' })).not.toBe(name({ authorization: 'client-2' }));
    const other = createClients(() => undefined, OTHERWISE);
    expect(name({ authorization: 'client-1' })).not.toBe(
      other.callerOf(knock({ authorization: 'client-1' })).client,
    );
  });

  test('then a certificate is, then an address, and a user before all of them', () => {
    expect(name({ certificate: 'edge.example' })).toBe('certificate:edge.example');
    expect(name({})).toBe('address:192.0.2.1');
    expect(name({ address: '2001:db8::1' })).toBe(name({ address: '2001:db8:0:0:1::2' }));
    expect(name({ address: '192.0.2.2' })).not.toBe(name({}));
    expect(name({ user: 'ann', authorization: 'Basic YW5uOng=' })).toBe('user:ann');
    expect(clients.limitsOf('user:ann')).toBe(OTHERWISE);
  });
});

describe('with a file', () => {
  const TEXT = `
clients:
  - name: plant-7
    token: old-token
    tokens: [new-token]
    samples_per_second: 20
    requests_per_second: 5
    max_series: 3
  - name: gateway
    certificate: edge.example
  - name: lab
    token_file: lab.token
`;

  test('names its clients by token and certificate, with their limits', async () => {
    await writeFile(join(folder.path, 'lab.token'), 'lab-token\n');
    await writeFile(join(folder.path, 'clients.yml'), TEXT);
    const { current } = openClientsFile(join(folder.path, 'clients.yml'), OTHERWISE, SILENT);
    const clients = createClients(current, OTHERWISE);
    const name = (changed: Partial<Knock>) => clients.callerOf(knock(changed)).client;
    expect(name({ authorization: 'Bearer old-token' })).toBe('plant-7');
    expect(name({ authorization: 'new-token' })).toBe('plant-7');
    expect(name({ authorization: 'bearer lab-token' })).toBe('lab');
    expect(name({ certificate: 'edge.example' })).toBe('gateway');
    expect(name({ certificate: 'other.example' })).toBe('certificate:other.example');
    expect(name({ user: 'ann' })).toBe('user:ann');
    expect(clients.limitsOf('plant-7')).toEqual({
      samples: { perSecond: 20, burst: 20 },
      requests: { perSecond: 5, burst: 5 },
      series: 3,
    });
    expect(clients.limitsOf('lab')).toEqual(OTHERWISE);
    expect(clients.limitsOf('user:plant-7')).toBe(clients.limitsOf('plant-7'));
    expect(clients.limitsOf('user:ann')).toBe(OTHERWISE);
    expect(clients.limitsOf('certificate:plant-7')).toBe(OTHERWISE);
  });

  test.each([
    {},
    { authorization: 'wrong' },
    { authorization: 'Bearer ' },
    { authorization: 'Basic b2xkLXRva2Vu' },
  ])('refuses %o', async (changed) => {
    const { clients } = await open('clients: [{name: a, token: right}]');
    expect(() => clients.callerOf(knock(changed))).toThrow(unauthorized);
  });

  test('is read again when it has changed, and a faulty one leaves the old one in force', async () => {
    const { file, told, later, clients } = await open('clients: [{name: a, token: t1}]');
    const replace = async (text: string) => {
      await writeFile(`${file}.new`, text);
      await rename(`${file}.new`, file);
      later();
    };
    await replace('clients: [{name: b, token: t2, samples_per_second: 7}]');
    expect(clients.callerOf(knock({ authorization: 't2' })).client).toBe('b');
    expect(clients.limitsOf('b').samples.perSecond).toBe(7);
    expect(() => clients.callerOf(knock({ authorization: 't1' }))).toThrow(unauthorized);
    await replace('clients: [{name: b, tokn: secret-thing}]');
    for (let i = 0; i < 3; i += 1) {
      later();
      expect(clients.callerOf(knock({ authorization: 't2' })).client).toBe('b');
    }
    expect(told).toEqual(['reread: 1', expect.stringContaining('line 1: unknown field "tokn"')]);
  });

  test.each(['', 'clients:', 'clients: []', '# none yet\n'])(
    'without a client (%j) is an error, and locks nobody out',
    async (text) => {
      await expect(open(text)).rejects.toMatchObject({
        reason: 'clients_file',
        message: expect.stringMatching(/^cannot use clients file .*clients\.yml: it names no client$/),
      });
      const { file, told, later, clients } = await open('clients: [{name: a, token: t1}]');
      const write = async (changed: string) => {
        await writeFile(file, changed);
        later();
        expect(clients.callerOf(knock({ authorization: 't1' })).client).toBe('a');
      };
      await write(text);
      await write('clients: [{name: a, token: t1}, {name: b, token: t2}]');
      expect(told).toEqual([expect.stringContaining('it names no client'), 'reread: 2']);
    },
  );

  test.each([
    ['clients: [{token: s3cret}]', 'line 1: a client needs a name'],
    ['clients:\n  - {name: "a b", token: s3cret}', 'line 2: a client needs a name'],
    ['clients: [{name: a}]', 'line 1: a has neither token nor certificate'],
    [
      'clients: [{name: a, token: "s3cret "}]',
      'line 1: a has a token that is empty, or has other characters',
    ],
    [
      'clients: [{name: a, token: s3cret}, {name: b, token: s3cret}]',
      'two clients have one of their tokens in common',
    ],
    [
      'clients: [{name: a, token: s3cret}, {name: a, token: t}]',
      'two clients have one of their name in common',
    ],
    ['clients: [{name: a, token: s3cret, samples_per_second: 0}]', 'samples_per_second is not between 1 and'],
    ['clients: [{name: a, token: [s3cret]}]', 'token is no text'],
    ['clients: [{name: a, token_file: not-there}]', 'there is no such file'],
    ['clients: s3cret', 'clients is no list'],
    ['clients: [{name: a, token: "s3cret}]', 'line 1'],
  ])('cannot be %s', async (text, words) => {
    const error = await open(text).catch((thrown: Error) => thrown);
    expect(error).toMatchObject({ reason: 'clients_file', message: expect.stringContaining(words) });
    expect((error as Error).message).not.toContain('s3cret');
  });
});
