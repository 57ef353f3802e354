// Follows the inventory's true list: polls it, keeps the last one while the inventory is down, also over a restart.

import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '../../src/lib/log.ts';
import { createListFile } from './list-file.ts';
import { createListSource } from './list-source.ts';
import type { SensorList } from './sensor-list.ts';
import { createTrouble } from './trouble.ts';

export interface ListWatchOptions {
  readonly adminUrl: string;
  readonly intervalMs: number;
  readonly file: string | undefined;
}

export interface ListWatch {
  /** Undefined until a list stands. */
  current(): SensorList | undefined;
  /** Why the inventory gave no list at the last poll; undefined when it did, or was not asked yet. */
  problem(): string | undefined;
  readonly polls: Readonly<Record<'changed' | 'unchanged' | 'failed', number>>;
  /** Polls at once, then after every interval. */
  start(): void;
  /** Waits for what is running. */
  stop(): Promise<void>;
}

interface Loop {
  start(): void;
  stop(): Promise<void>;
}

/** Makes the watch of one fleet; it rests until it is started. */
export function createListWatch(options: ListWatchOptions, logger: Logger): ListWatch {
  const source = createListSource(options.adminUrl);
  const file = createListFile(options.file, logger);
  const polls = { changed: 0, unchanged: 0, failed: 0 };
  const fetching = createTrouble(
    logger,
    'cannot fetch the list of sensors, the last one is kept',
    'list of sensors fetched again',
  );
  let list: SensorList | undefined;

  async function poll(signal: AbortSignal): Promise<void> {
    const fetched = await source.fetch(signal);
    polls[fetched === undefined ? 'unchanged' : 'changed'] += 1;
    fetching.succeeded();
    if (fetched === undefined) return file.flush();
    list = fetched.list;
    logger.info({ revision: list.revision, sensors: list.sensors.size }, 'list of sensors taken');
    await file.keep(fetched.text);
  }

  async function failed(error: unknown, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    polls.failed += 1;
    if (fetching.reason() === undefined && list === undefined) list = await file.read();
    fetching.failed(error);
  }

  const loop = repeat((signal) => poll(signal).catch((error) => failed(error, signal)), options.intervalMs);
  return {
    current: () => list,
    problem: fetching.reason,
    polls,
    start: loop.start,
    stop: () => loop.stop().then(source.close),
  };
}

/** Runs `pass` again and again, never two at once, with a pause after each. */
function repeat(pass: (signal: AbortSignal) => Promise<void>, pauseMs: number): Loop {
  const stopped = new AbortController();
  const { signal } = stopped;
  let running = Promise.resolve();
  const run = async () => {
    while (!signal.aborted) {
      await pass(signal);
      await sleep(pauseMs, undefined, { signal }).catch(() => {});
    }
  };
  return {
    start() {
      running = run();
    },
    stop() {
      stopped.abort();
      return running;
    },
  };
}
