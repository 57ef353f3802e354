// Relabelling held against real servers: any rules, any labels; what each Prometheus makes of a target, we make too.
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: templates of Go are what is tested.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Labels } from '../../../src/model/labels.ts';
import { relabel } from '../../../src/model/relabel.ts';
import { parseConfig } from '../../../src/tsdb/config/config-file.ts';
import { requirePrometheus, startPrometheus } from '../../helpers/prometheus.ts';
import { waitFor } from '../../helpers/wait-for.ts';

interface Case {
  readonly labels: Labels;
  readonly rules: readonly object[];
}

const CASES = 400;
const ADDRESS = '127.0.0.1:9';
const NAMES = ['a', 'b', 'ab', 'zone', '__meta_os', '__tmp', 'job'];
const WORDS = ['', 'foo', 'Bar', 'foo_bar', 'a', 'b', 'host-1.example:9100', 'éÄß', 'foo;bar', '$1', '1'];
// Prometheus 2.x takes neither of these names, and its dot does not match a line end.
const ODD_WORDS = [...WORDS, 'x.y', 'a b', 'line\nline', '💡'];

const REGEXES = [
  '(.*)',
  '.*',
  '.+',
  'foo',
  'foo|a',
  '(foo|b).*',
  '(.+)[-;](.*)',
  '([^.]+)\\.?(.*)',
  '(?i)bar',
  'f(?P<name>o+)(x)?.*',
  '',
  '(.*)_bar',
  '\\$1',
];
const TEMPLATES = [
  '$1',
  '${1}x',
  '$1x',
  '$2$1',
  'static',
  '',
  '$$',
  'p-${name}',
  '$0',
  '${9}',
  'a$',
  '<$01>',
  '<$1é>',
  '$ 1',
  '${1',
];

const pick = (values: readonly string[]) => fc.constantFrom(...values);
const sources = fc.array(pick([...NAMES, '__address__', 'none']), { maxLength: 3 });

/** Any rule that leaves the target an address; `targets` are the names that rules write to. */
function rules(targets: readonly string[]): fc.Arbitrary<object> {
  const target_label = pick(targets);
  const some = fc.record({ separator: pick([';', '', '-']), regex: pick(REGEXES) }, { requiredKeys: [] });
  const plain = pick(NAMES);
  return fc
    .oneof(
      {
        arbitrary: fc.tuple(
          some,
          fc.record({ source_labels: sources, target_label, replacement: pick(TEMPLATES) }),
        ),
        weight: 5,
      },
      fc.tuple(some, fc.record({ action: pick(['keep', 'drop']), source_labels: sources })),
      fc.tuple(
        fc.record({ action: pick(['keepequal', 'dropequal']), source_labels: sources, target_label: plain }),
      ),
      fc.tuple(
        fc.record({
          action: fc.constant('hashmod'),
          source_labels: sources,
          target_label: plain,
          modulus: fc.integer({ min: 1, max: 2 ** 40 }),
        }),
      ),
      fc.tuple(
        fc.record({ action: pick(['lowercase', 'uppercase']), source_labels: sources, target_label: plain }),
      ),
      // No two names come out equal: which of them counts is chance in Prometheus 3.x.
      fc.tuple(
        fc.record({
          action: fc.constant('labelmap'),
          regex: pick(['__meta_(.+)', 'a(.*)', '(zone|job)', 'o(?P<x>.*)']),
          replacement: pick(['p_$1', 'q_${1}_r', 'r$0']),
        }),
      ),
      fc.tuple(
        fc.record({
          action: fc.constant('labeldrop'),
          regex: pick(['a.*', 'zone|b', '[^_].*', '__meta_.*']),
        }),
      ),
      fc.tuple(
        fc.record({
          action: fc.constant('labelkeep'),
          regex: pick(['__.*|a', '.*_.*|zone', '(?:__address__|__sc.*|b)']),
        }),
      ),
    )
    .map((parts) => Object.assign({}, ...parts));
}

function cases(words: readonly string[], targets: readonly string[]): fc.Arbitrary<Case> {
  return fc.record({
    labels: fc.dictionary(pick(NAMES), pick(words), { maxKeys: 5 }),
    rules: fc.array(rules(targets), { minLength: 1, maxLength: 4 }),
  });
}

