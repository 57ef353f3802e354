// prometheus.yml as values: defaults, what a job takes from global, paths, what is shown of it.
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: variables that are not put in.

import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ConfigFile, parseConfig, readConfigFile } from '../../../src/tsdb/config/config-file.ts';
import type { ScrapeConfig } from '../../../src/tsdb/config/scrape-config.ts';
import { type TempDir, tempDir } from '../../helpers/temp-dir.ts';

const parse = (yaml: string): ConfigFile => parseConfig(yaml, '/etc/prom');

/** The one job of the text. */
function job(yaml: string, global = ''): ScrapeConfig {
  const [found] = parse(`${global}scrape_configs:\n- job_name: a\n${yaml}`).scrapeConfigs;
  if (found === undefined) throw new Error('no job');
  return found;
}

describe("the project's own files", () => {
  test.each(['prometheus/prometheus.yml', 'prometheus/demo.yml'])('%s', async (path) => {
    const { scrapeConfigs, warnings } = await readConfigFile(path);
    expect(scrapeConfigs.map(({ jobName }) => jobName)).toContain('sensors');
    expect(warnings).toEqual([
      expect.stringMatching(/^line \d+: rule_files is ignored: rules are not evaluated$/),
    ]);
    const sensors = scrapeConfigs.find(({ jobName }) => jobName === 'sensors');
    expect(sensors?.discovery).toEqual([
      { kind: 'file', files: [join(process.cwd(), 'prometheus/targets/*.json')], refreshMs: 300_000 },
    ]);
  });
});

test('a job that says nothing', () => {
  expect(job('')).toEqual({
    jobName: 'a',
    discovery: [],
    intervalMs: 60_000,
    timeoutMs: 10_000,
    metricsPath: '/metrics',
    scheme: 'http',
    params: {},
    access: { followRedirects: true },
    honorLabels: false,
    honorTimestamps: true,
    limits: { samples: 0, bodyBytes: 0, labels: 0, labelNameLength: 0, labelValueLength: 0, targets: 0 },
    relabelConfigs: [],
    metricRelabelConfigs: [],
  });
});

test('a job that says all', () => {
  const config = job(`
  honor_labels: true
  honor_timestamps: no
  params: {module: [a, b], n: [1], none: []}
  scrape_interval: 5s
  scrape_timeout: 2s500ms
  metrics_path: /probe
  scheme: https
  body_size_limit: 1.5MB
  sample_limit: 1_000
  target_limit: 2
  label_limit: 3
  label_name_length_limit: 4
  label_value_length_limit: 5
  authorization: {type: " Token ", credentials_file: secrets/token}
  tls_config: {ca_file: /ca.crt, cert_file: c.crt, key_file: ./c.key, server_name: x, insecure_skip_verify: true}
  proxy_url: http://proxy:3128
  follow_redirects: false
  enable_http2: false
`);
  expect(config).toMatchObject({
    honorLabels: true,
    honorTimestamps: false,
    params: { module: ['a', 'b'], n: ['1'], none: [] },
    intervalMs: 5000,
    timeoutMs: 2500,
    metricsPath: '/probe',
    scheme: 'https',
    limits: {
      samples: 1000,
      bodyBytes: 1_572_864,
      labels: 3,
      labelNameLength: 4,
      labelValueLength: 5,
      targets: 2,
    },
    access: {
      authorization: { type: 'Token', credentialsFile: '/etc/prom/secrets/token' },
      tls: {
        caFile: '/ca.crt',
        certFile: '/etc/prom/c.crt',
        keyFile: '/etc/prom/c.key',
        serverName: 'x',
        insecureSkipVerify: true,
      },
      proxyUrl: 'http://proxy:3128/',
      followRedirects: false,
    },
  });
});

