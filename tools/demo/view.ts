// What is shown: each sample makes the next view from the last one.

import type { StatusReport } from '../../src/sidecar/status-report.ts';
import { faultWords } from './action.ts';
import type { SeenAlert } from './alerts.ts';
import { differences } from './events.ts';
import { type Listed, type Sample, type SeenServer, type ServerName, serversIn } from './sample.ts';
import { guardedVerdict, unguardedVerdict, type Verdict } from './verdict.ts';

/** What happened, in words. */
export interface Event {
  /** Unix time in milliseconds. */
  readonly at: number;
  readonly text: string;
}

export interface Column {
  readonly targets: number;
  readonly verdict: Verdict;
  /** When targets or verdict last changed. Unix time in milliseconds. */
  readonly since: number;
  /** Of the servers that answered, the one that is looked at first. */
  readonly scraped: readonly Scraped[];
}

/** How many of a job a server lists, and how many are up. */
export interface Scraped {
  readonly by: ServerName;
  readonly listed: number;
  readonly up: number;
}

/** The inventory's present fault in words; undefined while it is healthy. */
export interface FaultView {
  readonly text: string | undefined;
  readonly since: number;
}

export type Held = NonNullable<StatusReport['held']>;

export interface View {
  readonly at: number;
  readonly fault: FaultView;
  /** How many sensors really run; undefined until the inventory answered once. */
  readonly sensors: number | undefined;
  /** Undefined until there was a first answer. */
  readonly guarded: Column | undefined;
  readonly unguarded: Column | undefined;
  /** What inventory-sd holds back; undefined: nothing. */
  readonly held: Held | undefined;
  readonly alerts: readonly SeenAlert[];
  /** Newest last. */
  readonly events: readonly Event[];
}

const KEPT_EVENTS = 200;

export function firstView(at: number): View {
  const fault = { text: undefined, since: at };
  const unknown = { sensors: undefined, guarded: undefined, unguarded: undefined, held: undefined };
  return { at, fault, ...unknown, alerts: [], events: [] };
}

/** The next view. What did not answer stays as it was. */
export function advance(before: View, sample: Sample): View {
  const { at } = sample;
  const sensors = sample.inventory?.sensors ?? before.sensors;
  const seen = {
    at,
    sensors,
    fault: faultView(before, sample),
    guarded: sensors === undefined ? undefined : guardedColumn(before, sample, sensors),
    unguarded: sensors === undefined ? undefined : unguardedColumn(before, sample, sensors),
    held: sample.status === undefined ? before.held : (sample.status.held ?? undefined),
    alerts: sample.server?.alerts ?? before.alerts,
  };
  const texts = differences(before, seen);
  return withEvents({ ...seen, events: before.events }, texts);
}

/** The view with what somebody says added to its events. */
export function withEvents(view: View, texts: readonly string[]): View {
  const events = [...view.events, ...texts.map((text) => ({ at: view.at, text }))];
  return { ...view, events: events.slice(-KEPT_EVENTS) };
}

function faultView({ fault: before }: View, { at, inventory }: Sample): FaultView {
  if (inventory === undefined) return before;
  const text = inventory.fault && faultWords(inventory.fault.fault, inventory.fault.status);
  return text === before.text ? before : { text, since: at };
}

function guardedColumn(before: View, sample: Sample, sensors: number): Column {
  const verdict = guardedVerdict(sample.status, sample.file?.length, sensors, isFaulty(before, sample));
  const scraped = scrapedIn(sample, ({ guarded }) => guarded);
  return column(before.guarded, sample.at, { targets: sample.file?.length ?? 0, verdict, scraped });
}

function unguardedColumn(before: View, sample: Sample, sensors: number): Column | undefined {
  if (sample.server === undefined) return before.unguarded;
  const targets = sample.server.unguarded.addresses.length;
  const verdict = unguardedVerdict(targets, sensors, isFaulty(before, sample));
  const scraped = scrapedIn(sample, ({ unguarded }) => unguarded);
  return column(before.unguarded, sample.at, { targets, verdict, scraped });
}

function scrapedIn(sample: Sample, jobOf: (server: SeenServer) => Listed): Scraped[] {
  return serversIn(sample).map((server) => {
    const { addresses, up } = jobOf(server);
    return { by: server.name, listed: addresses.length, up };
  });
}

function isFaulty({ fault }: View, { inventory }: Sample): boolean {
  return inventory === undefined ? fault.text !== undefined : inventory.fault !== undefined;
}

function column(before: Column | undefined, at: number, now: Omit<Column, 'since'>): Column {
  const same = before?.targets === now.targets && before.verdict.text === now.verdict.text;
  return { ...now, since: same ? before.since : at };
}
