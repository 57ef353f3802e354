// What Prometheus does with a target, one row for each sentence: what the target answers, and what is then stored.

import { gzipSync } from 'node:zlib';
import { type Answer, body, TEXT } from './misbehaving-target.ts';

export interface TableRow {
  /** Also the job's name. */
  readonly name: string;
  readonly sentence: string;
  /** One for each scrape; the last again and again. */
  readonly answers: readonly Answer[];
  /** Fields of the job. */
  readonly job?: string;
  /**
   * What is visible at the time of each scrape: `up scraped/kept+added series…`. Where Prometheus 2.42 is known to differ
   * from 3.x, what it stores stands in `old`.
   */
  readonly stored: readonly string[];
  readonly old?: readonly string[];
  /** Where we differ from Prometheus on purpose: what we store, and why. */
  readonly ours?: readonly string[];
  readonly why?: string;
}

const OK = body('a 1\nb 2\n');
const TWO = '1 2/2+2 a=1 b=2';
const AGAIN = '1 2/2+0 a=1 b=2';
const DOWN = '0 0/0+0';

const status = (code: number, headers: Record<string, string> = {}) => body('a 1\nb 2\n', headers, code);
const bad = (name: string, sentence: string, answer: Answer, job = ''): TableRow => ({
  name,
  sentence: `A failed scrape is up 0, with stale markers for all its series: ${sentence}`,
  answers: [OK, answer, OK],
  job,
  stored: [TWO, DOWN, AGAIN],
});

const gzip = (text: string | Buffer) => body(gzipSync(text), { 'content-encoding': 'gzip' });
const spaces = Buffer.alloc(2 ** 20, `${'#'.repeat(63)}\n`);

const reset: Answer = ({ socket }) => socket.resetAndDestroy();
const hang: Answer = () => {};
const drip: Answer = (_, response) => {
  response.writeHead(200, { 'content-type': TEXT });
  const every = setInterval(() => response.write('#'), 50);
  response.on('close', () => clearInterval(every));
};
const cut: Answer = (_, response) => {
  response.writeHead(200, { 'content-type': TEXT, 'content-length': '100' });
  response.write('a 1\nb 2\n', () => response.destroy());
};
const endless: Answer = (_, response) => {
  response.writeHead(200, { 'content-type': TEXT });
  const more = () => {
    while (!response.destroyed && response.write(spaces));
  };
  response.on('drain', more);
  more();
};
const bomb = gzip(Buffer.alloc(64 * 2 ** 20, '\n'));
const noise = Buffer.from(Array.from({ length: 4096 }, (_, i) => (200 + i * 167 + (i >> 3) * 31) & 255));
const ago = (ms: number) => Date.now() - ms;

