// Looking at the samples of a selector: the newest before a time, those of a range, and those of each step.

import type { Budget, Slice, Store } from '../storage/contract.ts';
import { passingBudget } from './budget.ts';
import type { Selector } from './expression.ts';
import type { Sample, Series } from './result.ts';
import { createStepped, type Steps } from './stepped.ts';

/** One selector over one store. Times are Unix milliseconds. */
export interface Look {
  readonly store: Store;
  readonly budget: Budget;
  readonly selector: Selector;
  readonly lookbackMs: number;
}

/**
 * The newest sample of each series in `(time − lookback, time]`; a series whose newest one is a stale marker has none.
 * `time` is already moved by the selector's offset. The open end is Prometheus' since 3.0.
 */
export async function lookBack(look: Look, time: number): Promise<Sample[]> {
  const found: Sample[] = [];
  await eachSeries(passing(look), time - look.lookbackMs + 1, time, (labels) => {
    let newest: { value: number; isStale: boolean } | undefined;
    return {
      take({ values, stale }) {
        const last = values.length - 1;
        if (last >= 0) newest = { value: values[last] as number, isStale: stale[last] === 1 };
      },
      end() {
        if (newest?.isStale !== false) return;
        look.budget.take(1);
        found.push({ labels, value: newest.value });
      },
    };
  });
  return found;
}

/** The samples of each series in `(time − range, time]`, stale markers left out, series without one too. */
export async function lookOver(look: Look, time: number, rangeMs: number): Promise<Series[]> {
  const found: Series[] = [];
  await eachSeries(look, time - rangeMs + 1, time, (labels) => {
    const times: number[] = [];
    const values: number[] = [];
    return {
      take(slice) {
        slice.times.forEach((moment, i) => {
          if (slice.stale[i] === 1) return;
          times.push(moment);
          values.push(slice.values[i] as number);
        });
      },
      end() {
        if (times.length > 0)
          found.push({ labels, times: Float64Array.from(times), values: Float64Array.from(values) });
      },
    };
  });
  return found;
}

/** As `lookBack` at every step, in one reading; the selector's offset is still to be made. */
export async function lookAtSteps(look: Look, steps: Steps): Promise<Series[]> {
  const { selector, lookbackMs, budget } = look;
  const stepped = createStepped(steps, selector.offsetMs, lookbackMs);
  const from = steps.start - selector.offsetMs - lookbackMs + 1;
  const to = steps.start - selector.offsetMs + steps.step * (steps.count - 1);
  const found: Series[] = [];
  await eachSeries(passing(look), from, to, (labels) => ({
    take: stepped.take,
    end() {
      const points = stepped.end();
      budget.take(points.times.length);
      if (points.times.length > 0) found.push({ labels, ...points });
    },
  }));
  return found;
}

// As in Prometheus, what counts is what is in memory at once.
function passing(look: Look): Look {
  return { ...look, budget: passingBudget(look.budget) };
}

interface SeriesReader {
  take(slice: Slice): void;
  end(): void;
}

// A store gives the slices of one series one after the other.
async function eachSeries(
  { store, budget, selector: { matchers } }: Look,
  from: number,
  to: number,
  open: (labels: Slice['labels']) => SeriesReader,
): Promise<void> {
  let ref: number | undefined;
  let reader: SeriesReader | undefined;
  for await (const slices of store.select({ matchers, range: { from, to } }, budget)) {
    for (const slice of slices) {
      if (slice.ref !== ref) {
        reader?.end();
        reader = open(slice.labels);
        ref = slice.ref;
      }
      reader?.take(slice);
      await budget.breathe();
    }
  }
  reader?.end();
}
