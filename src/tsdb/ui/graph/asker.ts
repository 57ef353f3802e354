// Asks the server whenever the state changes, and by itself as often as it is told to.

import type { Connection } from '../kit/connection.ts';
import { Poll } from '../kit/poll.ts';
import { serverAhead, serverNow } from '../kit/server-clock.ts';
import { askAll, type Results } from './queries.ts';
import type { Refresh } from './state.ts';
import type { GraphStore } from './store.ts';
import { spanOf } from './time-range.ts';

export interface Asker {
  ask(): void;
}

interface AskerParts {
  readonly store: GraphStore;
  readonly connection: Connection;
  /** Pixels that the lines have. */
  readonly width: () => number;
  readonly asking: (isAsking: boolean) => void;
  readonly answered: (results: Results) => void;
}

/** The longest that a browser's timer waits, some 24 days. */
const NEVER = 2 ** 31 - 1;
const EVERY_MS: Readonly<Record<Refresh, number>> = { off: NEVER, '5s': 5000, '15s': 15_000, '1m': 60_000 };

export function createAsker({ store, connection, width, asking, answered }: AskerParts): Asker {
  let poll: Poll<Results> | undefined;
  const askNow = (signal: AbortSignal) =>
    askAll(store.state, spanOf(store.state.range, serverNow()), width(), signal);
  const load = async (signal: AbortSignal): Promise<Results> => {
    asking(true);
    try {
      const ahead = serverAhead();
      const found = await askNow(signal);
      // Its answer told that it has another time than the browser: what was asked for was not its last hour.
      return serverAhead() === ahead ? found : await askNow(signal);
    } finally {
      if (!signal.aborted) asking(false);
    }
  };
  return {
    ask() {
      if (poll !== undefined) return poll.refresh();
      poll = new Poll({
        get everyMs() {
          const { refresh, range } = store.state;
          return range.kind === 'last' ? EVERY_MS[refresh] : NEVER;
        },
        load,
        show: answered,
        connection,
      });
    },
  };
}
