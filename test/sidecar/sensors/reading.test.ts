import { describe, expect, test } from 'vitest';
import { readSensors } from '../../../src/sidecar/sensors/reading.ts';
import { SET_ASIDE_REASONS } from '../../../src/sidecar/sensors/set-aside.ts';
import { mappingOf } from '../../helpers/mapping.ts';

const read = (entries: readonly unknown[], settings: Record<string, string> = {}) =>
  readSensors(entries, mappingOf(settings));

describe('an entry is read:', () => {
  const f = (name: string, entry: unknown, host: string, port?: number, labels: object = {}) =>
    test(name, () => {
      const reading = read([entry]);
      expect(reading.sensors).toEqual([{ host, port, labels }]);
      expect([reading.setAside, reading.notes, reading.disabled]).toEqual([[], [], 0]);
    });
  f('a name', 'sensor_0', 'sensor_0');
  f('a name with a port', 'a:1', 'a', 1);
  f('an IPv6 address', '[::1]:9100', '::1', 9100);
  f('a URL', 'http://a:9100/probe', 'a', 9100, { __scheme__: 'http', __metrics_path__: '/probe' });
  f('a URL that ends in a slash', 'HTTPS://[::1]:9100/', '::1', 9100, { __scheme__: 'https' });
  f('a URL without a port', 'https://a', 'a', 443, { __scheme__: 'https' });
  f('an object', { name: 'a', port: 9, labels: { site: 'x' } }, 'a', 9, { site: 'x' });
  f('the most exact field wins', { name: 'Pump 3', hostname: 'p3' }, 'p3');
  f(
    'null and nothing count as absent',
    { hostname: null, host: '', ip: '10.0.0.1', port: '', labels: null },
    '10.0.0.1',
  );
  f('a field that holds no text is passed over', { address: { street: 'x' }, name: 'a' }, 'a');
  f('fields written large', { Hostname: 'a', Port: '80', Enabled: 'yes' }, 'a', 80);
  f('a port as text', { host: 'a', port: '80' }, 'a', 80);
  f('a port in the address', { target: 'a:80' }, 'a', 80);
  f('a URL in a field, the fields win', { target: 'http://a/x', path: '/y' }, 'a', 80, {
    __scheme__: 'http',
    __metrics_path__: '/y',
  });
  f('an address with the length of its network', { address: '10.0.0.7/24' }, '10.0.0.7');
  f('path and scheme', { address: 'a', path: '/m', scheme: 'HTTPS' }, 'a', undefined, {
    __metrics_path__: '/m',
    __scheme__: 'https',
  });
  f('interval and timeout', { host: 'a', interval: '1m', timeout: '1m' }, 'a', undefined, {
    __scrape_interval__: '1m',
    __scrape_timeout__: '1m',
  });
  f('a timeout alone', { host: 'a', timeout: '5s' }, 'a', undefined, { __scrape_timeout__: '5s' });
  f('labels that are numbers and booleans', { name: 'a', labels: { n: 1, b: true } }, 'a', undefined, {
    n: '1',
    b: 'true',
  });
  f('a label that says nothing', { host: 'a', labels: { x: null, y: '' } }, 'a');
  f('a label named like a method', { host: 'a', labels: { constructor: 'ACME' } }, 'a', undefined, {
    constructor: 'ACME',
  });
  f(
    'labels whose names Prometheus 2 refuses',
    { host: 'a', labels: { 'a-b/c': '1', '2nd': '2', '': '3' } },
    'a',
    undefined,
    {
      a_b_c: '1',
      _2nd: '2',
      _: '3',
    },
  );
  f('half a character', { host: 'a', labels: { x: 'a\ud800b' } }, 'a', undefined, { x: 'a\ufffdb' });
  f('enabled in any words', { host: 'a', enabled: 'maybe' }, 'a');
});

test.each([
  ['1h', '10s'],
  ['10s', '10s'],
  ['5s', '5s'],
])(
  'an interval of %s without a timeout gets one of %s: with a longer one of the job Prometheus would drop the target',
  (interval, timeout) => {
    const labels = { __scrape_interval__: interval, __scrape_timeout__: timeout };
    expect(read([{ host: 'a', interval }]).sensors[0]?.labels).toEqual(labels);
    expect(read([{ host: 'a', labels: { __scrape_interval__: interval } }]).sensors[0]?.labels).toEqual(
      labels,
    );
  },
);

test('a label named __proto__ stays a label', () => {
  const entry = JSON.parse('{"host":"a","labels":{"__proto__":"x"}}');
  expect(JSON.stringify(read([entry]).sensors[0]?.labels)).toBe('{"__proto__":"x"}');
});

