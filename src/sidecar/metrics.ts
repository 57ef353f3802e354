// The sidecar's own metrics. Gauges are read when somebody asks; no URL is ever a label.

import { Counter, collectDefaultMetrics, Gauge, Histogram, type Registry } from 'prom-client';
import { countTargets } from '../model/target-group.ts';
import type { Facts } from './health.ts';
import type { RequestObserver } from './inventory/attempts.ts';
import { FETCH_FAILURES } from './inventory/fetch-error.ts';
import type { Moment } from './moment.ts';
import { ANSWER_FAILURES } from './sensors/page.ts';
import { SET_ASIDE_REASONS } from './sensors/set-aside.ts';
import type { PassResult } from './status.ts';
import type { Changes } from './targets/changes.ts';
import { HOLD_REASONS } from './targets/guard-state.ts';
import type { FileObserver } from './targets/publish.ts';
import { WRITE_FAILURES } from './targets/write-error.ts';

/** What the gauges read. */
export type Observed = Pick<Facts, 'status' | 'published' | 'hold' | 'waiting' | 'account'>;

export interface Metrics extends RequestObserver, FileObserver {
  /** Counts one pass. */
  passed(result: PassResult, milliseconds: number): void;
  /** Counts what a person's decision changed. */
  decided(changes: Changes): void;
}

export interface Constants {
  readonly version: string;
  readonly intervalMs: number;
  readonly staleAfterMs: number;
}

const SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];
const POLL_FAILURES = [...FETCH_FAILURES, ...ANSWER_FAILURES, 'write', 'internal'];

/** Registers every metric of the sidecar; `observe` is asked at each scrape. */
export function createMetrics(registry: Registry, constants: Constants, observe: () => Observed): Metrics {
  // Its default looks at the event loop every 10 ms, which was five sixths of an idle sidecar's CPU.
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: 1000 });
  registerConstants(registry, constants);
  registerTimes(registry, observe);
  registerList(registry, observe);
  registerHold(registry, observe);
  registerEntries(registry, observe);
  return { ...passCounters(registry), ...requestCounters(registry), ...fileCounters(registry) };
}

function registerConstants(registry: Registry, { version, intervalMs, staleAfterMs }: Constants): void {
  const node = process.versions.node;
  new Gauge({
    name: 'inventory_sd_build_info',
    help: 'Always 1; its labels tell the versions of the program and of Node.',
    labelNames: ['version', 'node'],
    registers: [registry],
  }).set({ version, node }, 1);
  gauge(registry, 'poll_interval_seconds', 'UPDATE_INTERVAL as it is in force.', () => intervalMs / 1000);
  gauge(registry, 'stale_after_seconds', 'STALE_AFTER as it is in force.', () => staleAfterMs / 1000);
}

function registerTimes(registry: Registry, observe: () => Observed): void {
  const seconds = (moment: Moment | undefined) => (moment === undefined ? undefined : moment.wall / 1000);
  gauge(registry, 'last_attempt_timestamp_seconds', 'When the last ended poll began.', () =>
    seconds(observe().status.lastAttempt),
  );
  gauge(
    registry,
    'last_success_timestamp_seconds',
    'When the inventory last gave a whole, readable answer.',
    () => seconds(observe().status.lastSuccess),
  );
  gauge(registry, 'last_change_timestamp_seconds', 'When the list in the target file last changed.', () => {
    const changedAt = observe().published?.changedAt;
    return changedAt === undefined ? undefined : changedAt / 1000;
  });
  gauge(
    registry,
    'consecutive_failures',
    'Polls that failed since the last one that did not.',
    () => observe().status.consecutiveFailures,
  );
}

function registerList(registry: Registry, observe: () => Observed): void {
  const groups = () => observe().published?.groups ?? [];
  gauge(registry, 'targets', 'Targets in the target file.', () => countTargets(groups()));
  gauge(registry, 'target_groups', 'Target groups in the target file.', () => groups().length);
  gauge(registry, 'file_bytes', 'Size of the target file.', () => observe().published?.bytes);
}

