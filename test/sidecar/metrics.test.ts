import { Registry } from 'prom-client';
import { beforeEach, describe, expect, test } from 'vitest';
import { createMetrics, type Metrics, type Observed } from '../../src/sidecar/metrics.ts';
import { initialStatus } from '../../src/sidecar/status.ts';
import { heldAnswerOf } from '../helpers/held-answer.ts';

const GROUPS = [{ targets: ['a:1', 'b:1'], labels: {} }];
const LIST = { groups: GROUPS, text: '', bytes: 42, changedAt: 7000, mark: '', mode: 0o444 };
const at = (wall: number) => ({ wall, mono: wall });

let registry: Registry;
let observed: Observed;
let metrics: Metrics;
beforeEach(() => {
  registry = new Registry();
  observed = { status: initialStatus(at(0)), published: undefined, hold: undefined, waiting: 0 };
  metrics = createMetrics(
    registry,
    { version: '1.2.3', intervalMs: 30_000, staleAfterMs: 120_000 },
    () => observed,
  );
});

async function sample(series: string): Promise<number | undefined> {
  const lines = (await registry.metrics()).split('\n');
  const line = lines.find((text) => text.startsWith(`inventory_sd_${series} `));
  return line === undefined ? undefined : Number(line.split(' ').at(-1));
}

test('what is unknown is absent, never 0', async () => {
  for (const name of ['last_attempt', 'last_success', 'last_change', 'held_since']) {
    expect(await sample(`${name}_timestamp_seconds`), name).toBeUndefined();
  }
  expect(await sample('file_bytes')).toBeUndefined();
});

test('what is known is shown, and absent again when it ends', async () => {
  observed = {
    status: { ...observed.status, lastAttempt: at(5000), lastSuccess: at(6000), consecutiveFailures: 4 },
    published: LIST,
    hold: heldAnswerOf({ since: 8000 }),
    waiting: 0,
  };
  const shown: Record<string, number> = {
    last_attempt_timestamp_seconds: 5,
    last_success_timestamp_seconds: 6,
    last_change_timestamp_seconds: 7,
    held_since_timestamp_seconds: 8,
    held_targets: 2,
    'held{reason="empty"}': 1,
    consecutive_failures: 4,
    targets: 2,
    target_groups: 1,
    file_bytes: 42,
    poll_interval_seconds: 30,
    stale_after_seconds: 120,
    [`build_info{version="1.2.3",node="${process.versions.node}"}`]: 1,
  };
  for (const [name, value] of Object.entries(shown)) expect(await sample(name), name).toBe(value);
  observed = { ...observed, hold: undefined };
  expect(await sample('held_since_timestamp_seconds')).toBeUndefined();
  expect([await sample('held{reason="empty"}'), await sample('held_targets')]).toEqual([0, 0]);
});

test('every value of a label is there from the start', async () => {
  const text = await registry.metrics();
  for (const outcome of ['changed', 'unchanged', 'held', 'failed']) {
    expect(await sample(`polls_total{outcome="${outcome}"}`)).toBe(0);
  }
  expect(text.match(/^inventory_sd_poll_failures_total\{reason="\w+"\} 0$/gm)).toHaveLength(16);
  expect(text.match(/^inventory_sd_file_write_failures_total\{reason="\w+"\} 0$/gm)).toHaveLength(10);
  expect(text.match(/^inventory_sd_entries_set_aside\{reason="\w+"\} 0$/gm)).toHaveLength(7);
});

describe('a pass is counted:', () => {
  test('changed, with what it added and removed', async () => {
    metrics.passed({ kind: 'changed', added: 3, removed: 1, changed: 0 }, 1500);
    expect(await sample('polls_total{outcome="changed"}')).toBe(1);
    expect([await sample('targets_added_total'), await sample('targets_removed_total')]).toEqual([3, 1]);
    expect(await sample('poll_duration_seconds_sum')).toBe(1.5);
  });

  test('failed, with its reason', async () => {
    const cause = undefined;
    metrics.passed({ kind: 'failed', reason: 'timeout', message: '', retryAfterMs: undefined, cause }, 10);
    expect(await sample('polls_total{outcome="failed"}')).toBe(1);
    expect(await sample('poll_failures_total{reason="timeout"}')).toBe(1);
  });
});

test('requests and writes are counted', async () => {
  metrics.requested(250);
  metrics.retried();
  metrics.written();
  metrics.restored();
  metrics.writeFailed('no_space');
  const counted: Record<string, number> = {
    request_duration_seconds_sum: 0.25,
    request_retries_total: 1,
    file_writes_total: 1,
    file_restores_total: 1,
    'file_write_failures_total{reason="no_space"}': 1,
  };
  for (const [name, value] of Object.entries(counted)) expect(await sample(name), name).toBe(value);
});

test('the process is measured as Prometheus expects it, and every metric explains itself', async () => {
  const text = await registry.metrics();
  expect(text).toMatch(/^process_resident_memory_bytes \d+$/m);
  expect(text).toMatch(/^process_start_time_seconds \d+$/m);
  const names = [...text.matchAll(/^# TYPE (\S+)/gm)].map((match) => match[1]);
  for (const name of names) expect(text, name).toMatch(new RegExp(`^# HELP ${name} \\S+`, 'm'));
});
