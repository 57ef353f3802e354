// The guard's state as JSON, and back: a restart goes on where it was.

import { type Labels, labelsKey } from '../../model/labels.ts';
import {
  type Gone,
  type Graced,
  type GuardState,
  HOLD_REASONS,
  type Hold,
  initialGuardState,
} from './guard-state.ts';
import type { Target } from './target.ts';

/** A state that was read back. */
export interface Restored {
  readonly state: GuardState;
  /** Unix milliseconds. */
  readonly savedAt: number;
}

// What stands is in the target file itself; `empty` tells an accepted empty list from a foreign one.
interface GuardRecord {
  readonly version: 1;
  readonly savedAt: number;
  readonly clock: number;
  readonly empty: boolean;
  readonly gone: readonly (readonly [string, Gone])[];
  readonly graced: readonly Graced[];
  readonly hold: HoldRecord | null;
}

type HoldRecord = Omit<Hold, 'added' | 'unnamed' | 'reasonSince'> & {
  /** Earlier versions did not know it. */
  readonly reasonSince?: number;
  readonly added: readonly string[];
  readonly unnamed: readonly string[] | null;
};

/**
 * Writes the state, without the list that stands.
 * @param savedAt Unix milliseconds.
 */
export function writeGuardRecord(state: GuardState, savedAt: number): string {
  // The file will know a sensor that stands by its address only.
  const addresses = new Map((state.listed ?? []).map(({ id, address }) => [id, address]));
  const known = (ids: Iterable<string>) => [...ids].map((id) => addresses.get(id) ?? id);
  const { clock, gone, graced, hold } = state;
  const record: GuardRecord = {
    version: 1,
    savedAt,
    clock,
    empty: state.listed?.length === 0,
    gone: [...gone],
    graced,
    hold: hold
      ? { ...hold, added: known(hold.added), unnamed: hold.unnamed ? known(hold.unnamed) : null }
      : null,
  };
  return `${JSON.stringify(record)}\n`;
}

/**
 * Reads a state back.
 * @param found the targets in the file; undefined when there is none.
 * @throws Error when the text is not what `writeGuardRecord` writes.
 */
export function readGuardRecord(text: string, found: readonly Target[] | undefined): Restored {
  const value: unknown = JSON.parse(text);
  if (!isRecord(value)) throw new Error('it is no state of inventory-sd');
  const { savedAt, clock, graced, empty } = value;
  if (found === undefined || (found.length === 0 && !empty))
    return { state: { ...initialGuardState(undefined), clock }, savedAt };
  const listed = withoutGraced(found, graced);
  const gone = withoutStanding(value.gone, listed);
  const known = initialGuardState(listed.length === 0 && !empty ? undefined : listed);
  return { state: { ...known, clock, gone, graced, hold: readHold(value.hold) }, savedAt };
}

// A crash between the state and the file leaves a sensor in both.
function withoutStanding(gone: GuardRecord['gone'], listed: readonly Target[]): Map<string, Gone> {
  const stands = new Set(listed.map(({ address }) => address));
  return new Map(gone.filter(([, { address }]) => !stands.has(address)));
}

function readHold(hold: HoldRecord | null): Hold | undefined {
  if (hold === null) return undefined;
  return {
    ...hold,
    reasonSince: hold.reasonSince ?? hold.since,
    added: new Set(hold.added),
    unnamed: hold.unnamed === null ? undefined : new Set(hold.unnamed),
  };
}

function withoutGraced(found: readonly Target[], graced: readonly Graced[]): Target[] {
  const keys = new Set(graced.map(({ target }) => keyOf(target)));
  return keys.size === 0 ? [...found] : found.filter((target) => !keys.has(keyOf(target)));
}

function keyOf({ address, labels }: Target): string {
  return `${address} ${labelsKey(labels)}`;
}

function isRecord(value: unknown): value is GuardRecord {
  if (!isObject(value)) return false;
  const { version, savedAt, clock, empty, gone, graced, hold } = value;
  return (
    version === 1 &&
    isTime(savedAt) &&
    isTime(clock) &&
    typeof empty === 'boolean' &&
    isListOf(gone, isGone) &&
    isListOf(graced, isGraced) &&
    (hold === null || isHold(hold))
  );
}

function isGone(value: unknown): boolean {
  if (!Array.isArray(value) || value.length !== 2) return false;
  const [id, gone] = value;
  return isText(id) && isObject(gone) && isTime(gone.at) && isText(gone.address);
}

function isGraced(value: unknown): value is Graced {
  return isObject(value) && isTime(value.until) && isTarget(value.target);
}

function isTarget(value: unknown): value is Target {
  return (
    isObject(value) &&
    typeof value.id === 'string' &&
    typeof value.address === 'string' &&
    isLabels(value.labels)
  );
}

function isLabels(value: unknown): value is Labels {
  return isObject(value) && Object.values(value).every((label) => typeof label === 'string');
}

function isHold(value: unknown): boolean {
  if (!isObject(value)) return false;
  const { reason, message, digest, isWhole, added, unnamed } = value;
  return (
    HOLD_REASONS.some((known) => known === reason) &&
    typeof message === 'string' &&
    typeof digest === 'string' &&
    typeof isWhole === 'boolean' &&
    [value.since, value.reasonSince ?? 0, value.began, value.answers, value.targets].every(isTime) &&
    isListOf(added, isText) &&
    (unnamed === null || isListOf(unnamed, isText))
  );
}

function isText(value: unknown): boolean {
  return typeof value === 'string';
}

// Milliseconds or a count, never beyond what a Date can hold (ECMA-262): it is shown as one.
function isTime(value: unknown): boolean {
  return typeof value === 'number' && value >= 0 && value <= 8.64e15;
}

function isListOf(value: unknown, isOne: (entry: unknown) => boolean): boolean {
  return Array.isArray(value) && value.every(isOne);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
