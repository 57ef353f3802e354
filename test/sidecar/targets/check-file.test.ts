import { describe, expect, test } from 'vitest';
import { writeTargetGroups } from '../../../src/model/target-group.ts';
import { type CheckOptions, checkFile } from '../../../src/sidecar/targets/check-file.ts';

const one = (target: string) => writeTargetGroups([{ targets: [target], labels: {} }]);
const labelled = (labels: Record<string, string>) => writeTargetGroups([{ targets: ['a:1'], labels }]);

describe('Prometheus would refuse the whole file:', () => {
  const f = (text: string, fault: string | RegExp) =>
    test(JSON.stringify(text), () => expect(checkFile(text)).toMatch(fault));
  f('', /JSON/);
  f('[{"targets":["a:1"]}', /JSON/);
  f('[{"targets":["a:1"]}]]', /JSON/);
  f('\uFEFF[{"targets":["a:1"]}]', /JSON/);
  f('{"targets":["a:1"]}', 'it is not a list of target groups');
  f('[null]', 'group 0 is not an object');
  f('[["a:1"]]', 'group 0 is not an object');
  f('[{"targets":["a:1"],"_comment":"x"}]', 'group 0 has the unknown field "_comment"');
  f('[{"targets":"a:1"}]', 'group 0 has targets that are no list');
  f('[{"targets":["a:1"]},{"targets":[1]}]', 'group 1 has a target that is no text');
  f('[{"targets":["a:1"],"labels":{"n":1}}]', 'group 0 has a faulty label "n"');
  f('[{"targets":["a:1"],"labels":{"n":{}}}]', 'group 0 has a faulty label "n"');
  f('[{"targets":["a:1"],"labels":{"a-b":"1"}}]', 'group 0 has a faulty label "a-b"');
  f('[{"targets":["a:1"],"labels":{"größe":"1"}}]', 'group 0 has a faulty label "größe"');
  f('[{"targets":["a:1"],"labels":{"":"1"}}]', 'group 0 has a faulty label ""');
});

describe('every target would silently go:', () => {
  const f = (text: string) =>
    test(text, () => {
      expect(checkFile(text)).toBe('it lists no target, which would remove every one');
      expect(checkFile(text, { standing: text })).toBe('it lists no target, which would remove every one');
      expect(checkFile(text, { empty: true })).toBeUndefined();
    });
  f('[]');
  f('null');
  f('[{}]');
  f('[{"targets":[]}]');
  f('[{"targets":null}]');
});

describe('one target would be dropped, or never be reached:', () => {
  const f = (target: string, fault: string) =>
    test(JSON.stringify(target), () => expect(checkFile(one(target))).toContain(fault));
  f('', 'the target "" is neither host:port nor [IPv6]:port');
  f('a:1/metrics', 'neither host:port');
  f('http://a:1', 'neither host:port');
  f('a', 'neither host:port');
  f(':1', 'neither host:port');
  f('a b:1', 'neither host:port');
  f(' a:1', 'neither host:port');
  f('a:1 ', 'neither host:port');
  f('a:1\n', 'neither host:port');
  f('a:9200:9100', 'neither host:port');
  f('2001:db8::7:9100', 'neither host:port');
  f("{'host': 'x'}:9100", 'neither host:port');
  f('söder:1', 'neither host:port');
  f('a\ufffd:1', 'neither host:port');
  f('user@a:1', 'neither host:port');
  f('a:0', 'no port from 1 to 65535');
  f('a:65536', 'no port from 1 to 65535');
  f('a:-1', 'neither host:port');
  f('a:123456', 'neither host:port');
  f('[a]:1', 'no IPv6 address');
  f('[::1]', 'neither host:port');
  f('[10.0.0.1]:1', 'no IPv6 address');
  f('[]:1', 'no IPv6 address');
});

