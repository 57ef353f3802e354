// The guard judges every answer, also an unchanged one: what it does not believe removes no target.

import { createHash } from 'node:crypto';
import { formatDuration } from '../../lib/duration.ts';
import {
  type Gone,
  type Graced,
  type GuardState,
  type Hold,
  type HoldReason,
  isQuiet,
  standingTargets,
} from './guard-state.ts';
import { begun, isConfirmed, oneMore } from './hold.ts';
import { alignIdentities } from './identity.ts';
import { formatMaxShrink, isOff, type Limits } from './limits.ts';
import { isWithin, type Loss, lossOf, tooManyAdditions } from './loss.ts';
import { idsOf, type Target } from './target.ts';

/** A silence longer than this many intervals says nothing about the sensors. */
const COUNTED_INTERVALS = 2;

/** When an answer is judged, and what is to be said of it. */
export interface JudgedAt {
  /** Unix milliseconds; only shown. */
  readonly wall: number;
  /** Milliseconds since the last good answer; may be off by any clock jump. */
  readonly elapsed: number;
  /** What became of the entries of an answer without targets, in words; undefined: it has none. */
  readonly whyNone?: string | undefined;
}

type Ids = ReadonlySet<string>;

/**
 * Judges an answer.
 * @returns what the guard knows then; `standingTargets` of it is what belongs into the file.
 */
export function judge(
  state: GuardState,
  candidate: readonly Target[],
  limits: Limits,
  at: JudgedAt,
): GuardState {
  if (candidate.length > limits.maxTargets) return holdUnread(state, candidate, 'growth', limits, at);
  const isEmpty = candidate.length === 0;
  // An empty list that stands was once accepted; Prometheus drops every target on any other.
  if (isEmpty && !limits.allowEmpty && state.listed?.length !== 0)
    return holdUnread(state, candidate, 'empty', limits, at);
  const known = tick(alignIdentities(state, candidate), idsOf(candidate), limits, at);
  if (candidate === known.listed && isQuiet(known)) return known;
  const loss = lossOf(known, candidate);
  const passes = isEmpty || known.listed === undefined || isWithin(loss, limits.maxShrink);
  return passes ? pass(known, candidate, limits) : holdLoss(known, candidate, loss, limits, at);
}

/** Believes an answer because a person says so; its losses leave the window. */
export function accept(state: GuardState, candidate: readonly Target[], limits: Limits): GuardState {
  const passed = pass(alignIdentities(state, candidate), candidate, limits);
  return { ...passed, gone: new Map(), isAccepted: true };
}

/** What an answer would remove of what stands: how many targets, and the digest that names exactly these. */
export function removalOf(state: GuardState, candidate: readonly Target[]): Pick<Hold, 'targets' | 'digest'> {
  const { listed = [] } = alignIdentities(state, candidate);
  return summarize(without(listed, idsOf(candidate)));
}

// Time goes on, and what is over by then is forgotten; a grace does not end in the moment its sensor returns.
function tick(state: GuardState, named: Ids, limits: Limits, { elapsed }: JudgedAt): GuardState {
  const clock = state.clock + Math.min(Math.max(0, elapsed), COUNTED_INTERVALS * limits.intervalMs);
  const gone = new Map([...state.gone].filter(([, { at }]) => clock - at < limits.windowMs));
  const graced = state.graced.filter(({ target, until }) => until > clock || named.has(target.id));
  return { ...state, clock, gone, graced, isAccepted: false };
}

function pass(state: GuardState, candidate: readonly Target[], limits: Limits): GuardState {
  const named = idsOf(candidate);
  const removed = without(state.listed ?? [], named);
  const graced = graceOf(state, named, removed, limits);
  const next = withinRoom(state, candidate, [], Math.max(0, limits.maxTargets - graced.length));
  const gone = goneWith(state, next.listed ?? [], removed, limits);
  return { ...state, ...next, gone, graced, hold: undefined };
}

function goneWith(
  state: GuardState,
  listed: readonly Target[],
  removed: readonly Target[],
  { maxShrink }: Limits,
): Map<string, Gone> {
  // Nobody asks then, and a fleet that is replaced all the time would fill the state.
  if (isOff(maxShrink)) return new Map();
  // What returns but must wait is still gone.
  const stands = idsOf(listed);
  const gone = new Map([...state.gone].filter(([id]) => !stands.has(id)));
  for (const { id, address } of removed) gone.set(id, { at: state.clock, address });
  return gone;
}

