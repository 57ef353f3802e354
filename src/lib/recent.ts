// A set that forgets the least recently used of too many.

export interface Recent {
  /** Whether it is in; if so, it is the most recently used now. */
  has(key: string): boolean;
  add(key: string): void;
}

/** @param most more than these are never kept. */
export function createRecent(most: number): Recent {
  const keys = new Set<string>();
  const add = (key: string) => {
    keys.delete(key);
    keys.add(key);
    if (keys.size > most) keys.delete(keys.values().next().value as string);
  };
  return {
    has(key) {
      const known = keys.has(key);
      if (known) add(key);
      return known;
    },
    add,
  };
}
