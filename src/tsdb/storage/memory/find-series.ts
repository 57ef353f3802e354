// Matchers → the slots of the series that match, beginning with the rarest label that is asked for.

import type { Matcher } from '../../../model/matcher.ts';
import type { Budget } from '../contract.ts';
import type { LabelIndex } from './label-index.ts';
import type { SeriesRows, Slot } from './series-rows.ts';
import type { PairId } from './symbols.ts';

/** Most regular expressions take 0.1 to 2 µs a value, some half a millisecond; a look at a series about 50 ns. */
const VALUES_A_BREATH = 16;
const SERIES_A_BREATH = 4096;

/** @returns slots in no order, as they were at one time or another of the search. */
export async function findSeries(
  index: LabelIndex,
  rows: SeriesRows,
  matchers: readonly Matcher[],
  budget: Pick<Budget, 'breathe'>,
): Promise<Slot[]> {
  const start = startOf(index, matchers);
  const slots = start === undefined ? await allSeries(rows, budget) : await start.slots(budget);
  const others = matchers.filter((matcher) => matcher !== start?.matcher);
  return others.length === 0 ? slots : keepMatching(index, slots, others, budget);
}

interface Start {
  readonly matcher: Matcher;
  /** Roughly how much is to be looked at. */
  readonly cost: number;
  slots(budget: Pick<Budget, 'breathe'>): Promise<Slot[]>;
}

// A matcher that holds for the empty text holds for series without the label, which no list names.
function startOf(index: LabelIndex, matchers: readonly Matcher[]): Start | undefined {
  const starts = matchers
    .filter((matcher) => !matcher.matches(''))
    .map((matcher) => startWith(index, matcher));
  return starts.reduce<Start | undefined>(
    (best, next) => (best && best.cost <= next.cost ? best : next),
    undefined,
  );
}

function startWith(index: LabelIndex, matcher: Matcher): Start {
  const { symbols } = index;
  const literals = literalsOf(matcher);
  if (literals === undefined) {
    const values = symbols.pairsOf(matcher.name);
    // Not knowing how many series it will be, rather any list of another matcher first.
    const cost = 1e9 + values.size;
    return { matcher, cost, slots: (budget) => slotsOfValues(index, matcher, budget) };
  }
  const pairs = literals.flatMap((value) => symbols.find(matcher.name, value) ?? []);
  const cost = pairs.reduce((sum, pair) => sum + symbols.countOf(pair), 0);
  return { matcher, cost, slots: async () => slotsOfPairs(index, pairs) };
}

/** The values that a matcher holds for, when they can be read from it. */
function literalsOf({ operator, value }: Matcher): readonly string[] | undefined {
  if (operator === '=') return [value];
  if (operator !== '=~' || !/^[\w:/@ ,;=~<>%&#'"!|-]*$/.test(value)) return undefined;
  return [...new Set(value.split('|'))];
}

function slotsOfPairs(index: LabelIndex, pairs: readonly PairId[]): Slot[] {
  const slots: Slot[] = [];
  for (const pair of pairs) for (const slot of index.symbols.slotsOf(pair)) slots.push(slot);
  return slots;
}

async function slotsOfValues(
  index: LabelIndex,
  matcher: Matcher,
  budget: Pick<Budget, 'breathe'>,
): Promise<Slot[]> {
  const slots: Slot[] = [];
  let looked = 0;
  for (const [value, pair] of index.symbols.pairsOf(matcher.name)) {
    looked += 1;
    if (looked % VALUES_A_BREATH === 0) await budget.breathe();
    if (matcher.matches(value)) for (const slot of index.symbols.slotsOf(pair)) slots.push(slot);
  }
  return slots;
}

async function allSeries(rows: SeriesRows, budget: Pick<Budget, 'breathe'>): Promise<Slot[]> {
  const slots: Slot[] = [];
  for (let slot = 0; slot < rows.limit; slot += 1) {
    if (rows.isAlive(slot)) slots.push(slot);
    if (slot % SERIES_A_BREATH === 0) await budget.breathe();
  }
  return slots;
}

async function keepMatching(
  index: LabelIndex,
  slots: readonly Slot[],
  matchers: readonly Matcher[],
  budget: Pick<Budget, 'breathe'>,
): Promise<Slot[]> {
  const tests = matchers.map((matcher) => testOf(index, matcher));
  const kept: Slot[] = [];
  let looked = 0;
  for (const slot of slots) {
    looked += 1;
    if (looked % VALUES_A_BREATH === 0) await budget.breathe();
    if (tests.every((test) => test(slot))) kept.push(slot);
  }
  return kept;
}

// A value is judged once, however many series have it.
function testOf(index: LabelIndex, matcher: Matcher): (slot: Slot) => boolean {
  const judged = new Map<PairId, boolean>([[-1, matcher.matches('')]]);
  return (slot) => {
    const pair = index.pairOf(slot, matcher.name);
    const known = judged.get(pair);
    if (known !== undefined) return known;
    const matches = matcher.matches(index.symbols.valueOf(pair));
    judged.set(pair, matches);
    return matches;
  };
}
