import { describe, expect, test } from 'vitest';
import { proxyFor } from '../../src/lib/http-proxy.ts';

const BOTH = { http: 'http://plain:3128', https: 'http://secure:3128' };

test('the scheme chooses the proxy, and neither stands for the other', () => {
  expect(proxyFor('http://a.test/', { ...BOTH, none: '' })).toBe('http://plain:3128');
  expect(proxyFor('https://a.test/', { ...BOTH, none: '' })).toBe('http://secure:3128');
  expect(proxyFor('https://a.test/', { ...BOTH, https: undefined, none: '' })).toBeUndefined();
  expect(proxyFor('http://a.test/', { ...BOTH, http: undefined, none: '' })).toBeUndefined();
});

describe('NO_PROXY', () => {
  const f = (none: string, url: string, exempt: boolean) =>
    test(`${JSON.stringify(none)} ${exempt ? 'exempts' : 'does not exempt'} ${url}`, () => {
      expect(proxyFor(url, { ...BOTH, none }) === undefined).toBe(exempt);
    });
  f('', 'http://inventory/', false);
  f('*', 'http://inventory/', true);
  f('other, *', 'http://inventory/', true);
  f('inventory', 'http://inventory/', true);
  f('INVENTORY', 'http://inventory/', true);
  f('inventory', 'http://inventory.test/', false);
  f('example.com', 'https://example.com/', true);
  f('example.com', 'https://a.b.example.com/', true);
  f('example.com', 'https://example.com./', true);
  f('example.com.', 'https://a.example.com/', true);
  f('example.com', 'https://badexample.com/', false);
  f('.example.com', 'https://a.example.com/', true);
  f('.example.com', 'https://example.com/', true);
  f('*.example.com', 'https://a.example.com/', true);
  f('*.example.com', 'https://example.com/', false);
  f('.svc,.cluster.local', 'http://inventory.ns.svc/', true);
  f('a.test\tb.test', 'http://b.test/', true);
  f('example.com:8443', 'https://example.com:8443/', true);
  f('example.com:8443', 'https://example.com/', false);
  f('example.com:443', 'https://example.com/', true);
  f('example.com:80', 'http://example.com/', true);
  f('10.0.0.1', 'http://10.0.0.1/', true);
  f('0.0.1', 'http://10.0.0.1/', false);
  f('10.0.0.0/8', 'http://10.96.0.15:8080/', true);
  f('10.0.0.0/8', 'http://11.0.0.1/', false);
  f('10.0.0.0/8', 'http://inventory/', false);
  f('10.0.0.0/99', 'http://10.0.0.1/', false);
  f('10.0.0.0/', 'http://10.0.0.1/', false);
  f('name/8', 'http://10.0.0.1/', false);
  f('fd00::/8', 'http://[fd00::7]/', true);
  f('fd00::/8', 'http://10.0.0.1/', false);
  f('fd00::7', 'http://[fd00::7]/', true);
  f('[fd00::7]', 'http://[fd00::7]/', true);
  f('[fd00::7]:80', 'http://[fd00::7]/', true);
  f('[fd00::7]:81', 'http://[fd00::7]/', false);
  f('', 'http://localhost:1337/', true); // this machine is never asked through a proxy
  f('', 'http://127.0.0.9/', true);
  f('', 'http://[::1]/', true);
  f('', 'http://a.localhost/', true);
});
