// Two lists of targets against each other: what is missing, what is too much, what has other labels. Pure.

import { type Labels, labelsKey } from '../../model/labels.ts';

export interface LabelledTarget {
  /** `host:port`, IPv6 in brackets. */
  readonly address: string;
  readonly labels: Labels;
}

/** A target of both lists. */
export interface Pair<Found extends LabelledTarget> {
  readonly expected: LabelledTarget;
  readonly found: Found;
}

/** A target of both lists whose labels differ, and the names of those that do. */
export interface ChangedPair<Found extends LabelledTarget> extends Pair<Found> {
  readonly names: readonly string[];
}

export interface Comparison<Found extends LabelledTarget> {
  readonly equal: Pair<Found>[];
  readonly changed: ChangedPair<Found>[];
  readonly missing: LabelledTarget[];
  readonly stale: Found[];
}

/** Whether a found target may have this label although the expected one has not. */
export type IsDefault = (name: string) => boolean;

/**
 * Compares by address, in time that grows with the lists and no faster. Of several targets with one address those with
 * equal labels belong together; of the rest one is taken for the other with changed labels. An empty label is none:
 * Prometheus drops it.
 */
export function compareTargets<Found extends LabelledTarget>(
  expected: readonly LabelledTarget[],
  found: readonly Found[],
  isDefault: IsDefault = () => false,
): Comparison<Found> {
  const result: Comparison<Found> = { equal: [], changed: [], missing: [], stale: [] };
  const foundAt = Map.groupBy(found, ({ address }) => address);
  for (const [address, wanted] of Map.groupBy(expected, (target) => target.address)) {
    compareAddress(wanted, foundAt.get(address) ?? [], isDefault, result);
    foundAt.delete(address);
  }
  for (const targets of foundAt.values()) for (const target of targets) result.stale.push(target);
  return result;
}

function compareAddress<Found extends LabelledTarget>(
  expected: readonly LabelledTarget[],
  found: readonly Found[],
  isDefault: IsDefault,
  result: Comparison<Found>,
): void {
  // Many exporters have thousands of targets at one address, but most targets are alone at theirs.
  const rest =
    expected.length > 1 || found.length > 1
      ? takeEqual(expected, found, isDefault, result)
      : { expected, found };
  for (const [i, target] of rest.expected.entries()) {
    const other = rest.found[i];
    if (other === undefined) result.missing.push(target);
    else addPair(target, other, isDefault, result);
  }
  for (const target of rest.found.slice(rest.expected.length)) result.stale.push(target);
}

function addPair<Found extends LabelledTarget>(
  expected: LabelledTarget,
  found: Found,
  isDefault: IsDefault,
  result: Comparison<Found>,
): void {
  const names = differingLabels(expected.labels, found.labels, isDefault);
  if (names.length === 0) result.equal.push({ expected, found });
  else result.changed.push({ expected, found, names });
}

// What is left when the pairs with equal labels are taken out. A target that says more fits fewer, so it chooses first.
function takeEqual<Found extends LabelledTarget>(
  expected: readonly LabelledTarget[],
  found: readonly Found[],
  isDefault: IsDefault,
  result: Comparison<Found>,
): { expected: LabelledTarget[]; found: Found[] } {
  const free = new Set(found);
  const rest: LabelledTarget[] = [];
  const saying = Map.groupBy(expected, ({ labels }) =>
    JSON.stringify(namesOf(labels).filter(isDefault).sort()),
  );
  const shapes = [...saying].map(([names, targets]) => ({ names: new Set(JSON.parse(names)), targets }));
  for (const { names, targets } of shapes.sort((a, b) => b.names.size - a.names.size)) {
    const isSaid = (name: string) => names.has(name) || !isDefault(name);
    const keyOf = ({ labels }: LabelledTarget) =>
      labelsKey(
        Object.fromEntries(
          namesOf(labels)
            .filter(isSaid)
            .map((name) => [name, labelOf(labels, name)]),
        ),
      );
    const candidates = Map.groupBy(found, keyOf);
    for (const target of targets) {
      const same = takeFree(candidates.get(keyOf(target)) ?? [], free);
      if (same === undefined) rest.push(target);
      else result.equal.push({ expected: target, found: same });
    }
  }
  return { expected: rest, found: [...free] };
}

function takeFree<Found>(candidates: Found[], free: Set<Found>): Found | undefined {
  for (let next = candidates.pop(); next !== undefined; next = candidates.pop()) {
    if (free.delete(next)) return next;
  }
  return undefined;
}

// Of the labels that say something.
function namesOf(labels: Labels): string[] {
  return Object.keys(labels).filter((name) => labelOf(labels, name) !== '');
}

function differingLabels(expected: Labels, found: Labels, isDefault: IsDefault): readonly string[] {
  const names = new Set([...Object.keys(expected), ...Object.keys(found)]);
  return [...names].filter((name) => {
    const wanted = labelOf(expected, name);
    return wanted !== labelOf(found, name) && (wanted !== '' || !isDefault(name));
  });
}

/** The value of a label, empty when there is none. */
export function labelOf(labels: Labels, name: string): string {
  return (Object.hasOwn(labels, name) && labels[name]) || '';
}