export const TABLE: readonly TableRow[] = [
  {
    name: 'always_written',
    sentence: 'Always written: up, scrape_duration_seconds and the three counts of samples',
    answers: [body('')],
    stored: ['1 0/0+0', '1 0/0+0'],
  },
  {
    name: 'plain',
    sentence: 'Job and instance default as Prometheus does',
    answers: [OK],
    stored: [TWO, AGAIN],
  },
  ...[204, 206, 400, 404, 500, 503].map((code) =>
    bad(`status_${code}`, `only 200 is success, not ${code}`, status(code)),
  ),
  bad('redirect_nowhere', 'a redirect that names no place', status(302)),
  bad(
    'redirect_not_followed',
    'follow_redirects: false',
    status(302, { location: '/moved' }),
    'follow_redirects: false',
  ),
  {
    name: 'redirect_followed',
    sentence: 'Redirects are followed',
    answers: [status(302, { location: '/moved' })],
    stored: ['1 1/1+1 moved=1'],
  },
  bad('redirect_endless', 'redirects that do not end', status(307, { location: '/again' })),
  {
    name: 'reset',
    // A connection that was kept is tried again on a new one, as Go's client does.
    sentence: 'A failed scrape is up 0: the connection is reset',
    answers: [OK, reset, reset, OK],
    stored: [TWO, DOWN, AGAIN],
  },
  bad('hang', 'no answer within the timeout', hang, 'scrape_timeout: 1s'),
  bad(
    'drip',
    'an answer that does not end within the timeout: it covers the whole scrape',
    drip,
    'scrape_timeout: 1s',
  ),
  bad('cut', 'the body ends before its length', cut),
  bad('html', 'a page of HTML', body('<!doctype html><p>log in</p>', { 'content-type': 'text/html' })),
  bad('html_as_text', 'a page of HTML that calls itself text', body('<!doctype html><p>log in</p>')),
  bad('noise', 'binary noise', body(noise)),
  bad('bad_gzip', 'gzip that is none', body('a 1\n', { 'content-encoding': 'gzip' })),
  bad(
    'cut_gzip',
    'gzip that is cut',
    body(gzipSync('a 1\n').subarray(0, 15), { 'content-encoding': 'gzip' }),
  ),
  bad('gzip_bomb', 'body_size_limit counts decompressed bytes', bomb, 'body_size_limit: 1MB'),
  bad('endless', 'body_size_limit bounds an endless body', endless, 'body_size_limit: 1MB'),
  bad('body_size_limit', 'body_size_limit', body(`a 1\nb 2\n${'#'.repeat(100)}\n`), 'body_size_limit: 100B'),
  {
    name: 'body_size_exact',
    sentence: 'A body of exactly body_size_limit is too large, one byte less is not',
    answers: [body('a 1\nb 2\n'), body('a 1\nb 2'), gzip('a 1\nb 2\n')],
    job: 'body_size_limit: 8B',
    stored: [DOWN, TWO, DOWN],
  },
  { name: 'gzip', sentence: 'Accept-Encoding is gzip', answers: [gzip('a 1\nb 2\n')], stored: [TWO] },
  {
    name: 'blank_type',
    sentence: '3.x fails a blank Content-Type',
    answers: [body('a 1\nb 2\n', { 'content-type': '' })],
    stored: [DOWN],
    old: [TWO],
  },
  {
    name: 'unknown_type',
    sentence: '3.x fails an unknown Content-Type',
    answers: [body('a 1\nb 2\n', { 'content-type': 'application/json' })],
    stored: [DOWN],
    old: [TWO],
  },
  {
    name: 'open_metrics',
    sentence: 'OpenMetrics is read as such',
    answers: [
      body('# TYPE a counter\na_total 1\n# EOF\n', {
        'content-type': 'application/openmetrics-text; version=1.0.0',
      }),
    ],
    stored: ['1 1/1+1 a_total=1'],
  },
  {
    name: 'open_metrics_no_end',
    sentence: 'OpenMetrics without its end is refused',
    answers: [
      body('# TYPE a counter\na_total 1\n', {
        'content-type': 'application/openmetrics-text; version=1.0.0',
      }),
    ],
    stored: ['0 1/1+1', '0 1/1+0'],
    ours: [DOWN, DOWN],
    why: 'here the end is looked for before any sample is counted',
  },
  {
    name: 'parse_error',
    sentence: 'A parse error rolls the whole scrape back',
    answers: [OK, body('{{{\na 1\n'), OK],
    stored: [TWO, DOWN, AGAIN],
  },
  {
    name: 'parse_error_late',
    sentence: 'A parse error rolls the whole scrape back, also what stood before it',
    answers: [body('c 1\n'), body('a 1\nb 2\n}\n'), body('c 1\n')],
    stored: ['1 1/1+1 c=1', '0 2/2+2', '1 1/1+0 c=1'],
  },
  {
    name: 'parse_error_seen',
    sentence: 'A failed scrape: stale markers for all its series',
    answers: [OK, body('a 1\n}\n'), OK],
    stored: [TWO, '0 1/1+0 a=1', AGAIN],
    ours: [TWO, '0 1/1+0', AGAIN],
    why: 'Prometheus leaves out the markers of series that stood before the fault',
  },
  {
    name: 'sample_limit',
    sentence: 'sample_limit rolls the whole scrape back',
    answers: [body('c 1\n'), body('a 1\nb 2\nc 3\n'), body('c 1\n')],
    job: 'sample_limit: 2',
    stored: ['1 1/1+1 c=1', '0 3/3+2', '1 1/1+0 c=1'],
  },
  {
    name: 'sample_limit_relabelled',
    sentence: 'sample_limit counts after relabelling',
    answers: [body('a 1\nb 2\nc 3\n')],
    job: 'sample_limit: 2\n    metric_relabel_configs: [{source_labels: [__name__], regex: c, action: drop}]',
    stored: ['1 3/2+2 a=1 b=2', '1 3/2+0 a=1 b=2'],
  },
  {
    name: 'label_limit',
    sentence: 'label_limit fails the scrape; the labels of the target count',
    answers: [body('a 1\nb{x="1"} 2\n')],
    job: 'label_limit: 3',
    stored: ['0 2/1+1'],
  },
  {
    name: 'label_name_length_limit',
    sentence: 'label_name_length_limit fails the scrape',
    answers: [body('a{a_long_name="1"} 1\n')],
    job: 'label_name_length_limit: 10',
    stored: ['0 1/0+0'],
  },
  {
    name: 'label_value_length_limit',
    sentence: 'label_value_length_limit fails the scrape, counted in bytes',
    answers: [body('a{x="äöüäöüäöüäöüäöüäöü"} 1\n')],
    job: 'label_value_length_limit: 30',
    stored: ['0 1/0+0'],
  },
  {
    name: 'target_limit',
    sentence: 'Exceeding target_limit fails every target of the job',
    answers: [OK],
    job: 'target_limit: 1',
    stored: [DOWN, DOWN],
  },
  {
    name: 'vanished',
    sentence: 'A series gone between two good scrapes gets a stale marker',
    answers: [OK, body('a 1\n'), OK, body(''), OK],
    stored: [TWO, '1 1/1+0 a=1', '1 2/2+1 a=1 b=2', '1 0/0+0', AGAIN],
  },
  {
    name: 'reordered',
    sentence: 'Labels in another order are the same series',
    answers: [body('a{x="1",y="2"} 1\n'), body('a{y="2",x="1"} 2\n')],
    stored: ['1 1/1+1 a{x="1",y="2"}=1', '1 1/1+1 a{x="1",y="2"}=2', '1 1/1+0 a{x="1",y="2"}=2'],
  },
  {
    name: 'own_time',
    sentence: 'Samples with their own timestamps get no stale marker',
    answers: [body(() => `a 1 ${ago(1500)}\nb 2\n`), body(''), body(() => `a 2 ${ago(1500)}\n`)],
    stored: [TWO, '1 0/0+0 a=1', '1 1/1+0 a=2'],
  },
  {
    name: 'honor_timestamps',
    sentence: 'honor_timestamps: false stores the time of the scrape',
    answers: [body(() => `a 1 ${ago(600_000)}\n`), body('')],
    job: 'honor_timestamps: false',
    stored: ['1 1/1+1 a=1', '1 0/0+0'],
  },
  {
    name: 'future',
    sentence: 'A sample in the far future is left out, the others are not',
    answers: [body(() => `a 1 ${ago(-3_600_000)}\nb 2\n`)],
    stored: ['1 2/2+1 b=2'],
  },
  {
    name: 'twice',
    sentence: 'Of a series that stands twice the first counts',
    answers: [body('a 1\na 2\nb 3\n')],
    stored: ['1 3/3+2 a=1 b=3', '1 3/3+0 a=1 b=3'],
  },
  {
    name: 'exported',
    sentence: 'honor_labels: false: a clash becomes exported_<label>',
    answers: [body('a{job="x",instance="y"} 1\n')],
    stored: ['1 1/1+1 a{exported_instance="y",exported_job="x"}=1'],
  },
  {
    name: 'exported_twice',
    sentence: 'A clash with exported_<label> is exported once more',
    answers: [body('a{job="x",exported_job="y"} 1\n')],
    stored: ['1 1/1+1 a{exported_exported_job="x",exported_job="y"}=1'],
  },
  {
    name: 'honor_labels',
    sentence: 'honor_labels: true keeps the label of the series',
    answers: [body('a{instance="y"} 1\nb 2\n')],
    job: 'honor_labels: true',
    stored: ['1 2/2+2 a{instance="y"}=1 b=2'],
  },
  {
    name: 'empty_label',
    sentence: 'Empty labels are removed',
    answers: [body('a{x="",y="1"} 1\nb{instance=""} 2\n')],
    stored: ['1 2/2+2 a{y="1"}=1 b=2'],
  },
  {
    name: 'honor_empty_label',
    sentence: 'honor_labels: true: an empty label of the series removes the one of the target',
    answers: [body('a{instance=""} 1\n')],
    job: 'honor_labels: true',
    stored: ['1 1/1+1 a{instance=""}=1'],
  },
  {
    name: 'relabel_metrics',
    sentence: 'metric_relabel_configs rename and drop',
    answers: [body('a 1\nb 2\nc 3\n')],
    job: `metric_relabel_configs:
      - {source_labels: [__name__], regex: b, action: drop}
      - {source_labels: [__name__], regex: c, target_label: __name__, replacement: d}`,
    stored: ['1 3/2+2 a=1 d=3', '1 3/2+0 a=1 d=3'],
  },
  {
    name: 'relabel_no_name',
    sentence: 'A series without a name after relabelling fails the scrape',
    answers: [body('a 1\n')],
    job: 'metric_relabel_configs: [{regex: __name__, action: labeldrop}]',
    stored: ['0 1/0+0'],
  },
  {
    name: 'special_values',
    sentence: 'Values are stored as they are',
    answers: [body('a NaN\nb +Inf\nc -Inf\nd -0\ne 1e-320\nf 9007199254740993\n')],
    stored: ['1 6/6+6 a=NaN b=Infinity c=-Infinity d=-0 e=1e-320 f=9007199254740992'],
  },
  {
    name: 'basic_auth',
    sentence: 'Basic authentication is sent',
    answers: [({ headers }, response) => body(`a{x="${headers.authorization}"} 1\n`)({} as never, response)],
    job: 'basic_auth: {username: u, password: p}',
    stored: ['1 1/1+1 a{x="Basic dTpw"}=1'],
  },
  {
    name: 'authorization',
    sentence: 'Credentials are sent',
    answers: [({ headers }, response) => body(`a{x="${headers.authorization}"} 1\n`)({} as never, response)],
    job: 'authorization: {credentials: token}',
    stored: ['1 1/1+1 a{x="Bearer token"}=1'],
  },
  {
    name: 'params',
    sentence: 'Parameters are sent, by name',
    answers: [
      ({ url = '' }, response) => body(`a{x="${url.replace(/.*\?/, '')}"} 1\n`)({} as never, response),
    ],
    job: 'params: {"b[]": [x y, z], a: ["ä/&*~"]}',
    stored: ['1 1/1+1 a{x="a=%C3%A4%2F%26%2A~&b%5B%5D=x+y&b%5B%5D=z"}=1'],
  },
];

export const OTHERS: ReadonlyMap<string, Answer> = new Map([
  ['moved', body('moved 1\n')],
  ['again', body('', { location: '/again' }, 307)],
]);