function graceOf(state: GuardState, named: Ids, removed: readonly Target[], limits: Limits): Graced[] {
  const still = state.graced.filter(({ target }) => !named.has(target.id));
  if (limits.graceMs === 0) return still;
  return [...still, ...removed.map((target) => ({ target, until: state.clock + limits.graceMs }))];
}

// What stands although the answer does not name it may leave no room; then the additions wait, all of them.
function withinRoom(
  state: GuardState,
  candidate: readonly Target[],
  kept: readonly Target[],
  room: number,
): Pick<GuardState, 'listed' | 'waiting'> {
  if (candidate.length + kept.length <= room)
    return { listed: kept.length === 0 ? candidate : [...candidate, ...kept], waiting: 0 };
  const stood = idsOf(standingTargets(state) ?? []);
  const known = candidate.filter(({ id }) => stood.has(id));
  const listed = [...known, ...kept];
  // When all of it waits, no list stands: an empty one would be taken for one that was let through.
  return { listed: listed.length === 0 ? undefined : listed, waiting: candidate.length - known.length };
}

// An answer that cannot be judged: it neither counts nor resets.
function holdUnread(
  state: GuardState,
  candidate: readonly Target[],
  reason: HoldReason,
  limits: Limits,
  at: JudgedAt,
): GuardState {
  const message =
    reason === 'empty'
      ? `the inventory lists no target${at.whyNone === undefined ? '' : ` (${at.whyNone})`}`
      : `the inventory lists ${candidate.length} targets, more than MAX_TARGETS ${limits.maxTargets}`;
  const hold = { ...begun(state, reason, at.wall), ...removalOf(state, candidate), message, isWhole: true };
  return { ...state, hold, waiting: 0, isAccepted: false };
}

function holdLoss(
  state: GuardState,
  candidate: readonly Target[],
  loss: Loss,
  limits: Limits,
  at: JudgedAt,
): GuardState {
  const hold = oneMore(state, loss, at.wall);
  if (isConfirmed(hold, state.clock, limits)) return confirm(state, candidate, hold, limits, at);
  const kept = without(state.listed ?? [], loss.named);
  const added = hold.added.union(loss.additions);
  const isWhole = tooManyAdditions(added.size, loss, limits.maxShrink);
  const message = wordsOf(loss, isWhole, limits);
  const shown: Hold = { ...hold, ...summarize(kept), message, isWhole };
  if (isWhole) return { ...state, hold: shown, waiting: 0 };
  const graced = graceOf(state, idsOf(candidate), [], limits);
  const next = withinRoom(state, candidate, kept, limits.maxTargets - graced.length);
  return {
    ...state,
    ...next,
    graced,
    hold: { ...shown, added: next.waiting > 0 ? hold.added : added },
  };
}

// What no answer of the hold has named goes; the newest additions stand; what some answer named is judged anew.
function confirm(
  state: GuardState,
  candidate: readonly Target[],
  { unnamed = new Set() }: Hold,
  limits: Limits,
  at: JudgedAt,
): GuardState {
  const rest = without(state.listed ?? [], unnamed);
  const believed = [...without(rest, idsOf(candidate)), ...candidate];
  const passed = pass(state, believed, limits);
  const gone = new Map([...passed.gone].filter(([id]) => !unnamed.has(id)));
  const settled = { ...passed, gone, isAccepted: true };
  const loss = lossOf(settled, candidate);
  if (isWithin(loss, limits.maxShrink)) return pass(settled, candidate, limits);
  return holdLoss(settled, candidate, loss, limits, at);
}

function wordsOf({ count, base, additions }: Loss, isWhole: boolean, limits: Limits): string {
  const lost = `the inventory no longer lists ${count} of the ${base} sensors of the last ${formatDuration(limits.windowMs)}`;
  const renamed = isWhole ? ` and ${additions.size} new ones` : '';
  return `${lost}${renamed} (MAX_SHRINK ${formatMaxShrink(limits.maxShrink)})`;
}

// By address, as the file has them: the same before and after a restart.
function summarize(targets: readonly Target[]): Pick<Hold, 'targets' | 'digest'> {
  const addresses = [...new Set(targets.map(({ address }) => address))].sort();
  const digest = createHash('sha256').update(addresses.join('\n')).digest('hex').slice(0, 12);
  return { targets: targets.length, digest };
}

function without(targets: readonly Target[], ids: Ids): Target[] {
  return targets.filter(({ id }) => !ids.has(id));
}
