// Configuration files that are taken or refused, and where Prometheus sees it otherwise.
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: templates of Go.

/** Where promtool's verdict is the other one: in every version, or in those named. */
interface Otherwise {
  readonly why: string;
  readonly versions?: RegExp;
}

export interface Case {
  readonly name: string;
  readonly yaml: string;
  /** What we say; undefined: taken. */
  readonly message?: string;
  readonly otherwise?: Otherwise;
}

function taken(yaml: string, otherwise?: Otherwise, name = oneLine(yaml)): Case {
  return { name, yaml, ...(otherwise && { otherwise }) };
}

function refused(yaml: string, message: string, otherwise?: Otherwise, name = oneLine(yaml)): Case {
  return { name, yaml, message, ...(otherwise && { otherwise }) };
}

const oneLine = (yaml: string) => yaml.replaceAll('\n', '⏎ ').trim();
const inJob = (yaml: string) => `scrape_configs:\n- job_name: a\n  ${yaml}\n`;

/** The same for one job, whose fields begin in line 3. */
const job = (yaml: string, otherwise?: Otherwise) => taken(inJob(yaml), otherwise, oneLine(yaml));
const faulty = (yaml: string, message: string, otherwise?: Otherwise) =>
  refused(inJob(yaml), message, otherwise, oneLine(yaml));
const rule = (yaml: string, otherwise?: Otherwise) => job(`relabel_configs: [{${yaml}}]`, otherwise);
const faultyRule = (yaml: string, message: string, otherwise?: Otherwise) =>
  faulty(`relabel_configs: [{${yaml}}]`, `line 3: ${message}`, otherwise);

const ONLY_2 = (why: string): Otherwise => ({ why, versions: /^2\./ });
const NAMES_2 = ONLY_2('2.x takes only names of letters, digits and _');
const NEWER = ONLY_2('newer than 2.42');
const YAML_2_FLOAT: Otherwise = {
  why: 'its YAML makes whole numbers of 10.0, 0x10 and 010, which is a surprise',
};
const NOT_HERE: Otherwise = { why: 'Prometheus can, we cannot, and say so' };
const NO_DEFAULT: Otherwise = { why: 'an interval of 0 would end Prometheus when it starts' };