describe('a label that loses or misleads its target:', () => {
  const f = (name: string, value: string, fault: string) =>
    test(`${name} ${JSON.stringify(value)}`, () => {
      const shown = `the label ${name} ${JSON.stringify(value)} ${fault}`;
      expect(checkFile(labelled({ [name]: value }))).toBe(shown);
    });
  f('__scheme__', 'ftp', 'is neither http nor https');
  f('__scheme__', 'HTTP', 'is neither http nor https');
  f('__metrics_path__', 'metrics', 'is no absolute path without a query');
  f('__metrics_path__', '/metrics?a=1', 'is no absolute path without a query');
  for (const name of ['__scrape_interval__', '__scrape_timeout__']) {
    for (const value of ['1.5s', '0', '0s', '15', '-1s', '1s1m', 'soon', '1 m', '293y', '9999999999999999y'])
      f(name, value, 'is no Prometheus duration above 0');
  }

  test('an interval below the timeout that a job has by default', () => {
    expect(checkFile(labelled({ __scrape_interval__: '9s' }))).toBe(
      'the label __scrape_timeout__ (10s by default) is above __scrape_interval__ "9s"',
    );
    expect(checkFile(labelled({ __scrape_interval__: '9s', __scrape_timeout__: '9s' }))).toBeUndefined();
    expect(checkFile(labelled({ __scrape_interval__: '10s' }))).toBeUndefined();
  });

  test('a timeout above the interval', () => {
    const text = labelled({ __scrape_interval__: '10s', __scrape_timeout__: '10001ms' });
    expect(checkFile(text)).toBe('the label __scrape_timeout__ "10001ms" is above __scrape_interval__ "10s"');
  });

  test('half a character, in a label or in the text itself', () => {
    expect(checkFile(labelled({ x: '\ud83d' }))).toBe('the label x "\\ud83d" is no Unicode text');
    expect(checkFile('[{"targets":["a:1"],"labels":{"x":"\ud83d"}}]')).toBe('it is no Unicode text');
  });

  test('a long value is cut in the message', () => {
    expect(checkFile(labelled({ __scheme__: 'x'.repeat(1e6) }))).toHaveLength(150);
  });
});

describe('nothing is wrong with', () => {
  const f = (name: string, text: string) => test(name, () => expect(checkFile(text)).toBeUndefined());
  for (const target of [
    'sensor_0:9100',
    'a.example.com.:1',
    '10.0.0.1:65535',
    '[::1]:9100',
    '[fe80::1%eth0]:1',
    '[::ffff:10.0.0.1]:1',
    'xn--sder-5qa:00080',
  ])
    f(target, one(target));
  f('no labels, or null ones', '[{"targets":["a:1"]},{"targets":["b:1"],"labels":null}]');
  f('an empty group beside a full one', '[{"targets":[]},{"targets":["a:1"]}]');
  f(
    'every label that is special',
    labelled({
      __scheme__: 'https',
      __metrics_path__: '/a b/ü#x',
      __scrape_interval__: '1m',
      __scrape_timeout__: '60s',
      __param_module: 'http_2xx',
      __meta_inventory_id: '7',
      job: 'x',
    }),
  );
  f(
    'special labels that are empty: to Prometheus they are absent',
    labelled({ __scheme__: '', __metrics_path__: '', __scrape_interval__: '', __scrape_timeout__: '1h' }),
  );
  f('any text in a label', labelled({ x: '"\\\n\u0000 💡 \ufffd' }));
});

describe('oddities of what stands already', () => {
  const f = (name: string, text: string, options: CheckOptions, fault: unknown) =>
    test(name, () => expect(checkFile(text, options)).toEqual(fault));
  const two = (target: string) =>
    writeTargetGroups([{ targets: ['a b:1', target], labels: { __scheme__: 'ftp' } }]);
  f('may stay', two('c:1'), { standing: two('d:1') }, undefined);
  f(
    'may stay in another group',
    two('c:1'),
    { standing: `[${two('d:1').slice(1, -2)},{"targets":["e:1"]}]` },
    undefined,
  );
  f('do not excuse new ones', two('c d:1'), { standing: two('d:1') }, expect.stringContaining('"c d:1"'));
  f('are none when nothing stands', two('c:1'), { standing: undefined }, expect.stringContaining('"ftp"'));
  f(
    'are none when what stands is not readable',
    two('c:1'),
    { standing: '[' },
    expect.stringContaining('"ftp"'),
  );
});
