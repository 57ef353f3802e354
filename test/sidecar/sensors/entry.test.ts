import { describe, expect, test } from 'vitest';
import { readEntry } from '../../../src/sidecar/sensors/entry.ts';

describe('an entry is read:', () => {
  const f = (name: string, entry: unknown, ...sensors: unknown[]) =>
    test(name, () => expect(readEntry(entry)).toEqual(sensors));
  f('a name', 'sensor_0', { host: 'sensor_0', port: undefined, labels: {} });
  f('a name with a port', 'a:1', { host: 'a', port: 1, labels: {} });
  f(
    'an object',
    { name: 'a', port: 9, labels: { site: 'x' } },
    { host: 'a', port: 9, labels: { site: 'x' } },
  );
  f(
    'the most exact field wins',
    { name: 'Pump 3', hostname: 'p3' },
    { host: 'p3', port: undefined, labels: {} },
  );
  f(
    'null counts as absent',
    { hostname: null, ip: '10.0.0.1', port: null, labels: null, path: null },
    {
      host: '10.0.0.1',
      port: undefined,
      labels: {},
    },
  );
  f('a port as text', { host: 'a', port: '80' }, { host: 'a', port: 80, labels: {} });
  f('a port in the address', { target: 'a:80' }, { host: 'a', port: 80, labels: {} });
  f(
    'path and scheme',
    { address: 'a', path: '/m', scheme: 'https' },
    {
      host: 'a',
      port: undefined,
      labels: { __metrics_path__: '/m', __scheme__: 'https' },
    },
  );
  f(
    'labels that are numbers and booleans',
    { name: 'a', labels: { n: 1, b: true } },
    {
      host: 'a',
      port: undefined,
      labels: { n: '1', b: 'true' },
    },
  );
  f(
    'a label named like a method',
    { host: 'a', labels: { constructor: 'ACME', toString: 'x' } },
    {
      host: 'a',
      port: undefined,
      labels: { constructor: 'ACME', toString: 'x' },
    },
  );
  f(
    'a group of http_sd',
    { targets: ['a:1', 'b'], labels: { __scrape_interval__: '1m', __scrape_timeout__: '10s' } },
    { host: 'a', port: 1, labels: { __scrape_interval__: '1m', __scrape_timeout__: '10s' } },
    { host: 'b', port: undefined, labels: { __scrape_interval__: '1m', __scrape_timeout__: '10s' } },
  );
  f('a group without labels', { targets: ['a:1'] }, { host: 'a', port: 1, labels: {} });
  f('a group without targets', { targets: [] });
});

describe('an entry is refused:', () => {
  const f = (name: string, entry: unknown, message: string) =>
    test(name, () => expect(() => readEntry(entry)).toThrow(message));
  f('null', null, 'is no sensor');
  f('a number', 42, 'is no sensor');
  f('a list', ['sensor_0'], 'is no sensor');
  f('no host', { port: 1 }, 'has no text in any of hostname, host, address, ip, target, name');
  f('a host that is a number', { host: 12 }, 'has no text in any of');
  f('a port of 0', { host: 'a', port: 0 }, 'has no port from 1 to 65535');
  f('a port with a fraction', { host: 'a', port: 1.5 }, 'has no port');
  f('a port too high', { host: 'a', port: 65_536 }, 'has no port');
  f('a port in words', { host: 'a', port: 'http' }, 'has no port');
  f('labels that are a list', { host: 'a', labels: ['x'] }, 'labels that are no object');
  f('labels that are text', { host: 'a', labels: 'x' }, 'labels that are no object');
  f('an illegal label name', { host: 'a', labels: { 'a-b': '1' } }, 'illegal label name "a-b"');
  f('an address by label', { host: 'a', labels: { __address__: 'b:1' } }, 'illegal label name "__address__"');
  f('a label that is an object', { host: 'a', labels: { x: {} } }, 'a label x that is no text');
  f('a label that is null', { host: 'a', labels: { x: null } }, 'a label x that is no text');
  f('a foreign scheme', { host: 'a', scheme: 'ftp' }, 'the unknown scheme "ftp"');
  f('a path without /', { host: 'a', path: 'metrics' }, 'no absolute path in "metrics"');
  f('a path with a query', { host: 'a', path: '/m?x=1' }, 'no absolute path');
  f(
    'a fraction of seconds',
    { host: 'a', labels: { __scrape_interval__: '1.5s' } },
    'no Prometheus duration',
  );
  f('a bare number', { host: 'a', labels: { __scrape_interval__: '15' } }, 'no Prometheus duration');
  f('an interval of zero', { host: 'a', labels: { __scrape_timeout__: '0s' } }, 'no Prometheus duration');
  f('targets that are text', { targets: 'a:1' }, 'targets that are no list');
  f('a target that is a number', { targets: [1] }, 'a target that is no text');
});
