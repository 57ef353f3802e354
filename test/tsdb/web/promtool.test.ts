// promtool's queries against us and against a real Prometheus over the same samples.

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openMemoryStore } from '../../../src/tsdb/storage/memory/store.ts';
import { type RunningPrometheus, requirePrometheus, startPrometheus } from '../../helpers/prometheus.ts';
import { openMetrics, START } from './known-samples.ts';
import { startTestWeb, type TestWeb } from './test-web.ts';

const binaries = await requirePrometheus();

const at = (seconds: number) => (START / 1000 + seconds).toFixed(3);
const span = [`--start=${at(0)}`, `--end=${at(1200)}`];

/** Placed before the server's address, and after it. */
const QUERIES: readonly (readonly [before: readonly string[], after: readonly string[]])[] = [
  [['query', 'instant', `--time=${at(120)}`], ['up']],
  [['query', 'instant', `--time=${at(120)}`], ['1+1']],
  [['query', 'instant', `--time=${at(120)}`], ['up[1m1s]']],
  [['query', 'instant', `--time=${at(120)}`], ['"text"']],
  [['query', 'instant', `--time=${at(120)}`], ['absent']],
  [['query', 'instant', `--time=${at(120)}`], ['up{']],
  [['-o', 'json', 'query', 'instant', `--time=${at(120)}`], ['values']],
  [['query', 'range', ...span, '--step=37s'], ['up{job="sensors"}']],
  [['query', 'range', ...span, '--step=37s'], ['up offset 90s']],
  [['query', 'range', ...span, '--step=37s'], ['up[5m]']],
  [['-o', 'json', 'query', 'range', ...span, '--step=5m'], ['{__name__=~"s.*"}']],
  [['query', 'range', '--start=1', '--end=12000', '--step=1s'], ['up']],
  [['query', 'series', '--match=up', ...span], []],
  [['query', 'series', '--match=up{job="inventory"}', '--match={__name__=~"t.*"}', ...span], []],
  [['query', 'series', '--match={}', ...span], []],
  [['query', 'labels', ...span], ['__name__']],
  [['query', 'labels', '--match=up{job="sensors"}', ...span], ['instance']],
  [['query', 'labels', ...span], ['nope']],
];

/** Its lines without order, which says nothing, and whether it was content. */
async function run(promtool: string, args: readonly string[]) {
  try {
    const { stdout } = await promisify(execFile)(promtool, args);
    return { ok: true, lines: comparable(stdout) };
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
    return { ok: false, lines: comparable(stdout), kind: /bad_data|execution|timeout/.exec(stderr)?.[0] };
  }
}

function comparable(text: string): unknown {
  if (!text.startsWith('[{')) return text.split('\n').sort();
  return (JSON.parse(text) as object[]).map((entry) => JSON.stringify(entry)).sort();
}

describe.each(binaries)('promtool $version', (binary) => {
  let prometheus: RunningPrometheus;
  let web: TestWeb;

  beforeAll(async () => {
    prometheus = await startPrometheus(binary, { yaml: 'global: {}\n' }, { samples: openMetrics() });
    web = await startTestWeb(await openMemoryStore());
  });
  afterAll(async () => {
    await Promise.all([prometheus?.stop(), web?.stop()]);
  });

  // It asks for labels with its own clock unless it is told.
  test.each(QUERIES)('%j %j says the same of both', async (before, after) => {
    const args = (url: string) => [...before, url, ...after];
    const [theirs, ours] = await Promise.all([
      run(binary.promtool, args(prometheus.url)),
      run(binary.promtool, args(web.url)),
    ]);
    expect(ours).toEqual(theirs);
    expect(web.failures).toEqual([]);
  });

  test('finds something', async () => {
    const { ok, lines } = await run(binary.promtool, ['query', 'labels', ...span, web.url, 'instance']);
    expect([ok, lines]).toEqual([true, ['', 'a:9100', 'b:9100', 'c:9100']]);
  });
});
