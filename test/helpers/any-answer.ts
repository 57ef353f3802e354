// Answers of inventories for property tests: any JSON, and JSON that is nearly right.

import fc from 'fast-check';

/** Texts of any UTF-16 code units, halves of characters included. */
const anyText = fc.string({
  unit: fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit)),
  maxLength: 12,
});

const anyValue = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.oneof(anyText, fc.double(), fc.integer(), fc.boolean(), fc.constant(null)),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(anyText, tie('value'), { maxKeys: 4 }),
  ),
})).value;

const hostText = fc.oneof(
  fc.constantFrom(
    'sensor_0',
    'sensor_0:9200',
    'a.example.com.',
    '10.0.0.7',
    '10.0.0.7/24',
    '999.1.1.1',
    '::1',
    '[2001:db8::7]:9100',
    '[::1]',
    '[::1]x',
    'fe80::1%eth0',
    '2001:db8::7/64',
    'a:0',
    'a:65536',
    'a:9200:9100',
    'a b',
    ' a',
    '',
    ':1',
    '-a',
    'a/b',
    'http://a',
    'https://a:9/m',
    'HTTP://[::1]:9/',
    'http://a/m?x=1',
    'http://me:pw@a/',
    'ftp://a',
    '://a',
    'http://',
    'http:///m',
    'münster',
    'ä\n',
    '①',
    'a\ud800',
    "{'host': 'x'}",
    '__proto__',
    'constructor',
    '0x7f.1',
    'a\0b',
    'x'.repeat(64),
    'xn--a',
    'ａ.b',
    '1.2.3',
    '１.2.3.4',
    '[::ffff:1.2.3.4]:1',
    '\u00ad',
    'a\u00adb',
    'ä'.repeat(60),
  ),
  fc.domain(),
  fc.ipV4Extended(),
  fc.ipV6(),
  fc.webUrl(),
  anyText,
);

const duration = fc.oneof(
  fc.constantFrom(
    '1m',
    '15s',
    '5s',
    '1h30m',
    '0s',
    '1.5s',
    '15',
    '',
    '300y',
    '292y',
    '9223372036854ms',
    '1s1m',
    '-1s',
    '10s',
    '11s',
    '1ms',
  ),
  fc.nat(),
  anyText,
);

const labelName = fc.oneof(
  fc.constantFrom(
    'site',
    'a-b',
    'a.b',
    'a_b',
    '2nd',
    '',
    '__proto__',
    'constructor',
    '__address__',
    '__scheme__',
    '__scheme-_',
    'job',
    '__metrics_path__',
    '__scrape_interval__',
    '__scrape_timeout__',
    '__scrape-interval__',
    '__param_x',
    '__meta_inventory_x',
    'größe',
  ),
  anyText,
);
const labels = fc.oneof(
  fc.dictionary(
    labelName,
    fc.oneof(anyText, duration, fc.constantFrom('http', 'ftp', '/m', 'm', 'HTTPS'), anyValue),
    { maxKeys: 6 },
  ),
  anyValue,
);

const port = fc.oneof(
  fc.constantFrom(9100, '9100', 0, 65_535, 65_536, 1.5, '', null, 'http', '0x10', ' 1'),
  anyValue,
);

const objectEntry = fc.record(
  {
    hostname: fc.oneof({ weight: 4, arbitrary: hostText }, anyValue),
    host: hostText,
    address: fc.oneof(hostText, fc.constant({ street: 'x' })),
    name: hostText,
    Hostname: hostText,
    port,
    Port: port,
    path: fc.oneof(fc.constantFrom('/m', 'm', '/m?x', '/a b', '', '/\ud800'), anyValue),
    scheme: fc.oneof(fc.constantFrom('http', 'https', 'HTTPS', 'ftp', ''), anyValue),
    interval: duration,
    timeout: duration,
    labels,
    enabled: fc.oneof(fc.constantFrom(true, false, 0, 1, 'no', 'maybe'), anyValue),
    rack: anyValue,
    'serial no': anyValue,
  },
  { requiredKeys: [] },
);

const group = fc.record(
  {
    targets: fc.oneof(
      fc.array(fc.oneof({ weight: 5, arbitrary: hostText }, anyValue), { maxLength: 5 }),
      anyValue,
    ),
    labels,
    scheme: fc.constantFrom('http', 'ftp', null),
    interval: duration,
    enabled: fc.constantFrom(true, false, undefined),
  },
  { requiredKeys: ['targets'] },
);

/** The entries of a list: mostly nearly right ones. */
export const anyEntries = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: hostText },
    { weight: 8, arbitrary: objectEntry },
    { weight: 3, arbitrary: group },
    anyValue,
  ),
  { maxLength: 12, size: 'max' },
);

const fieldName = fc.oneof(
  fc.constantFrom(
    'results',
    'data',
    'items',
    'targets',
    'hosts',
    'errors',
    'meta',
    'next',
    'count',
    'total',
    'name',
    'links',
  ),
  anyText,
);

/** Whole answers: lists, envelopes, and anything else. */
export const anyAnswer = fc.oneof(
  { weight: 6, arbitrary: anyEntries },
  { weight: 3, arbitrary: fc.dictionary(fieldName, fc.oneof(anyEntries, anyValue), { maxKeys: 4 }) },
  fc.record({ data: fc.dictionary(fieldName, fc.oneof(anyEntries, anyValue), { maxKeys: 3 }) }),
  objectEntry,
  anyValue,
);

const anyExpression = fc.constantFrom(
  '@',
  '*',
  '[]',
  'results',
  'data.*[]',
  'items(@)',
  '[].{host: name, labels: @}',
  '[*].{targets: [host, hostname, name], labels: {a: port, "a-b": path}}',
  '[?host].[host]',
  '[].let $x = @ in {host: $x.host, scheme: $x.scheme}',
  'keys(@)',
  "[].join(':', [host, to_string(port)])",
  'sort_by(@, &port)',
  '{results: @}',
);

/** Settings that say how an answer is read. */
export const anyMapping = fc.record(
  {
    // Most expressions find nothing in most answers, or fail.
    INVENTORY_JMESPATH: fc.option(anyExpression, { freq: 1, nil: '' }),
    INVENTORY_NEXT_JMESPATH: fc.constantFrom(
      '',
      '',
      '',
      'next',
      'links.next',
      '[0]',
      'abs(total)',
      "join('', ['?', to_string(count)])",
    ),
    INVENTORY_META_FIELDS: fc.constantFrom(
      'rack',
      'rack,serial no,host',
      '__proto__,constructor',
      'labels,enabled',
    ),
    METRICS_PATH: fc.constantFrom('/metrics', '/probe'),
    TARGET_LABELS: fc.constantFrom('env=prod,site=x', 'a_b=1'),
  },
  { requiredKeys: [] },
);