/** Taken. */
export const TAKEN: readonly Case[] = [
  taken(''),
  taken('# nothing\n'),
  taken('global:\nscrape_configs:\n'),
  taken('global: {}\n'),
  taken('global: {scrape_interval: 5s, scrape_timeout: 5s, evaluation_interval: 1m}\n'),
  taken('global: {external_labels: {a: b, c: "$X"}}\n'),
  taken('global: {external_labels: {a.b: c}}\n', NAMES_2),
  taken('global: {sample_limit: 1, target_limit: 2, label_limit: 3, body_size_limit: 1MB}\n', NEWER),
  taken('global: {metric_name_validation_scheme: utf8}\n', NEWER),
  taken('global: {query_log_file: x}\n'),
  taken('rule_files: []\nalerting: {}\nremote_write: []\nremote_read: []\nstorage: {}\n'),
  taken('otlp: {}\nruntime: {gogc: 50}\n', NEWER),
  job('scrape_interval: 0'),
  job('scrape_interval: 1m30s'),
  job("scrape_interval: '15s'"),
  job('scrape_timeout: 1m'),
  job('honor_labels: y'),
  job('honor_labels: YES'),
  job('honor_labels: Off'),
  job('honor_timestamps:'),
  job('sample_limit: 1_000'),
  job('sample_limit: 0'),
  job('body_size_limit: 0'),
  job('body_size_limit: 1.5MB'),
  job('body_size_limit: 1KiB500B'),
  job('body_size_limit: 1TB'),
  job('metrics_path: ""'),
  job('metrics_path:'),
  job('scheme: https'),
  job('params: {a: [b, 1], c: }'),
  job('static_configs: [{targets: [a, "b:1", "[::1]:2"], labels: {x: y, z: }}]'),
  job('static_configs: [{}]'),
  job('static_configs: [{labels: {a: b}}]'),
  job('static_configs: [{targets: }]'),
  job('static_configs: [{targets: [a], labels: {x.y: z}}]', NAMES_2),
  job('file_sd_configs: [{files: [a.json, "b/*.yml", "c*.YAML"], refresh_interval: 30s}]'),
  job('http_sd_configs: [{url: "http://x:1/y?z", refresh_interval: 5s, proxy_url: "http://p:1"}]'),
  job('basic_auth: {username: a, password: b}'),
  job('basic_auth:'),
  job('basic_auth: {}'),
  job('authorization: {credentials: x}'),
  job('authorization: {type: Token}'),
  job('bearer_token: x'),
  job('tls_config: {insecure_skip_verify: true, server_name: x, min_version: TLS12}'),
  job('tls_config: {max_version: TLS13}'),
  job('proxy_url: http://u:p@x:1'),
  job('follow_redirects: false'),
  job('enable_http2: false'),
  job('enable_compression: true', NEWER),
  job('track_timestamps_staleness: false', NEWER),
  job('always_scrape_classic_histograms: true', NEWER),
  rule('target_label: a'),
  rule('regex: , replacement: x, target_label: a'),
  rule('separator: , target_label: a'),
  rule('action: KEEP, source_labels: [a], regex: b'),
  rule('action: keep, regex: true'),
  rule('action: keepequal, source_labels: [a], target_label: b, separator: ";"'),
  rule('action: labeldrop, regex: a, target_label: ""'),
  rule('action: labelmap, regex: "a(.*)"'),
  rule('action: hashmod, source_labels: [a], target_label: b, modulus: 8'),
  rule('action: lowercase, source_labels: [a], target_label: b'),
  rule('target_label: "a${1}b"'),
  rule('target_label: "a-$1"', NAMES_2),
  rule('target_label: a.b', NAMES_2),
  rule('source_labels: [a.b], target_label: a', NAMES_2),
  job('static_configs: [{targets: [a]}]\n  relabel_configs: [{target_label: a, replacement: b}]'),
  taken('scrape_configs:\n- &a\n  job_name: a\n- <<: *a\n  job_name: b\n'),
  taken('scrape_configs:\n- &a\n  job_name: a\n- job_name: b\n  <<: *a\n', {
    why: 'its YAML lets what is merged in later count more than what is written out',
  }),
  job('scrape_failure_log_file: ', NEWER),
];

