// The entries that are no target, or lost something, as /status and the log tell of them.

import type { Logger } from '../lib/log.ts';
import { createEpisode } from './episode.ts';
import type { Moment } from './moment.ts';
import {
  type Account,
  countEntries,
  countSetAside,
  describeSetAside,
  type EntryNote,
} from './sensors/account.ts';
import type { SetAside, SetAsideReason } from './sensors/set-aside.ts';

/** The field `entries` of /status. */
export interface EntriesReport {
  /** Entries that are no target because something is wrong with them. */
  readonly setAside: number;
  readonly setAsideBy: Readonly<Partial<Record<SetAsideReason, number>>>;
  /** The first twenty; `target` is null when it is the whole entry. */
  readonly firstSetAside: readonly (Omit<SetAside, 'target'> & { readonly target: number | null })[];
  readonly disabled: number;
  readonly duplicates: number;
  /** Labels and fields that targets lost. */
  readonly noted: number;
  /** The first twenty. */
  readonly firstNotes: readonly EntryNote[];
}

const SHOWN = 20;

/** @param account of the newest good answer. */
export function reportEntries(account: Account): EntriesReport {
  const { disabled, duplicates, noted } = account;
  const first = account.setAside.slice(0, SHOWN);
  return {
    setAside: countSetAside(account),
    setAsideBy: Object.fromEntries(Object.entries(account.setAsideBy).filter(([, count]) => count > 0)),
    firstSetAside: first.map((entry) => ({ ...entry, target: entry.target ?? null })),
    disabled,
    duplicates,
    noted,
    firstNotes: account.notes.slice(0, SHOWN),
  };
}

/** What a person must know of the entries: nothing, when all are targets. */
export function entryFacts(
  account: Pick<EntriesReport, 'firstSetAside' | 'firstNotes' | 'setAside' | 'noted'>,
) {
  const [aside] = account.firstSetAside;
  const [note] = account.firstNotes;
  const facts: [string, string][] = [];
  if (aside !== undefined) {
    const described = describeSetAside({ ...aside, target: aside.target ?? undefined });
    facts.push(['Set aside', `${countEntries(account.setAside)}; ${described}`]);
  }
  if (note !== undefined) {
    const lost = account.noted === 1 ? '1 label or field' : `${account.noted} labels or fields`;
    facts.push(['Left out', `${lost}; entry ${note.index}: ${note.message}`]);
  }
  return facts;
}

/** Makes the function that logs, pass by pass, which entries are set aside and what targets lost. */
export function sayEntries(log: Logger): (account: Account | undefined, now: Moment) => void {
  const settingAside = createEpisode();
  const leavingOut = createEpisode();
  return (account, now) => {
    if (account === undefined) return;
    const { setAside, setAsideBy: by, noted } = reportEntries(account);
    const aside = settingAside(setAside > 0 ? 'set aside' : undefined, JSON.stringify(by), now);
    if (aside.say === 'end') log.info('no entry is set aside any more');
    else if (aside.say !== undefined) log.warn({ setAside, by }, asideMessage(account));
    const left = leavingOut(noted > 0 ? 'left out' : undefined, String(noted), now);
    if (left.say !== undefined) logLeftOut(log, account);
  };
}

function logLeftOut(log: Logger, { noted, notes: [first] }: Account): void {
  if (first === undefined) log.info('every label is in place again');
  else
    log.warn(
      { leftOut: noted },
      `labels or fields are left out, their targets stay; entry ${first.index}: ${first.message}`,
    );
}

function asideMessage(account: Account): string {
  const [first] = account.setAside;
  const example = first === undefined ? '' : `; ${describeSetAside(first)}`;
  return `${countEntries(countSetAside(account))} set aside, the rest goes on${example}`;
}