test('the targets of a group share its labels, and what else it says', () => {
  const { sensors } = read([{ targets: ['a:1', 'http://b/m'], labels: { x: '1' }, scheme: 'https' }]);
  expect(sensors).toEqual([
    { host: 'a', port: 1, labels: { x: '1', __scheme__: 'https' } },
    { host: 'b', port: 80, labels: { x: '1', __scheme__: 'https', __metrics_path__: '/m' } },
  ]);
});

test('equal labels are one object, whatever their order', () => {
  const { sensors } = read([
    { host: 'a', labels: { x: '1', y: '2' } },
    { host: 'b', labels: { y: '2', x: '1' } },
    'c',
    { host: 'd' },
  ]);
  expect(sensors[0]?.labels).toBe(sensors[1]?.labels);
  expect(sensors[2]?.labels).toBe(sensors[3]?.labels);
});

describe('an entry is set aside, and the rest goes on:', () => {
  const f = (name: string, entry: unknown, reason: string, message: string) =>
    test(name, () => {
      const { sensors, setAside, setAsideBy } = read(['before', entry, 'after']);
      expect(sensors.map(({ host }) => host)).toEqual(['before', 'after']);
      expect(setAside).toEqual([
        { index: 1, target: undefined, reason, message: expect.stringContaining(message) },
      ]);
      expect(setAsideBy).toMatchObject({ [reason]: 1 });
      expect(SET_ASIDE_REASONS).toContain(reason);
    });
  f('null', null, 'no_sensor', 'it is null');
  f('a number', 42, 'no_sensor', 'it is a number');
  f('a list', ['sensor_0'], 'no_sensor', 'it is a list');
  f(
    'no host',
    { port: 1, site: 'x' },
    'no_host',
    'no text in hostname, host, address, ip, target, name; it has port, site',
  );
  f('no fields at all', {}, 'no_host', 'it has no fields');
  f('a host that is a number', { host: 12 }, 'no_host', 'no text');
  f('targets that are text', { targets: 'a:1' }, 'no_host', 'it has targets');
  f('a bad name', 'a b', 'bad_host', '"a b" is no host name');
  f('a URL with a password', 'http://me:secret@a/m', 'bad_host', '"…@a/m" holds a user name or password');
  f('a URL of another scheme', 'tcp://a:1', 'bad_scheme', '"tcp://a:1" is not http or https');
  f('a URL with a scheme of JavaScript', 'constructor://a:1', 'bad_scheme', 'not http or https');
  f('a URL with a query', 'http://a/m?x=1', 'bad_path', 'has a query');
  f('a URL with a bad port', 'http://a:0/m', 'bad_port', 'the port "0" of "a:0" is none from 1 to 65535');
  f('a port of 0', { host: 'a', port: 0 }, 'bad_port', 'the port 0 of "a" is none');
  f('a port with a fraction', { host: 'a', port: 1.5 }, 'bad_port', '1.5');
  f('a port too high', { host: 'a', port: 65_536 }, 'bad_port', '65536');
  f('a port in words', { host: 'a', port: 'http' }, 'bad_port', '"http"');
  f('a port that is an object', { host: 'a', port: { tcp: 1 } }, 'bad_port', 'an object');
  f('a foreign scheme', { host: 'a', scheme: 'ftp' }, 'bad_scheme', 'its scheme "ftp" is neither');
  f('a scheme hidden in a label', { host: 'a', labels: { '__scheme-_': 'ftp' } }, 'bad_scheme', '"ftp"');
  f('a scheme that is a list', { host: 'a', scheme: ['http'] }, 'bad_scheme', 'a list');
  f('a path without /', { host: 'a', path: 'metrics' }, 'bad_path', 'its path "metrics" is no absolute path');
  f('a path with a query', { host: 'a', path: '/m?x=1' }, 'bad_path', 'no absolute path');
  for (const interval of ['1.5s', '15', 15, '0s', '-1s', '1m30', 'often', '300y', '99999999999999999999y']) {
    f(
      `an interval of ${JSON.stringify(interval)}`,
      { host: 'a', interval },
      'bad_interval',
      'no Prometheus duration',
    );
  }
  f('a timeout of nothing', { host: 'a', timeout: '0ms' }, 'bad_interval', 'its timeout "0ms" is no');
  f(
    'a timeout above the interval',
    { host: 'a', interval: '5s', timeout: '6s' },
    'bad_interval',
    'longer than',
  );
  f(
    'the same in labels',
    { host: 'a', labels: { __scrape_interval__: '5s', __scrape_timeout__: '6s' } },
    'bad_interval',
    'longer than the interval',
  );
});