/** Refused, with what we say. */
export const REFUSED: readonly Case[] = [
  refused('- a\n', 'line 1: the file is no map of fields'),
  refused(
    'a: [\n',
    'line 2: Flow sequence in block collection must be sufficiently indented and end with a ]',
  ),
  refused('scrape_configs:\n\t- job_name: a\n', 'line 2: Tabs are not allowed as indentation'),
  refused('global: {}\n---\nx: 1\n', 'line 2: a second document begins', {
    why: 'it reads the first document only',
  }),
  refused('global: {}\nglobal: {}\n', 'line 2: Map keys must be unique'),
  refused('x: 1\n', 'line 1: unknown field "x"'),
  refused(
    'global: {}\nscrape_config: []\n',
    'line 2: unknown field "scrape_config" (did you mean scrape_configs?)',
  ),
  refused('scrape_configs: {}\n', 'line 1: scrape_configs is no list'),
  refused('scrape_configs: [1]\n', 'line 1: scrape_configs is no map of fields'),
  refused('scrape_configs:\n-\n', 'line 2: a job has no job_name'),
  refused('scrape_configs:\n- job_name: ""\n', 'line 2: a job has no job_name'),
  refused('scrape_configs:\n- metrics_path: /x\n', 'line 2: a job has no job_name'),
  refused('scrape_configs:\n- job_name: [a]\n', 'line 2: job_name is no text'),
  refused(
    'scrape_configs:\n- job_name: a\n- job_name: b\n- job_name: a\n',
    'line 4: job "a" is there already, in line 2',
  ),
  refused(
    'scrape_config_files: [x.yml]\n',
    'line 1: scrape_config_files is not supported; write the jobs into scrape_configs',
    {
      ...NOT_HERE,
      versions: /^3\./,
    },
  ),
  refused(
    'scrape_configs: [{job_name: *x}]\n',
    'line 1: an alias names an anchor that does not stand above it',
  ),

  refused(
    'global: {scrape_intervall: 5s}\n',
    'line 1: unknown field "scrape_intervall" (did you mean scrape_interval?)',
  ),
  refused(
    'global: {scrape_interval: 5s, scrape_timeout: 6s}\n',
    'line 1: scrape_timeout is longer than scrape_interval',
  ),
  refused('global: {external_labels: {"": b}}\n', 'line 1: external_labels has a label without a name'),
  refused('global: {external_labels: [a]}\n', 'line 1: external_labels is no map of fields'),
  refused(
    'global: {metric_name_validation_scheme: legacy}\n',
    'line 1: metric_name_validation_scheme "legacy" is not supported; names are UTF-8',
    {
      ...NOT_HERE,
      versions: /^3\./,
    },
  ),

  faulty('scrape_interval: 15', 'line 3: scrape_interval is "15", no duration; write e.g. 30s or 1m30s'),
  faulty('scrape_interval: fast', 'line 3: scrape_interval is "fast", no duration; write e.g. 30s or 1m30s'),
  faulty('scrape_interval: 1.5s', 'line 3: scrape_interval is "1.5s", no duration; write e.g. 30s or 1m30s'),
  faulty('scrape_interval: 400y', 'line 3: scrape_interval is "400y", too long'),
  faulty('scrape_timeout: 61s', 'line 2: job "a" has a scrape_timeout longer than its scrape_interval'),
  faulty('honor_labels: maybe', 'line 3: honor_labels is neither true nor false'),
  faulty('honor_labels: "true"', 'line 3: honor_labels is neither true nor false'),
  faulty('honor_labels: yEs', 'line 3: honor_labels is neither true nor false'),
  faulty('sample_limit: -1', 'line 3: sample_limit is no whole number from 0 on'),
  faulty('sample_limit: "10"', 'line 3: sample_limit is no whole number from 0 on'),
  faulty('sample_limit: 99999999999999999999', 'line 3: sample_limit is no whole number from 0 on'),
  faulty('sample_limit: 10.0', 'line 3: sample_limit is no whole number from 0 on', YAML_2_FLOAT),
  faulty('sample_limit: 010', 'line 3: sample_limit is no whole number from 0 on', YAML_2_FLOAT),
  faulty('body_size_limit: 100', 'line 3: body_size_limit is "100", no size; write e.g. 10MB'),
  faulty('body_size_limit: 1kB', 'line 3: body_size_limit is "1kB", no size; write e.g. 10MB'),
  faulty('body_size_limit: -1MB', 'line 3: body_size_limit is "-1MB", no size; write e.g. 10MB', {
    why: 'less than nothing fits into no answer',
  }),
  faulty('scheme: ftp', 'line 3: scheme is "ftp"; it is one of http, https', {
    why: 'it drops every target of the job instead',
  }),
  faulty('params: {a: b}', 'line 3: a is no list'),
  faulty('params: [a]', 'line 3: params is no map of fields'),
  faulty('static_configs: {targets: [a]}', 'line 3: static_configs is no list'),
  faulty('static_configs: [~]', 'line 3: static_configs has an empty entry'),
  faulty('static_configs: [{targets: a}]', 'line 3: targets is no list'),
  faulty('static_configs: [{target: [a]}]', 'line 3: unknown field "target" (did you mean targets?)'),
  faulty('static_configs: [{targets: [""]}]', 'line 3: targets has an entry without an address'),
  faulty('static_configs: [{targets: ["http://a:1"]}]', 'line 2: target "http://a:1" is no host:port'),
  faulty('static_configs: [{targets: [a], labels: {"": b}}]', 'line 3: labels has a label without a name'),
  faulty('static_configs: [{targets: [a], labels: {x: [y]}}]', 'line 3: x is no text'),
  faulty('file_sd_configs: [{}]', 'line 3: file_sd_configs names no files'),
  faulty('file_sd_configs: [{files: []}]', 'line 3: file_sd_configs names no files'),
  faulty(
    'file_sd_configs: [{files: [a/*/b.json]}]',
    'line 3: file "a/*/b.json" is not valid for file discovery; it ends in .json, .yml or .yaml, and only its last part has a *',
  ),
  faulty(
    'file_sd_configs: [{files: [targets.txt]}]',
    'line 3: file "targets.txt" is not valid for file discovery; it ends in .json, .yml or .yaml, and only its last part has a *',
  ),
  faulty(
    'file_sd_configs: [{files: [a.json], refresh_interval: 0s}]',
    'line 3: refresh_interval is 0; it must be above it',
    NO_DEFAULT,
  ),
  faulty('http_sd_configs: [{refresh_interval: 5s}]', 'line 3: http_sd_configs has no url'),
  faulty(
    'http_sd_configs: [{url: "ftp://x"}]',
    'line 3: url begins with ftp:; http: and https: are understood',
  ),
  faulty(
    'http_sd_configs: [{url: /x}]',
    'line 3: url is no URL; write e.g. http://inventory.example.com/sensors',
  ),
  faulty(
    'http_sd_configs: [{url: "http://u:hunter2@x"}]',
    'line 3: url holds a user name or password; URLs end up in logs, so none is taken there',
    { why: 'it shows the password wherever it shows the URL' },
  ),
  faulty(
    'dns_sd_configs: [{names: [x]}]',
    'line 3: dns_sd_configs is not supported; use file_sd_configs or http_sd_configs',
    NOT_HERE,
  ),

  faulty('basic_auth: hunter2', 'line 3: basic_auth is no map of fields'),
  faulty('basic_auth: {user: a}', 'line 3: unknown field "user"'),
  faulty(
    'basic_auth: {username: a, password: hunter2, password_file: x}',
    'line 3: basic_auth has both password and password_file; keep one',
  ),
  faulty(
    'basic_auth: {username_file: x}',
    'line 3: username_file is not supported; write the user name in username',
    {
      ...NOT_HERE,
      versions: /^3\./,
    },
  ),
  faulty(
    'basic_auth: {username: a}\n  authorization: {credentials: hunter2}',
    'line 2: job "a" has both basic_auth and authorization; keep one',
  ),
  faulty(
    'bearer_token: hunter2\n  bearer_token_file: x',
    'line 2: job "a" has both bearer_token and bearer_token_file; keep one',
  ),
  faulty('authorization: {type: " basic "}', 'line 3: type cannot be Basic; use basic_auth'),
  faulty(
    'authorization: {credentials: hunter2, credentials_file: x}',
    'line 3: authorization has both credentials and credentials_file; keep one',
  ),
  faulty(
    'oauth2: {client_id: a, client_secret: b, token_url: "http://x"}',
    'line 3: oauth2 is not supported; use basic_auth or authorization',
    NOT_HERE,
  ),
  faulty('tls_config: {cert_file: x}', 'line 3: tls_config has a cert_file but no key_file'),
  faulty('tls_config: {key_file: x}', 'line 3: tls_config has a key_file but no cert_file'),
  faulty(
    'tls_config: {min_version: TLS11}',
    'line 3: min_version "TLS11" is not supported; TLS 1.2 and 1.3 are spoken',
    NOT_HERE,
  ),
  faulty(
    'tls_config: {min_version: SSL3}',
    'line 3: min_version is "SSL3"; it is one of TLS10, TLS11, TLS12, TLS13',
  ),
  faulty('tls_config: {insecure: true}', 'line 3: unknown field "insecure"'),
  faulty('proxy_url: x', 'line 3: proxy_url is no URL of a proxy; write e.g. http://proxy.example.com:3128', {
    why: 'it finds that out with each scrape',
  }),
  faulty(
    'proxy_url: http://u:50%@x:1',
    'line 3: proxy_url has a user or password with a % that begins no escape; write %25 for it',
  ),
  faulty(
    'proxy_url: socks5://x:1',
    'line 3: proxy_url is no URL of a proxy; write e.g. http://proxy.example.com:3128',
    NOT_HERE,
  ),
  faulty(
    'fallback_scrape_protocol: PrometheusText0.0.4',
    'line 3: fallback_scrape_protocol is not supported; an answer says in its Content-Type what it is',
    {
      ...NOT_HERE,
      versions: /^3\./,
    },
  ),
  faulty(
    'enable_compression: false',
    'line 3: enable_compression false is not supported; answers are asked for in gzip',
    {
      ...NOT_HERE,
      versions: /^3\./,
    },
  ),
  faulty(
    'keep_dropped_targets: 5',
    'line 3: keep_dropped_targets is not supported; the list of dropped targets is bounded anyway',
    {
      ...NOT_HERE,
      versions: /^3\./,
    },
  ),
  faulty('job_nam: b', 'line 3: unknown field "job_nam" (did you mean job_name?)'),

  faulty('relabel_configs: {}', 'line 3: relabel_configs is no list'),
  faulty('relabel_configs: [~]', 'line 3: action replace needs a target_label'),
  faultyRule('source_labels: [a]', 'action replace needs a target_label'),
  faultyRule('source_labels: a, target_label: b', 'source_labels is no list'),
  faultyRule('source_labels: [""], target_label: b', 'source_labels has an empty name'),
  faultyRule(
    'action: replase, target_label: a',
    'action is "replase"; it is one of replace, keep, drop, keepequal, dropequal, hashmod, labelmap, labeldrop, labelkeep, lowercase, uppercase',
  ),
  faultyRule('action: , target_label: a', 'action has no value'),
  faultyRule('action: keep, regex: "("', 'error parsing regexp: missing closing ): `^(?s:()$`'),
  faultyRule(
    'action: keep, regex: "(?=a)"',
    'error parsing regexp: invalid or unsupported Perl syntax: `(?=`',
  ),
  faultyRule('action: hashmod, target_label: a', 'action hashmod needs a modulus above 0'),
  faultyRule('action: hashmod, modulus: 8', 'action hashmod needs a target_label'),
  faultyRule(
    'action: hashmod, target_label: a, modulus: 18446744073709551615',
    'modulus is no whole number from 0 on',
    {
      why: 'numbers are exact up to 2^53 here',
    },
  ),
  faultyRule('action: labelmap, replacement: ""', 'action labelmap needs a replacement that is not empty'),
  faultyRule('action: keepequal, target_label: a, regex: (.*)', 'action keepequal takes no regex'),
  faultyRule('action: dropequal, target_label: a, separator: "-"', 'action dropequal takes no separator'),
  faultyRule('action: keepequal', 'action keepequal needs a target_label'),
  faultyRule('action: labeldrop, regex: a, source_labels: []', 'action labeldrop takes no source_labels'),
  faultyRule('action: labelkeep, regex: a, target_label: b', 'action labelkeep takes no target_label'),
  faultyRule('action: lowercase, target_label: a, replacement: x', 'action lowercase takes no replacement'),
  faultyRule('action: uppercase', 'action uppercase needs a target_label'),
  faultyRule('target_labl: a', 'unknown field "target_labl" (did you mean target_label?)'),
];