describe('times', () => {
  const f = (name: string, global: string, yaml: string, intervalMs: number, timeoutMs: number) =>
    test(name, () => expect(job(yaml, global)).toMatchObject({ intervalMs, timeoutMs }));
  f('of global', 'global: {scrape_interval: 30s, scrape_timeout: 3s}\n', '', 30_000, 3000);
  f('a short interval cuts the default timeout', 'global: {scrape_interval: 5s}\n', '', 5000, 5000);
  f(
    'a job cuts the timeout of global',
    'global: {scrape_timeout: 20s}\n',
    '  scrape_interval: 3s\n',
    3000,
    3000,
  );
  f('0 is none', 'global: {scrape_interval: 0}\n', '  scrape_timeout: 0s\n', 60_000, 10_000);
  f(
    'a longer interval keeps the timeout',
    'global: {scrape_interval: 5s}\n',
    '  scrape_interval: 1m\n',
    60_000,
    5000,
  );
});

test('limits of global hold where a job has none', () => {
  const { limits } = job(
    '  sample_limit: 7\n  label_limit: 0\n',
    'global: {sample_limit: 1, label_limit: 2, target_limit: 3}\n',
  );
  expect(limits).toMatchObject({ samples: 7, labels: 2, targets: 3 });
});

describe('discovery', () => {
  const { discovery } = job(`
  static_configs:
  - targets: ["h:1", "[::1]:2"]
    labels: {a: b, port: 80, dotted.name: x, none: }
  - labels: {c: d}
  file_sd_configs:
  - files: [targets/*.json, /abs/t.yml, ../x.YAML]
    refresh_interval: 30s
  http_sd_configs:
  - url: http://sd:1/x?y=z
    basic_auth: {username: u, password: p}
  - url: https://sd/
    refresh_interval: 1h
    follow_redirects: no
`);

  test('files are found from the folder of the configuration', () => {
    expect(discovery[0]).toEqual({
      kind: 'file',
      files: ['/etc/prom/targets/*.json', '/abs/t.yml', '/etc/x.YAML'],
      refreshMs: 30_000,
    });
  });

  test('servers are asked in their own way', () => {
    expect(discovery.slice(1, 3)).toEqual([
      {
        kind: 'http',
        url: 'http://sd:1/x?y=z',
        refreshMs: 60_000,
        access: { basicAuth: { username: 'u', password: 'p' }, followRedirects: true },
      },
      { kind: 'http', url: 'https://sd/', refreshMs: 3_600_000, access: { followRedirects: false } },
    ]);
  });

  test('groups of the file are one source', () => {
    const labels = { a: 'b', port: '80', 'dotted.name': 'x', none: '' };
    expect(discovery.slice(3)).toEqual([
      {
        kind: 'static',
        groups: [
          { targets: ['h:1', '[::1]:2'], labels },
          { targets: [], labels: { c: 'd' } },
        ],
      },
    ]);
  });
});

describe('access', () => {
  const f = (yaml: string, expected: object) =>
    test(yaml, () => expect(job(`  ${yaml}\n`).access).toEqual({ followRedirects: true, ...expected }));
  f('basic_auth: {username: u, password_file: p}', {
    basicAuth: { username: 'u', passwordFile: '/etc/prom/p' },
  });
  f('basic_auth: {}', { basicAuth: { username: '' } });
  f('basic_auth:', {});
  f('authorization: {credentials: x}', { authorization: { type: 'Bearer', credentials: 'x' } });
  f('bearer_token: x', { authorization: { type: 'Bearer', credentials: 'x' } });
  f('bearer_token_file: x', { authorization: { type: 'Bearer', credentialsFile: '/etc/prom/x' } });
  f('tls_config: {min_version: TLS12, max_version: TLS13}', { tls: { insecureSkipVerify: false } });
  f('tls_config: {ca_file: ""}', { tls: { insecureSkipVerify: false } });
  f('proxy_url: http://u:p@proxy:1', { proxyUrl: 'http://u:p@proxy:1/' });
  f('proxy_url:', {});
});

