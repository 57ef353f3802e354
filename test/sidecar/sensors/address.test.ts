import { describe, expect, test } from 'vitest';
import { parseAddress } from '../../../src/sidecar/sensors/address.ts';

describe('is read:', () => {
  const f = (text: string, host: string, port?: number) =>
    test(text, () => expect(parseAddress(text)).toEqual({ host, port }));
  f('sensor_0', 'sensor_0');
  f('sensor-1.example.com', 'sensor-1.example.com');
  f('example.com.', 'example.com.');
  f('10.0.0.1', '10.0.0.1');
  f('münster-1.example.com:80', 'xn--mnster-1-65a.example.com', 80);
  f('датчик_0', 'xn--_0-6kcpvm8czb');
  f('sensor.123', 'sensor.123');
  f('0x7f.1', '0x7f.1');
  f('10.0.0.7/24', '10.0.0.7');
  f('2001:db8::7/64', '2001:db8::7');
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
  f('http://a', /no host name|none from/);
  f("{'hostname': 'x'}", /host/);
  f('ä\n', /no host name/);
  f('ä/b', /no host name/);
  f('%61ä', /no host name/);
  f('①', /no host name/);
  f('１０.0.0.1', /no host name/);
  f('xn--ä', /no host name/);
  f('a\ud800', /no host name/);
  f('ä'.repeat(70), /no host name/);
  f('fe80::1%eth0', /zone/);
  f('[fe80::1%eth0]:1', /zone/);
  f('10.0.0.7/24/1', /no host name/);
  f('a/24', /no host name/);
  f('me:secret@a', /none from/);
  f('a'.repeat(64), /no host name/);
  f(`${'a.'.repeat(127)}a`, /no host name/);
  f('999.1.1.1', /no IPv4 address/);
  f('a:9200:9100', /none from 1 to 65535/);
  f('a:', /none from 1 to 65535/);
  f('a:0', /none from 1 to 65535/);
  f('a:65536', /none from 1 to 65535/);
  f('a:80a', /none from 1 to 65535/);
  f('[::1', /neither host/);
  f('[a]:1', /no IPv6/);
  f('[]:1', /no IPv6/);
  f('[::1]x', /neither host/);
  f('[::1]:', /none from 1 to 65535/);
});