describe('a label that cannot be is left out and told, its target stays:', () => {
  const f = (name: string, labels: unknown, message: string, left: object = {}) =>
    test(name, () => {
      const reading = read([{ host: 'a', labels }]);
      expect(reading.sensors).toEqual([{ host: 'a', port: undefined, labels: left }]);
      expect(reading).toMatchObject({ noted: 1, notes: [{ index: 0, message }], setAside: [] });
    });
  f('labels that are a list', ['x'], 'its labels are a list, not an object');
  f('labels that are text', 'x', 'its labels are a string, not an object');
  f('an object', { x: {} }, 'its label x is an object');
  f('an address', { __address__: 'b:1' }, 'its label __address__ is left out: the address is its own');
  f(
    'an address in disguise',
    { '__address-_': 'b:1' },
    'its label __address__ is left out: the address is its own',
  );
  f(
    'two names that become one',
    { 'a.b': '2', 'a-b': '1' },
    'its label a.b is left out: another is a_b already',
    {
      a_b: '1',
    },
  );
  f('a legal name wins', { 'a-b': '2', a_b: '1' }, 'its label a-b is left out: another is a_b already', {
    a_b: '1',
  });

  test('two names that become one with one value lose nothing', () => {
    expect(read([{ host: 'a', labels: { 'a-b': '1', 'a.b': '1' } }])).toMatchObject({ noted: 0 });
  });
});

describe('fields of INVENTORY_META_FIELDS', () => {
  const settings = { INVENTORY_META_FIELDS: 'rack, Serial No,name' };

  test('become labels, others do not', () => {
    const entry = { name: 'a', rack: 7, 'Serial No': 'x1', owner: 'me' };
    expect(read([entry], settings).sensors[0]?.labels).toEqual({
      __meta_inventory_rack: '7',
      __meta_inventory_Serial_No: 'x1',
      __meta_inventory_name: 'a',
    });
  });

  test('are told when they are no text, and nothing when they are absent', () => {
    expect(read([{ name: 'a', rack: {} }], settings)).toMatchObject({
      sensors: [{ labels: { __meta_inventory_name: 'a' } }],
      notes: [{ index: 0, message: 'its field rack is an object' }],
    });
  });

  test('are never what only JavaScript has', () => {
    const reading = read([{ name: 'a' }], { INVENTORY_META_FIELDS: 'constructor,__proto__' });
    expect(reading).toMatchObject({ noted: 0, sensors: [{ labels: {} }] });
  });
});

describe('disabled entries are counted, whatever else is wrong with them:', () => {
  test.each([false, 0, '0', 'false', 'No', ' off '])('%j', (enabled) => {
    expect(read([{ host: 'a b', enabled }, 'c'])).toMatchObject({
      disabled: 1,
      sensors: [{ host: 'c' }],
      setAside: [],
    });
  });

  test('a group counts with all its targets', () => {
    expect(read([{ targets: ['a', 'b'], enabled: false }])).toMatchObject({ disabled: 2, sensors: [] });
  });
});

describe('of a group', () => {
  test('only the bad target is set aside', () => {
    const reading = read(['x', { targets: ['a:1', 'b b', 7], labels: { x: '1' } }]);
    expect(reading.sensors.map(({ host }) => host)).toEqual(['x', 'a']);
    expect(reading.setAside).toEqual([
      { index: 1, target: 1, reason: 'bad_host', message: '"b b" is no host name' },
      { index: 1, target: 2, reason: 'no_sensor', message: 'it is a number' },
    ]);
  });

  test('with a fault of its own every target is counted', () => {
    const reading = read([{ targets: ['a', 'b', 'c'], labels: { __scheme__: 'ftp' } }]);
    expect(reading.setAside).toHaveLength(1);
    expect(reading.setAsideBy.bad_scheme).toBe(3);
  });

  test('without targets there is nothing', () => {
    expect(read([{ targets: [] }, { targets: [], labels: { __scheme__: 'ftp' } }])).toMatchObject({
      sensors: [],
      setAsideBy: { bad_scheme: 0 },
    });
  });
});

test('all are counted, only the first thousand are kept in words', () => {
  const reading = read(Array.from({ length: 5000 }, () => ({ host: 'a', labels: 1, port: 'x' })));
  expect(reading).toMatchObject({ sensors: [], setAsideBy: { bad_port: 5000 } });
  expect(reading.setAside).toHaveLength(1000);
  const noted = read(Array.from({ length: 5000 }, () => ({ host: 'a', labels: 1 })));
  expect(noted).toMatchObject({ noted: 5000 });
  expect(noted.notes).toHaveLength(1000);
});

test('a message stays short and plain, whatever an entry holds', () => {
  const text = `\u009b\u202e${'x'.repeat(100_000)}`;
  const { setAside } = read([text, { host: 'a', scheme: text }, { [text]: 1 }, { host: 'a', port: text }]);
  expect(setAside).toHaveLength(4);
  for (const { message } of setAside) expect(message).toMatch(/^[ -~…]{1,250}$/);
});

test('a defect of ours is not explained away as a bad entry', () => {
  const entry = {
    get host() {
      throw new TypeError('defect');
    },
  };
  expect(() => read([entry])).toThrow('defect');
});