describe('rules', () => {
  const rules = (yaml: string) =>
    job(`  metric_relabel_configs:\n  - ${yaml}\n`).metricRelabelConfigs.map(({ regex, ...rule }) => ({
      ...rule,
      regex: regex.source,
    }));
  const f = (yaml: string, expected: object) =>
    test(yaml, () => expect(rules(yaml)).toMatchObject([expected]));
  f('target_label: a', {
    action: 'replace',
    sourceLabels: [],
    separator: ';',
    regex: '(.*)',
    modulus: 0,
    targetLabel: 'a',
    replacement: '$1',
  });
  f('{action: KeepEqual, source_labels: [a, b], target_label: c}', {
    action: 'keepequal',
    sourceLabels: ['a', 'b'],
  });
  f('{regex: , separator: , replacement: , target_label: a}', { regex: '', separator: '', replacement: '' });
  f('{action: keep, regex: 200}', { regex: '200' });
  f('{action: hashmod, target_label: a, modulus: 9007199254740991}', { modulus: Number.MAX_SAFE_INTEGER });
  f('{action: labeldrop, regex: a, separator: ";", replacement: $1}', { action: 'labeldrop' });
  f('{target_label: a.$1}', { targetLabel: 'a.$1' });
});

describe('YAML', () => {
  test('anchors and merges; what is written out counts more', () => {
    const { scrapeConfigs } = parse(`
scrape_configs:
- &first
  job_name: a
  scrape_interval: 5s
  metrics_path: /x
- <<: *first
  job_name: b
- job_name: c
  metrics_path: /y
  <<: [{scrape_interval: 7s}, *first]
`);
    const seen = scrapeConfigs.map(({ jobName, intervalMs, metricsPath }) => [
      jobName,
      intervalMs,
      metricsPath,
    ]);
    expect(seen).toEqual([
      ['a', 5000, '/x'],
      ['b', 5000, '/x'],
      ['c', 7000, '/y'],
    ]);
  });

  test('an empty file is one without jobs', () => {
    expect(parse('')).toMatchObject({ scrapeConfigs: [], warnings: [], global: { intervalMs: 60_000 } });
    expect(parse('# nothing\nglobal:\nscrape_configs:\n').scrapeConfigs).toEqual([]);
  });

  test('numbers and words are text where text is wanted', () => {
    const { scrapeConfigs } = parse('scrape_configs:\n- job_name: 007\n- job_name: yes\n');
    expect(scrapeConfigs.map(({ jobName }) => jobName)).toEqual(['007', 'yes']);
  });
});

test('what does not change what is scraped is told, with its line', () => {
  const { warnings } = parse(`global:
  external_labels: {a: b, zone: "$ZONE"}
  query_log_file: q.log
  scrape_protocols: [PrometheusText0.0.4]
rule_files: [a.yml]
alerting:
  alertmanagers: []
remote_write: [{url: http://x}]
remote_read: []
storage: {tsdb: {out_of_order_time_window: 30m}}
tracing: {}
otlp: {}
runtime: {gogc: 50}
`);
  expect(warnings).toEqual([
    'line 2: external label zone keeps its $: variables are not put in',
    'line 3: query_log_file is ignored: queries are not logged',
    'line 4: scrape_protocols is ignored: targets are asked for OpenMetrics, else text',
    'line 5: rule_files is ignored: rules are not evaluated',
    'line 6: alerting is ignored: no alerts are sent',
    'line 8: remote_write is ignored: samples are not sent on',
    'line 9: remote_read is ignored: queries see what is stored here',
    'line 10: storage is ignored: the store is set by flags',
    'line 11: tracing is ignored: there are no traces',
    'line 12: otlp is ignored: OTLP is not received',
    'line 13: runtime is ignored: it tunes the runtime of Go',
  ]);
});

