// The configuration in force: read at start, read again on demand; a faulty new one leaves the old one in force.

import type { ConfigFile } from './config-file.ts';

export interface Configuration {
  current(): ConfigFile;
  /** When the file was read last (Unix milliseconds), and whether what it held then is in force. */
  lastReload(): { readonly isGood: boolean; readonly time: number };
  /** Reads and applies the file. One reload follows the other. @throws what was wrong; the old one stays in force. */
  reload(): Promise<void>;
}

export interface ConfigurationOptions {
  readonly first: ConfigFile;
  readonly read: () => Promise<ConfigFile>;
  readonly apply: (file: ConfigFile) => void;
  /** Told why a reload failed. */
  readonly failed: (error: unknown) => void;
  /** Unix milliseconds. */
  readonly now: () => number;
}

/** `first` has been applied by the caller. */
export function createConfiguration({
  first,
  read,
  apply,
  failed,
  now,
}: ConfigurationOptions): Configuration {
  let current = first;
  let last = { isGood: true, time: now() };
  let turn = Promise.resolve();

  async function reload(): Promise<void> {
    last = { isGood: false, time: now() };
    const next = await read();
    apply(next);
    current = next;
    last = { isGood: true, time: last.time };
  }

  return {
    current: () => current,
    lastReload: () => last,
    reload() {
      const mine = turn.then(reload);
      turn = mine.catch(failed);
      return mine;
    },
  };
}
