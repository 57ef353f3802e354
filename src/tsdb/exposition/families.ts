// The metadata of a target's families while a body is read.

import type { FamilyMetadata, FamilyType } from './scrape.ts';

/** What one metadata line said. */
export type Said = { readonly type: FamilyType } | { readonly help: string } | { readonly unit: string };

const NOTHING_SAID: FamilyMetadata = { type: 'unknown', help: '', unit: '' };

export class Families {
  readonly #previous: ReadonlyMap<string, FamilyMetadata>;
  readonly #families = new Map<string, FamilyMetadata>();

  /** @param previous of the scrape before: what has not changed is taken from it and not held twice. */
  constructor(previous: ReadonlyMap<string, FamilyMetadata>) {
    this.#previous = previous;
  }

  /** A later line of the same kind replaces an earlier one. */
  say(family: string, said: Said): void {
    this.#families.set(family, { ...(this.#families.get(family) ?? NOTHING_SAID), ...said });
  }

  /** The map before when nothing has changed. */
  done(): ReadonlyMap<string, FamilyMetadata> {
    const changed = [...this.#families].filter(([name, family]) => !isSame(family, this.#previous.get(name)));
    return changed.length === 0 && this.#families.size === this.#previous.size
      ? this.#previous
      : this.#families;
  }
}

function isSame(family: FamilyMetadata, other: FamilyMetadata | undefined): boolean {
  return family.type === other?.type && family.help === other.help && family.unit === other.unit;
}
