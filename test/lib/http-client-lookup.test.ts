import { isIPv6 } from 'node:net';
import { expect, onTestFinished, test, vi } from 'vitest';
import { keepLookups, type Resolve } from '../../src/lib/http-client-lookup.ts';

function kept(addresses: string[], ttlMs = 1000) {
  let now = 0;
  const found = addresses.map((address) => ({ address, family: isIPv6(address) ? 6 : 4 }));
  const resolve = vi.fn<Resolve>((_, done) =>
    found.length > 0 ? done(null, found) : done(Object.assign(new Error('no'), { code: 'EAI_AGAIN' }), []),
  );
  const { lookup, forget } = keepLookups(ttlMs, resolve, () => now);
  const look = (options = {}, name = 'inventory.test') =>
    new Promise((done) =>
      lookup(name, options, (error, address, family) => done(error?.message ?? [address, family])),
    );
  return { look, forget, resolve, pass: (ms: number) => (now += ms) };
}

test('an address is asked for once, until its time is over', async () => {
  const { look, resolve, pass } = kept(['10.0.0.1']);
  await look();
  pass(999);
  expect(await look()).toEqual(['10.0.0.1', 4]);
  expect(resolve).toHaveBeenCalledTimes(1);
  pass(1);
  await look();
  expect(resolve).toHaveBeenCalledTimes(2);
});

test('what is forgotten is asked for again', async () => {
  const { look, resolve, forget } = kept(['10.0.0.1']);
  await look();
  forget();
  await look();
  expect(resolve).toHaveBeenCalledTimes(2);
});

test('a failure is not kept', async () => {
  const { look, resolve } = kept([]);
  expect(await look()).toBe('no');
  await look();
  expect(resolve).toHaveBeenCalledTimes(2);
});

test('a name server that is silent is a failure of its own; what it says too late serves the next one', async () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const asked: Parameters<Resolve>[1][] = [];
  const { lookup } = keepLookups(60_000, (_, done) => void asked.push(done));
  const done = vi.fn();
  lookup('inventory.test', {}, done);
  vi.advanceTimersByTime(8000);
  expect(done.mock.calls).toEqual([[expect.objectContaining({ code: 'EAI_AGAIN' }), '', 0]]);
  expect(String(done.mock.calls[0]?.[0])).toMatch(/inventory\.test: the name server gave no answer in 8s$/);

  asked[0]?.(null, [{ address: '10.0.0.1', family: 4 }]);
  expect(done).toHaveBeenCalledTimes(1);
  lookup('inventory.test', {}, done);
  await vi.waitFor(() => expect(done).toHaveBeenLastCalledWith(null, '10.0.0.1', 4));
  expect(asked).toHaveLength(1);
});

test('all addresses, or one of the family that is wanted', async () => {
  const { look } = kept(['10.0.0.1', 'fd00::1']);
  expect(await look({ all: true })).toEqual([
    [
      { address: '10.0.0.1', family: 4 },
      { address: 'fd00::1', family: 6 },
    ],
    undefined,
  ]);
  expect(await look({ family: 6 })).toEqual(['fd00::1', 6]);
  expect(await look({ family: 'IPv4' })).toEqual(['10.0.0.1', 4]);
  const { look: only } = kept(['10.0.0.1']);
  expect(await only({ family: 6, all: true })).toBe('getaddrinfo ENOTFOUND inventory.test');
});

test('the names that are kept are bounded', async () => {
  const { look, resolve } = kept(['10.0.0.1']);
  for (let i = 0; i < 101; i += 1) await look({}, `host-${i}.test`);
  await look({}, 'host-0.test');
  expect(resolve).toHaveBeenCalledTimes(102);
});

test('the system is asked when nobody else is given', async () => {
  const { lookup } = keepLookups(1000);
  const found = await new Promise((done) =>
    lookup('localhost', { all: true }, (_, addresses) => done(addresses)),
  );
  expect(found).toContainEqual({ address: '127.0.0.1', family: 4 });
});
