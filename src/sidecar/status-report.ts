// What /status, the page at / and `inventory-sd show` tell: one plain object, no secret in it.

import { publicUrl } from '../lib/public-url.ts';
import { countTargets, describeCount } from '../model/target-group.ts';
import { type EntriesReport, entryFacts, reportEntries } from './entries-report.ts';
import { type Facts, isStale, readiness } from './health.ts';
import type { Moment } from './moment.ts';
import type { Poller } from './poller.ts';
import { ageOf, type Status, wallOf } from './status.ts';
import type { HoldReason } from './targets/guard-state.ts';
import { heldSince, howItEnds } from './targets/held-answer.ts';

/** The JSON of /status. Times are RFC 3339 in UTC, null while unknown. */
export interface StatusReport {
  readonly version: string;
  /** One line: what a person needs first. */
  readonly state: string;
  readonly ready: boolean;
  readonly fresh: boolean;
  readonly stale: boolean;
  readonly startedAt: string;
  readonly inventory: {
    readonly url: string;
    readonly lastAttempt: string | null;
    readonly lastSuccess: string | null;
    readonly secondsSinceSuccess: number;
    readonly consecutiveFailures: number;
    readonly lastOutcome: string | null;
    readonly lastFailure: { readonly reason: string; readonly message: string } | null;
    readonly nextPoll: string;
    /** The inventory asked by Retry-After to be left alone until nextPoll. */
    readonly postponed: boolean;
  };
  readonly held: {
    readonly reason: HoldReason;
    readonly message: string;
    readonly since: string;
    /** Since when for this reason. */
    readonly reasonSince: string;
    /** Targets that stand although the newest answer would remove them. */
    readonly targets: number;
    /** Not even the additions of the newest answer are published. */
    readonly whole: boolean;
    /** For `accept`. */
    readonly digest: string;
    /** How much longer it must last to be believed; null: never by waiting. */
    readonly believedInSeconds: number | null;
    readonly ends: string;
  } | null;
  /** Additions that wait for room below MAX_TARGETS. */
  readonly waiting: number;
  /** What became of the entries of the newest good answer that are no targets; null before the first. */
  readonly entries: EntriesReport | null;
  readonly file: {
    readonly path: string;
    readonly targets: number | null;
    readonly groups: number | null;
    readonly bytes: number | null;
    readonly lastChange: string | null;
    /** Another program writes the file: when our list is put back; null while the file is ours. */
    readonly putBackAt: string | null;
  };
}

/** What the report is made of, besides the facts of health. */
export interface Described extends Facts {
  readonly version: string;
  readonly inventoryUrl: string;
  readonly targetFile: string;
  readonly next: Poller['next'];
}

/** Makes the report. */
export function reportStatus(described: Described): StatusReport {
  const { ready, fresh, text } = readiness(described);
  return {
    version: described.version,
    state: text,
    ready,
    fresh,
    stale: isStale(described),
    startedAt: iso(described.status.startedAt.wall),
    inventory: reportInventory(described),
    held: reportHold(described),
    waiting: described.waiting,
    entries: described.account === undefined ? null : reportEntries(described.account),
    file: reportFile(described),
  };
}

function reportInventory({ inventoryUrl, status, next, now }: Described): StatusReport['inventory'] {
  return {
    url: publicUrl(inventoryUrl),
    lastAttempt: isoOf(status.lastAttempt),
    lastSuccess: isoOf(status.lastSuccess),
    secondsSinceSuccess: Math.round(ageOf(status, now) / 1000),
    consecutiveFailures: status.consecutiveFailures,
    lastOutcome: status.lastResult?.kind ?? null,
    lastFailure: lastFailure(status),
    nextPoll: iso(next.at.wall),
    postponed: next.postponed,
  };
}

function lastFailure({ lastResult }: Status): StatusReport['inventory']['lastFailure'] {
  return lastResult?.kind === 'failed' ? { reason: lastResult.reason, message: lastResult.message } : null;
}

function reportHold({ hold }: Described): StatusReport['held'] {
  if (hold === undefined) return null;
  const { reason, message, targets, isWhole: whole, digest, confirmsInMs } = hold;
  const believedInSeconds = confirmsInMs === undefined ? null : Math.round(confirmsInMs / 1000);
  const ends = howItEnds(hold);
  const [since, reasonSince] = [iso(hold.since), iso(hold.reasonSince)];
  return { reason, message, since, reasonSince, targets, whole, digest, believedInSeconds, ends };
}

function reportFile(described: Described): StatusReport['file'] {
  const { targetFile: path, published, contestedUntil, now } = described;
  const putBackAt = contestedUntil === undefined ? null : iso(wallOf(contestedUntil, now));
  if (published === undefined)
    return { path, targets: null, groups: null, bytes: null, lastChange: null, putBackAt };
  const { groups, bytes, changedAt } = published;
  const [targets, lastChange] = [countTargets(groups), iso(changedAt)];
  return { path, targets, groups: groups.length, bytes, lastChange, putBackAt };
}

function isoOf(moment: Moment | undefined): string | null {
  return moment === undefined ? null : iso(moment.wall);
}

function iso(unixMs: number): string {
  return new Date(unixMs).toISOString();
}

/** The report as names and values in words, for the page and for `inventory-sd show`. */
export function factsOf({ inventory, held, entries, file }: StatusReport): [string, string][] {
  return [
    ['Inventory', inventory.url],
    ['Last answer', inventory.lastSuccess ?? 'none since the start'],
    ...(inventory.lastFailure === null
      ? []
      : [failureFact(inventory.lastFailure.message, inventory.consecutiveFailures)]),
    [
      'Next poll',
      `${inventory.nextPoll}${inventory.postponed ? ' (the inventory asked by Retry-After to wait)' : ''}`,
    ],
    ...(held === null ? [] : heldFacts(held)),
    ...(entries === null ? [] : entryFacts(entries)),
    ['Target file', file.putBackAt === null ? file.path : contested(file.path, file.putBackAt)],
    ['Targets', file.targets === null ? 'no list stands yet' : listed(file.targets, file.groups ?? 0)],
    ['Last change', file.lastChange ?? 'unknown'],
  ];
}

function failureFact(message: string, count: number): [string, string] {
  return ['Last failure', count > 1 ? `${message} (${count} polls in a row)` : message];
}

function heldFacts(held: NonNullable<StatusReport['held']>): [string, string][] {
  const what = held.whole ? 'the whole answer' : describeCount(held.targets);
  return [
    ['Held', `${what} since ${heldSince(held, String)}: ${held.message}`],
    ['It ends', held.ends],
  ];
}

function contested(path: string, putBackAt: string): string {
  return `${path} (another program writes it; put back at ${putBackAt})`;
}

function listed(targets: number, groups: number): string {
  return `${targets} in ${groups} ${groups === 1 ? 'group' : 'groups'}`;
}
