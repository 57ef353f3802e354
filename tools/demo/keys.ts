// Keys of the live screen, and what they do.

import type { Action } from './action.ts';

const SENSORS = 10;
const CTRL_C = '\x03';

const KEYS: Readonly<Record<string, Action | 'quit'>> = {
  e: { do: 'break', fault: 'empty' },
  h: { do: 'break', fault: 'half' },
  n: { do: 'break', fault: 'null' },
  5: { do: 'break', fault: 'status' },
  d: { do: 'break', fault: 'hang' },
  '+': { do: 'add', count: SENSORS },
  '-': { do: 'remove', count: SENSORS },
  o: { do: 'heal' },
  a: { do: 'accept' },
  u: { do: 'undo' },
  q: 'quit',
  [CTRL_C]: 'quit',
};

/** Key and what the screen says of it. */
export const KEY_WORDS: readonly (readonly [string, string])[] = [
  ['e', 'empty'],
  ['h', 'half'],
  ['n', 'null'],
  ['5', 'status 500'],
  ['d', 'hang'],
  ['+ -', `${SENSORS} sensors`],
  ['o', 'healthy'],
  ['a', 'accept'],
  ['u', 'undo'],
  ['q', 'quit'],
];

/** Reads what a terminal in raw mode sends: quick keys come as one piece, an arrow key as a sequence that is none of ours. */
export function actionsOf(typed: string): (Action | 'quit')[] {
  if (typed.startsWith('\x1b')) return [];
  const actions = [...typed.toLowerCase()].map((key) => (Object.hasOwn(KEYS, key) ? KEYS[key] : undefined));
  return actions.filter((action) => action !== undefined);
}
