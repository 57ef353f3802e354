// A preference of the person, kept by the browser: one of a few words.

export interface Setting<Choice extends string> {
  readonly value: Choice;
  readonly choices: readonly Choice[];
  set(value: Choice): void;
  /** Calls at each change, also one made in another tab. */
  subscribe(listener: (value: Choice) => void): void;
}

/** @param choices whose first is in force until another is chosen. */
export function createSetting<Choice extends string>(
  key: string,
  choices: readonly [Choice, ...Choice[]],
): Setting<Choice> {
  const listeners = new Set<(value: Choice) => void>();
  const known = (text: string | null) => choices.find((choice) => choice === text) ?? choices[0];
  let value = known(stored(key));
  const change = (next: Choice) => {
    if (next === value) return;
    value = next;
    for (const listener of listeners) listener(value);
  };
  addEventListener('storage', (event) => {
    if (event.key === key) change(known(event.newValue));
  });
  return {
    get value() {
      return value;
    },
    choices,
    set(next) {
      store(key, next);
      change(next);
    },
    subscribe: (listener) => void listeners.add(listener),
  };
}

// A browser that is told to keep nothing throws; the choice then lasts as long as the page.
function stored(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

function store(key: string, value: string): void {
  try {
    localStorage.setItem(key, value);
  } catch {
    // It is kept in memory.
  }
}
