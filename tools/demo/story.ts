// The tour's story as data: what is done to the inventory, and what has to be seen before it goes on.

import type { Action } from './action.ts';
import { SENSORS } from './programs.ts';
import type { Listed, Sample, SeenPrometheus } from './sample.ts';

export interface Step {
  readonly title: string;
  readonly actions: readonly Action[];
  /** What the unguarded job must come to, and the words for it. `before` was taken before the actions. */
  readonly unguarded: Expectation<SeenPrometheus>;
  /** What inventory-sd must come to. That none of its targets is lost on the way is asked of every sample. */
  readonly guarded: Expectation<Sample>;
}

export interface Expectation<Seen> {
  readonly words: string;
  seen(now: Seen, before: Seen | undefined): boolean;
}

const MORE = 10;

/** The steps, in order. */
export const STORY: readonly Step[] = [
  {
    title: `${SENSORS} sensors are found`,
    actions: [],
    unguarded: allUp(SENSORS),
    guarded: follows(SENSORS),
  },
  {
    title: 'the inventory answers []',
    actions: [{ do: 'break', fault: 'empty' }],
    unguarded: falls(),
    guarded: keeps('held', ({ held, inventory }) => held !== null && inventory.lastFailure === null),
  },
  healthy(),
  {
    title: 'the inventory answers null',
    actions: [{ do: 'break', fault: 'null' }],
    unguarded: falls(),
    guarded: keeps('kept', ({ inventory }) => inventory.lastFailure?.reason === 'not_a_list'),
  },
  healthy(),
  {
    title: 'the inventory answers status 500',
    actions: [{ do: 'break', fault: 'status' }],
    unguarded: stays(),
    guarded: keeps('kept', ({ inventory }) => inventory.lastFailure?.reason === 'status'),
  },
  {
    title: 'the inventory never answers',
    actions: [{ do: 'break', fault: 'hang' }],
    unguarded: stays(),
    guarded: keeps('kept', ({ inventory }) => inventory.lastFailure?.reason === 'timeout'),
  },
  healthy(),
  {
    title: `${MORE} sensors are added`,
    actions: [{ do: 'add', count: MORE }],
    unguarded: allUp(SENSORS + MORE),
    guarded: follows(SENSORS + MORE),
  },
  {
    title: `${MORE} sensors are removed`,
    actions: [{ do: 'remove', count: MORE }],
    unguarded: allUp(SENSORS),
    guarded: follows(SENSORS),
  },
];

function healthy(): Step {
  return {
    title: 'the inventory is healthy again',
    actions: [{ do: 'heal' }],
    unguarded: allUp(SENSORS),
    guarded: follows(SENSORS),
  };
}

function falls(): Step['unguarded'] {
  return { words: '0 targets', seen: ({ unguarded }) => unguarded.addresses.length === 0 };
}

function allUp(count: number): Step['unguarded'] {
  return { words: `${count} targets`, seen: ({ unguarded }) => isAllUp(unguarded, count) };
}

/** Prometheus' http_sd must have met the fault, or nothing would be shown. */
function stays(): Step['unguarded'] {
  return {
    words: `${SENSORS} targets`,
    seen: ({ unguarded, refused }, before) =>
      unguarded.addresses.length === SENSORS && refused > (before?.refused ?? 0),
  };
}

function follows(count: number): Step['guarded'] {
  return {
    words: `${count} targets`,
    seen: ({ status, file, prometheus }) =>
      status?.fresh === true &&
      status.inventory.lastFailure === null &&
      file?.length === count &&
      (prometheus === undefined || isAllUp(prometheus.guarded, count)),
  };
}

function keeps(word: string, isMet: (status: NonNullable<Sample['status']>) => boolean): Step['guarded'] {
  return {
    words: `${SENSORS} ${word}`,
    seen: ({ status, file, prometheus }) =>
      status !== undefined &&
      isMet(status) &&
      file?.length === SENSORS &&
      (prometheus === undefined || isAllUp(prometheus.guarded, SENSORS)),
  };
}

function isAllUp({ addresses, up }: Listed, count: number): boolean {
  return addresses.length === count && up === count;
}
