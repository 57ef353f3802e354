import { describe, expect, test } from 'vitest';
import { parseAddress } from '../../../src/sidecar/sensors/address.ts';

describe('is read:', () => {
  const f = (text: string, host: string, port?: number) =>
    test(text, () => expect(parseAddress(text)).toEqual({ host, port }));
  f('sensor_0', 'sensor_0');
  f('sensor-1.example.com', 'sensor-1.example.com');
  f('example.com.', 'example.com.');
  f('10.0.0.1', '10.0.0.1');
  f('10.0.0.1:9200', '10.0.0.1', 9200);
  f('host:65535', 'host', 65_535);
  f('::1', '::1');
  f('2001:db8::1', '2001:db8::1');
  f('[2001:db8::1]', '2001:db8::1');
  f('[2001:db8::1]:9100', '2001:db8::1', 9100);
  f(`${'a'.repeat(63)}.b`, `${'a'.repeat(63)}.b`);
});

describe('is refused, because Prometheus would not notice:', () => {
  const f = (text: string, message: RegExp) =>
    test(text.slice(0, 40) || 'nothing', () => expect(() => parseAddress(text)).toThrow(message));
  f('', /empty host name/);
  f(':9100', /empty host name/);
  f('a b', /no host name/);
  f(' a', /no host name/);
  f('-a', /no host name/);
  f('a-', /no host name/);
  f('a..b', /no host name/);
  f('a/b', /no host name/);
  f('http://a', /no host name|no port/);
  f("{'hostname': 'x'}", /host/);
  f('ä', /no host name/);
  f('a'.repeat(64), /no host name/);
  f(`${'a.'.repeat(127)}a`, /no host name/);
  f('999.1.1.1', /no IPv4 address/);
  f('a:9200:9100', /no port/);
  f('a:', /no port/);
  f('a:0', /no port/);
  f('a:65536', /no port/);
  f('a:80a', /no port/);
  f('[::1', /neither host/);
  f('[a]:1', /no IPv6/);
  f('[]:1', /no IPv6/);
  f('[::1]x', /neither host/);
  f('[::1]:', /no port/);
});
