// A state that lasts over many passes: when to speak of it.

import type { Moment } from './moment.ts';

const REPEAT_MS = 600_000;
// Other words for the same trouble (another entry, another body) are news, but may come with every poll.
const REWORDED_MS = 60_000;

/** What to say of a state that lasts over many passes, and how long it has lasted (ms). */
interface Remark {
  readonly say: 'begin' | 'again' | 'end' | undefined;
  readonly lasted: number;
}

interface Said {
  readonly reason: string;
  readonly words: string;
  readonly began: number;
  readonly at: number;
}

/**
 * Makes the function that follows one state: it speaks when the state begins, when its reason changes, when its words
 * do (at most once a minute), after ten minutes, and at the end.
 */
export function createEpisode(): (reason: string | undefined, words: string, now: Moment) => Remark {
  let last: Said | undefined;
  return (reason, words, { mono }) => {
    const before = last;
    const lasted = mono - (before?.began ?? mono);
    if (reason === undefined) {
      last = undefined;
      return { say: before && 'end', lasted };
    }
    if (before !== undefined && isOldNews(before, reason, words, mono)) return { say: undefined, lasted };
    last = { reason, words, began: before?.began ?? mono, at: mono };
    return { say: before === undefined ? 'begin' : 'again', lasted };
  };
}

function isOldNews(said: Said, reason: string, words: string, mono: number): boolean {
  if (said.reason !== reason) return false;
  return mono - said.at < (said.words === words ? REPEAT_MS : REWORDED_MS);
}