function registerHold(registry: Registry, observe: () => Observed): void {
  new Gauge({
    name: 'inventory_sd_held',
    help: 'Whether removals are held back, by reason.',
    labelNames: ['reason'],
    registers: [registry],
    collect() {
      for (const reason of HOLD_REASONS) this.set({ reason }, observe().hold?.reason === reason ? 1 : 0);
    },
  });
  gauge(
    registry,
    'held_targets',
    'Targets that stand although the newest answer would remove them.',
    () => observe().hold?.targets ?? 0,
  );
  gauge(
    registry,
    'waiting_targets',
    'Additions that wait for room below MAX_TARGETS.',
    () => observe().waiting,
  );
  gauge(
    registry,
    'held_since_timestamp_seconds',
    'When the hold began; absent while nothing is held.',
    () => {
      const since = observe().hold?.since;
      return since === undefined ? undefined : since / 1000;
    },
  );
}

function registerEntries(registry: Registry, observe: () => Observed): void {
  new Gauge({
    name: 'inventory_sd_entries_set_aside',
    help: 'Entries of the newest good answer that are no targets because something is wrong with them, by reason.',
    labelNames: ['reason'],
    registers: [registry],
    collect() {
      const counts = observe().account?.setAsideBy;
      for (const reason of SET_ASIDE_REASONS) this.set({ reason }, counts?.[reason] ?? 0);
    },
  });
}

function passCounters(registry: Registry): Pick<Metrics, 'passed' | 'decided'> {
  const outcomes = ['changed', 'unchanged', 'held', 'failed'];
  const polls = counterBy(registry, 'polls_total', 'Polls that ended, by outcome.', 'outcome', outcomes);
  const failures = counterBy(
    registry,
    'poll_failures_total',
    'Polls that failed, by reason.',
    'reason',
    POLL_FAILURES,
  );
  const added = counter(registry, 'targets_added_total', 'Targets that published lists added.');
  const removed = counter(registry, 'targets_removed_total', 'Targets that published lists removed.');
  const duration = histogram(registry, 'poll_duration_seconds', 'Whole polls: requests, retries, file.');
  const decided = (changes: Changes) => {
    added.inc(changes.added);
    removed.inc(changes.removed);
  };
  return {
    passed(result, milliseconds) {
      polls.inc({ outcome: result.kind });
      duration.observe(milliseconds / 1000);
      if (result.kind === 'failed') failures.inc({ reason: result.reason });
      else decided(result);
    },
    decided,
  };
}

function requestCounters(registry: Registry): RequestObserver {
  const duration = histogram(
    registry,
    'request_duration_seconds',
    'Single requests to the inventory, body included.',
  );
  const retries = counter(
    registry,
    'request_retries_total',
    'Requests to the inventory that were made again.',
  );
  return { requested: (milliseconds) => duration.observe(milliseconds / 1000), retried: () => retries.inc() };
}

function fileCounters(registry: Registry): FileObserver {
  const writes = counter(registry, 'file_writes_total', 'Times the target file was written.');
  const restores = counter(
    registry,
    'file_restores_total',
    'Writes that put a deleted or foreign file right.',
  );
  const help =
    'Writes of the target file, or of the state before it, that failed, by reason; the old file stands.';
  const failures = counterBy(registry, 'file_write_failures_total', help, 'reason', WRITE_FAILURES);
  return {
    written: () => writes.inc(),
    restored: () => restores.inc(),
    writeFailed: (reason) => failures.inc({ reason }),
  };
}

// A gauge without a value is absent, not 0: a time of 0 would be in 1970.
function gauge(registry: Registry, name: string, help: string, read: () => number | undefined): void {
  new Gauge({
    name: `inventory_sd_${name}`,
    help,
    registers: [registry],
    collect() {
      const value = read();
      this.remove();
      if (value !== undefined) this.set(value);
    },
  });
}

function counter(registry: Registry, name: string, help: string): Counter {
  return new Counter({ name: `inventory_sd_${name}`, help, registers: [registry] });
}

// Every value of the label is there from the start, so that rate() sees the first event.
function counterBy<Label extends string>(
  registry: Registry,
  name: string,
  help: string,
  label: Label,
  values: readonly string[],
): Counter<Label> {
  const made = new Counter({
    name: `inventory_sd_${name}`,
    help,
    labelNames: [label],
    registers: [registry],
  });
  for (const value of values) made.inc({ [label]: value } as Record<Label, string>, 0);
  return made;
}

function histogram(registry: Registry, name: string, help: string): Histogram {
  return new Histogram({ name: `inventory_sd_${name}`, help, buckets: SECONDS, registers: [registry] });
}
