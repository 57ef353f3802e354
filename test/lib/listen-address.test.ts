import { describe, expect, test } from 'vitest';
import { hostPort, loopbackOf, parseListenAddress } from '../../src/lib/listen-address.ts';

describe('parseListenAddress', () => {
  const f = (text: string, host?: string, port?: number) =>
    test(JSON.stringify(text), () =>
      expect(parseListenAddress(text)).toEqual(host === undefined ? undefined : { host, port }),
    );
  f(':9098', '', 9098);
  f('127.0.0.1:9098', '127.0.0.1', 9098);
  f('localhost:0', 'localhost', 0);
  f('[::1]:9098', '::1', 9098);
  f('9098');
  f('::1:9098');
  f(':65536');
  f('host:');
  f('tcp://10.0.0.1:9100');
});

describe('loopbackOf', () => {
  const f = (host: string, reached: string) =>
    test(host, () => expect(loopbackOf({ host, port: 1 }).host).toBe(reached));
  f('', '127.0.0.1');
  f('0.0.0.0', '127.0.0.1');
  f('::', '::1');
  f('10.1.2.3', '10.1.2.3');
});

test('hostPort puts IPv6 in brackets', () => {
  expect(hostPort('::1', 80)).toBe('[::1]:80');
  expect(hostPort('a', 80)).toBe('a:80');
});