test('variables are not put in', () => {
  const { global } = parse('global: {external_labels: {home: "${HOME}", path: $PATH}}\n');
  expect(global.externalLabels).toEqual({ home: '${HOME}', path: '$PATH' });
});

describe('a file', () => {
  let dir: TempDir;
  beforeAll(async () => {
    dir = await tempDir('config');
  });
  afterAll(() => dir.remove());

  const refusal = (path: string) => readConfigFile(path).catch((error: Error) => error.message);

  test('is named with its fault', async () => {
    const path = join(dir.path, 'a.yml');
    await writeFile(path, 'global: 1\n');
    expect(await refusal(path)).toBe(`cannot use configuration ${path}: line 1: global is no map of fields`);
  });

  test('that cannot be read is refused', async () => {
    expect(await refusal(join(dir.path, 'none'))).toBe(
      `cannot use configuration ${dir.path}/none: there is no such file`,
    );
    // The words of every other file, also for one that this user may not read.
    const below = join(dir.path, 'a.yml', 'below');
    expect(await refusal(below)).toBe(`cannot use configuration ${below}: there is no such file`);
    expect(await refusal(dir.path)).toBe(`cannot use configuration ${dir.path}: it is no regular file`);
    const [large, binary] = [join(dir.path, 'large'), join(dir.path, 'binary')];
    await writeFile(large, Buffer.alloc(16 * 2 ** 20 + 1, '#'));
    expect(await refusal(large)).toBe(`cannot use configuration ${large}: it is larger than 16MB`);
    await writeFile(binary, Buffer.from([0xff, 0xfe]));
    expect(await refusal(binary)).toBe(`cannot use configuration ${binary}: it is no text in UTF-8`);
  });

  test('in another folder has its paths there', async () => {
    await mkdir(join(dir.path, 'sub'));
    const path = join(dir.path, 'sub', 'p.yml');
    await writeFile(path, 'scrape_configs: [{job_name: a, file_sd_configs: [{files: ["*.json"]}]}]');
    const { scrapeConfigs } = await readConfigFile(path);
    expect(scrapeConfigs[0]?.discovery).toMatchObject([{ files: [join(dir.path, 'sub', '*.json')] }]);
  });
});

describe('the text', () => {
  const SECRETS = `global: {external_labels: {a: b}, sample_limit: 9}
alerting: {alertmanagers: [{basic_auth: {username: u, password: hunter2}}]}
scrape_configs:
- job_name: a # hunter2
  basic_auth: {username: u, password: hunter2}
  proxy_url: http://u:hunter2@proxy:1
  tls_config: {ca_file: ca, insecure_skip_verify: true}
  params: {a: [b]}
  body_size_limit: 10MB
  metric_relabel_configs:
  - {action: keepequal, source_labels: [a], target_label: b}
  - {action: labeldrop, regex: x}
  - {action: hashmod, source_labels: [a], target_label: b, modulus: 7, separator: ''}
  - {regex: '', replacement: '', target_label: y}
- job_name: b
  authorization: {credentials: hunter2}
  static_configs: [{targets: ['a:1'], labels: {x: 'yes', y: '1'}}, {targets: [b]}]
  file_sd_configs: [{files: [x.json]}]
  http_sd_configs: [{url: http://x/, bearer_token: hunter2}]
`;

  test('holds no secret', () => {
    const { text } = parse(SECRETS);
    expect(text).not.toContain('hunter2');
    expect(text.match(/<secret>/g)).toHaveLength(3);
    expect(text).toContain('proxy_url: http://u:xxxxx@proxy:1/');
  });

  test('says the same when it is read again', () => {
    const once = parse(SECRETS);
    const again = parse(once.text);
    expect(again.text).toBe(once.text);
    const open = (file: ConfigFile) =>
      JSON.stringify([file.global, file.scrapeConfigs]).replaceAll(/hunter2|xxxxx|<secret>/g, '*');
    expect(open(again)).toBe(open(once));
  });
});
