// Series and their samples as an exposition for another server to scrape.

import type { Labels } from '../../model/labels.ts';
import type { Escaping } from '../exposition/escape-name.ts';
import { familyLines, lineOf, seriesText } from '../exposition/write-text.ts';
import type { SaidOfMetrics } from '../scrape/metadata.ts';

export interface SeriesSamples {
  readonly labels: Labels;
  /** In the order in which they are written; Unix milliseconds. */
  readonly samples: Iterable<readonly [time: number, value: number]>;
}

export interface Exposed {
  /** What is told of metrics by their names. */
  readonly pushed: SaidOfMetrics;
  /** `global.external_labels`: added where a series has none of its own. */
  readonly externalLabels: Labels;
  readonly escaping: Escaping;
}

/** Families by name, of each its series in the order in which they come. */
export function* familiesText(
  series: Iterable<SeriesSamples>,
  { pushed, externalLabels, escaping }: Exposed,
): Generator<string> {
  // What has no instance of its own must not be given that of this server.
  const external = Object.entries({ instance: '', ...externalLabels }).sort(byText);
  for (const [name, family] of [...byName(series)].sort(byText)) {
    const { type = '', help = '' } = pushed.get(name) ?? {};
    yield familyLines(name, type, help, escaping);
    for (const { labels, samples } of family) {
      const text = seriesText(withExternal(labels, external), escaping);
      for (const [time, value] of samples) yield lineOf(text, value, time);
    }
  }
}

function byText([a]: readonly [string, ...unknown[]], [b]: readonly [string, ...unknown[]]): number {
  return a < b ? -1 : 1;
}

function byName(all: Iterable<SeriesSamples>): ReadonlyMap<string, readonly SeriesSamples[]> {
  const families = new Map<string, SeriesSamples[]>();
  for (const series of all) {
    const { __name__ = '' } = series.labels;
    const family = families.get(__name__);
    if (family === undefined) families.set(__name__, [series]);
    else family.push(series);
  }
  return families;
}

// Own labels in their order, then the external ones that are not among them.
function withExternal(labels: Labels, external: readonly (readonly [string, string])[]): Labels {
  const own = Object.entries(labels).sort(byText);
  return Object.fromEntries([...own, ...external.filter(([name]) => !Object.hasOwn(labels, name))]);
}
