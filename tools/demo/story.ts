// The tour's story as data: what is done, and what has to be seen before it goes on.

import type { Action } from './action.ts';
import { SENSORS } from './programs.ts';
import { type Listed, type Sample, type SeenServer, serversIn } from './sample.ts';

export interface Step {
  readonly title: string;
  readonly actions: readonly Action[];
  /** What the unguarded job must come to, and the words for it. `before` was taken before the actions. */
  readonly unguarded: Expectation<SeenServer>;
  /** What inventory-sd must come to. That none of its targets is lost on the way is asked of every sample. */
  readonly guarded: Expectation<Sample>;
  /** Which of the sensors' targets stand when the step has ended; all unless a person gave some up. */
  readonly stands?: (address: string) => boolean;
}

export interface Expectation<Seen> {
  readonly words: string;
  seen(now: Seen, before: Seen | undefined): boolean;
}

type Status = NonNullable<Sample['status']>;

const MORE = 10;

/** The steps, in order. @param hasAlerts the server that is looked at evaluates our rules. */
export function story(hasAlerts: boolean): readonly Step[] {
  return [
    {
      title: `${SENSORS} sensors are found`,
      actions: [],
      unguarded: allUp(SENSORS),
      guarded: follows(SENSORS),
    },
    {
      title: 'the inventory answers []',
      actions: [{ do: 'break', fault: 'empty' }],
      unguarded: falls(0),
      guarded: keeps('held', ({ held, inventory }) => held !== null && inventory.lastFailure === null),
    },
    healthy(),
    {
      title: 'the inventory answers null',
      actions: [{ do: 'break', fault: 'null' }],
      unguarded: falls(0),
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
      title: 'half of the list is missing',
      actions: [{ do: 'break', fault: 'half' }],
      unguarded: falls(SENSORS / 2),
      guarded: hasAlerts
        ? keeps('held, alert fires', isHalfHeld, 'InventorySdHeldShrink')
        : keeps('held', isHalfHeld),
    },
    {
      title: 'a person accepts that',
      actions: [{ do: 'accept' }],
      unguarded: falls(SENSORS / 2),
      guarded: follows(SENSORS / 2),
      stands: isInHalf,
    },
    {
      title: 'a person takes it back',
      actions: [{ do: 'undo' }],
      unguarded: falls(SENSORS / 2),
      guarded: keeps('held', isHalfHeld),
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
}

function healthy(): Step {
  return {
    title: 'the inventory is healthy again',
    actions: [{ do: 'heal' }],
    unguarded: allUp(SENSORS),
    guarded: follows(SENSORS),
  };
}

function falls(count: number): Step['unguarded'] {
  return { words: `${count} targets`, seen: ({ unguarded }) => unguarded.addresses.length === count };
}

// The fault leaves out every second sensor, from sensor_1 on.
function isInHalf(address: string): boolean {
  return /[02468]:\d+$/.test(address);
}

function isHalfHeld({ held, inventory }: Status): boolean {
  return held?.reason === 'shrink' && held.targets === SENSORS / 2 && inventory.lastFailure === null;
}

function allUp(count: number): Step['unguarded'] {
  return { words: `${count} targets`, seen: ({ unguarded }) => isAllUp(unguarded, count) };
}

/** Its http_sd must have met the fault, or nothing would be shown. */
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
    seen: (sample) =>
      sample.status?.fresh === true &&
      sample.status.inventory.lastFailure === null &&
      sample.file?.length === count &&
      isUpEverywhere(sample, count),
  };
}

/** @param alert its name; it must fire in the server that is looked at. */
function keeps(word: string, isMet: (status: Status) => boolean, alert?: string): Step['guarded'] {
  return {
    words: `${SENSORS} ${word}`,
    seen: (sample) =>
      sample.status !== undefined &&
      isMet(sample.status) &&
      sample.file?.length === SENSORS &&
      isUpEverywhere(sample, SENSORS) &&
      (alert === undefined || fires(sample.server, alert)),
  };
}

function fires(server: SeenServer | undefined, alert: string): boolean {
  return server?.alerts.some(({ name, state }) => name === alert && state === 'firing') === true;
}

/** In every server that answers. */
function isUpEverywhere(sample: Sample, count: number): boolean {
  return serversIn(sample).every(({ guarded }) => isAllUp(guarded, count));
}

function isAllUp({ addresses, up }: Listed, count: number): boolean {
  return addresses.length === count && up === count;
}
