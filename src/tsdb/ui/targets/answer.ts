// The answer of /api/v1/targets, made into rows.

import { type LabelSets, type Reading, TARGET_STATES, type TargetRow, type TargetState } from './row.ts';

type Labels = Readonly<Record<string, string>>;

interface ActiveTarget {
  readonly discoveredLabels: Labels;
  readonly labels: Labels;
  readonly scrapePool: string;
  readonly scrapeUrl: string;
  readonly lastError: string;
  readonly lastScrape: string;
  readonly lastScrapeDuration: number;
  readonly lastSamples?: number;
  readonly health: string;
  readonly scrapeInterval: string;
  readonly scrapeTimeout: string;
}

interface DroppedTarget {
  readonly discoveredLabels: Labels;
  readonly scrapePool: string;
}

interface Answer {
  readonly activeTargets: readonly ActiveTarget[];
  readonly droppedTargets: readonly DroppedTarget[];
  readonly droppedTargetCounts: Readonly<Record<string, number>> | null;
}

/** Reads the text of the answer. @throws Error when it is none. */
export function readAnswer(text: string): Reading {
  const { status, data } = JSON.parse(text) as { status: unknown; data: Answer };
  if (status !== 'success') throw new Error('this is no answer of mini-tsdb');
  const rows = [...data.activeTargets.map(activeRow), ...data.droppedTargets.map(droppedRow)];
  return { rows: withOwnKeys(rows).sort(byTrouble), droppedCounts: data.droppedTargetCounts ?? {} };
}

// Targets of one URL may differ in their labels only.
function withOwnKeys(rows: readonly TargetRow[]): TargetRow[] {
  const counts = new Map<string, number>();
  return rows.map((row) => {
    const count = (counts.get(row.key) ?? 0) + 1;
    counts.set(row.key, count);
    return count === 1 ? row : { ...row, key: `${row.key} ${count}` };
  });
}

function activeRow(target: ActiveTarget): TargetRow {
  const { labels, discoveredLabels, scrapePool: job, scrapeUrl: url, lastError: error, health } = target;
  const state = stateOf(health);
  return {
    key: `${job} ${url}`,
    state,
    job,
    url,
    labels: shown(labels, job),
    error,
    lastScrape: Math.max(0, Date.parse(target.lastScrape)),
    duration: target.lastScrapeDuration,
    samples: target.lastSamples ?? -1,
    interval: target.scrapeInterval,
    timeout: target.scrapeTimeout,
    labelSets: textOf({ after: labels, before: discoveredLabels }),
    searched: searchedOf([state, job, url, error], labels),
    order: naturalOrder(url),
  };
}

function droppedRow({ discoveredLabels, scrapePool: job }: DroppedTarget): TargetRow {
  const url = discoveredLabels.__address__ ?? '';
  return {
    key: `${job} ${url}`,
    state: 'dropped',
    job,
    url,
    labels: shown(discoveredLabels, job),
    error: '',
    lastScrape: 0,
    duration: 0,
    samples: -1,
    interval: '',
    timeout: '',
    labelSets: textOf({ after: {}, before: discoveredLabels }),
    searched: searchedOf(['dropped', job, url], discoveredLabels),
    order: naturalOrder(url),
  };
}

function stateOf(health: string): TargetState {
  return health === 'up' || health === 'down' ? health : 'unknown';
}

function textOf(sets: LabelSets): string {
  return JSON.stringify(sets);
}

// The job has a column of its own, and the instance is what people look for.
function shown(labels: Labels, job: string): string {
  const { instance, ...others } = labels;
  const entries = Object.entries(others).filter(([name, value]) => name !== 'job' || value !== job);
  const all = instance === undefined ? entries : [['instance', instance] as const, ...entries];
  return all.map(([name, value]) => `${name}=${JSON.stringify(value)}`).join('  ');
}

function searchedOf(texts: readonly string[], labels: Labels): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}=${value}`);
  return [...texts, ...pairs].join('\n').toLowerCase();
}

const LONGEST_NUMBER = 10;

/** A text whose plain order is that of people: numbers in it count as numbers. */
export function naturalOrder(text: string): string {
  return text.replace(/\d+/g, (digits) => digits.padStart(LONGEST_NUMBER, '0'));
}

function byTrouble(a: TargetRow, b: TargetRow): number {
  if (a.state !== b.state) return TARGET_STATES.indexOf(a.state) - TARGET_STATES.indexOf(b.state);
  return a.order < b.order ? -1 : Number(a.order > b.order);
}
