import { beforeEach, describe, expect, test } from 'vitest';
import { createHostLookup, type Resolve } from '../../src/lib/http-fetch-lookup.ts';

type Asked = { readonly name: string; readonly done: Parameters<Resolve>[1] };

let asked: Asked[];
let time: number;
let lookup: ReturnType<typeof createHostLookup>;
beforeEach(() => {
  asked = [];
  time = 0;
  lookup = createHostLookup(
    (name, done) => void asked.push({ name, done }),
    () => time,
  );
});

const ADDRESS = { address: '10.0.0.1', family: 4 };
const find = (name: string) =>
  new Promise<string>((resolve, reject) => {
    lookup(name, {}, (error, address) => (error === null ? resolve(String(address)) : reject(error)));
  });
const failure = (code: string) => Object.assign(new Error(code), { code });

describe('the addresses of hosts', () => {
  test('are asked for two at a time, in their order', async () => {
    const found = ['a', 'b', 'c', 'd'].map(find);
    expect(asked.map(({ name }) => name)).toEqual(['a', 'b']);
    asked[1]?.done(null, [ADDRESS]);
    expect(asked.map(({ name }) => name)).toEqual(['a', 'b', 'c']);
    for (let i = 0; i < 4; i += 1) if (i !== 1) asked[i]?.done(null, [ADDRESS]);
    expect(await Promise.all(found)).toEqual(Array(4).fill('10.0.0.1'));
  });

  test('are asked for once by many, and kept for a minute', async () => {
    const found = [find('a'), find('a')];
    asked[0]?.done(null, [ADDRESS]);
    expect(await Promise.all(found)).toEqual(['10.0.0.1', '10.0.0.1']);
    time = 59_999;
    await find('a');
    expect(asked).toHaveLength(1);
  });

  test('that are old are used at once while new ones are asked for', async () => {
    const first = find('a');
    asked[0]?.done(null, [ADDRESS]);
    await first;
    time = 60_000;
    expect(await find('a')).toBe('10.0.0.1');
    expect(asked).toHaveLength(2);
    asked[1]?.done(null, [{ address: '10.0.0.2', family: 4 }]);
    expect(await find('a')).toBe('10.0.0.2');
  });

  test('stay while the name server fails, and go when it says that there are none', async () => {
    const first = find('a');
    asked[0]?.done(null, [ADDRESS]);
    await first;
    time = 60_000;
    await find('a');
    asked[1]?.done(failure('EAI_AGAIN'), []);
    expect(await find('a')).toBe('10.0.0.1');
    time = 120_000;
    await find('a');
    asked[2]?.done(failure('ENOTFOUND'), []);
    await expect(find('a')).rejects.toThrow('ENOTFOUND');
  });

  test('that are not there are asked for again after ten seconds', async () => {
    const first = find('a');
    asked[0]?.done(failure('ENOTFOUND'), []);
    await expect(first).rejects.toThrow('ENOTFOUND');
    await expect(find('a')).rejects.toThrow('ENOTFOUND');
    expect(asked).toHaveLength(1);
    time = 10_000;
    const again = find('a');
    asked[1]?.done(null, [ADDRESS]);
    expect(await again).toBe('10.0.0.1');
  });

  test('are of the family that is wanted', async () => {
    const found = new Promise((resolve) =>
      lookup('a', { family: 6, all: true }, (_, addresses) => resolve(addresses)),
    );
    asked[0]?.done(null, [ADDRESS, { address: '::1', family: 6 }]);
    expect(await found).toEqual([{ address: '::1', family: 6 }]);
  });
});