// Up to the Greek ones: younger versions of Unicode added pairs to the others.
const isSettled = (text: string) => /^[\0-\u1c7f\u1e00-\u1fff]+$/.test(text);
const PAIRED = Array.from({ length: 0x2000 }, (_, code) => String.fromCodePoint(code)).filter((letter) => {
  const [upper, lower] = [letter.toUpperCase(), letter.toLowerCase()];
  return (upper !== letter || lower !== letter) && isSettled(letter + upper + lower);
});
const LETTERS: readonly Case[] = ['lowercase', 'uppercase'].map((action) => ({
  labels: { a: PAIRED.join('') },
  rules: [{ action, source_labels: ['a'], target_label: 'b' }],
}));

/** Only Prometheus 2.x says which of them counts. */
const EQUAL_NAMES: Case = {
  labels: { b_x: '2', a_x: '1' },
  rules: [{ action: 'labelmap', regex: '._(.+)' }],
};

// JSON is YAML.
function configOf(found: readonly Case[]): string {
  const scrape_configs = found.map(({ labels, rules: relabel_configs }, index) => ({
    job_name: `job ${index}`,
    scrape_interval: '1h',
    relabel_configs,
    static_configs: [{ targets: [ADDRESS], labels }],
  }));
  return JSON.stringify({ scrape_configs }, null, 1);
}

/** What a target is once the rules are through, as the API shows it. */
function shown(labels: Labels): Labels {
  const visible = Object.entries(labels).filter(([name]) => !name.startsWith('__'));
  return { instance: labels.__address__ ?? '', ...Object.fromEntries(visible) };
}

/** What a target is before the rules. Prometheus 2.42 shows it wrongly: its rules write into the original. */
function discovered(job: string, own: Labels): Labels {
  const labels = { ...own, job: own.job || job };
  const scrape = { __address__: ADDRESS, __metrics_path__: '/metrics', __scheme__: 'http' };
  return { ...labels, ...scrape, __scrape_interval__: '1h', __scrape_timeout__: '10s' };
}

interface Targets {
  readonly activeTargets: readonly { scrapePool: string; labels: Labels }[];
  readonly droppedTargets: readonly unknown[];
}

const binaries = await requirePrometheus();

describe.each(binaries)('Prometheus $version', (binary) => {
  const isOld = binary.version.startsWith('2.');

  async function targetsOf(yaml: string, count: number): Promise<Targets> {
    const prometheus = await startPrometheus(binary, { yaml });
    try {
      let targets: Targets | undefined;
      await waitFor('all targets', async () => {
        targets = await prometheus.api<Targets>('targets');
        return targets.activeTargets.length + targets.droppedTargets.length === count;
      });
      return targets as Targets;
    } finally {
      await prometheus.stop();
    }
  }

  async function compare(found: readonly Case[], seed: number): Promise<number> {
    const yaml = configOf(found);
    const { scrapeConfigs } = parseConfig(yaml, '/etc/prometheus');
    const { activeTargets } = await targetsOf(yaml, found.length);
    const kept = new Map(activeTargets.map(({ scrapePool, labels }) => [scrapePool, labels]));
    for (const [index, { jobName, relabelConfigs }] of scrapeConfigs.entries()) {
      const ours = relabel(discovered(jobName, found[index]?.labels ?? {}), relabelConfigs);
      const about = `seed ${seed}: ${JSON.stringify(found[index]?.rules)}`;
      expect(ours && shown(ours), about).toEqual(kept.get(jobName));
    }
    return kept.size;
  }

  test(`makes of ${CASES} targets what we make`, async () => {
    const seed = Math.trunc(Math.random() * 2 ** 31);
    const targets = isOld ? NAMES : [...NAMES, '$1', 'x$1', '${1}_y', 'a.$2', 'x.y'];
    const found = fc.sample(cases(isOld ? WORDS : ODD_WORDS, targets), { numRuns: CASES, seed });
    const kept = await compare([...found, ...LETTERS, ...(isOld ? [EQUAL_NAMES] : [])], seed);
    expect(kept).toBeGreaterThan(CASES / 4);
    expect(kept).toBeLessThan(CASES * 0.97);
  });
});
