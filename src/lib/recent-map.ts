// A map that forgets: two generations, of which the older one goes when the younger is full.

export interface RecentMap<Value> {
  get(key: string): Value | undefined;
  set(key: string, value: Value): void;
  delete(key: string): void;
  /** Those not asked for of late first; a key may come twice, the newer value last. */
  entries(): readonly (readonly [string, Value])[];
}

export interface RecentMapOptions {
  /** What one generation may weigh; what is asked for in neither is forgotten. */
  readonly most: number;
  /** Of an entry; 1 when it is not told, so that `most` is their number. */
  readonly weightOf?: (key: string) => number;
  /** Told when a generation begins. */
  readonly turned?: () => void;
}

export function createRecentMap<Value>({
  most,
  weightOf = () => 1,
  turned,
}: RecentMapOptions): RecentMap<Value> {
  let young = new Map<string, Value>();
  let old = new Map<string, Value>();
  let weight = 0;

  function set(key: string, value: Value): void {
    if (!young.has(key)) {
      const added = weightOf(key);
      if (weight + added > most && young.size > 0) turn();
      weight += added;
    }
    young.set(key, value);
  }

  function turn(): void {
    [old, young, weight] = [young, new Map(), 0];
    turned?.();
  }

  return {
    set,
    get(key) {
      const value = young.get(key);
      if (value !== undefined) return value;
      const older = old.get(key);
      if (older !== undefined) set(key, older);
      return older;
    },
    delete(key) {
      if (young.delete(key)) weight -= weightOf(key);
      old.delete(key);
    },
    entries: () => [...old, ...young],
  };
}
