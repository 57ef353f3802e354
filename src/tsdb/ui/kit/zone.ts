// In which time zone times are shown: that of the browser, or UTC.

import { createSetting, type Setting } from './setting.ts';

export interface Zone {
  readonly choice: Setting<'local' | 'utc'>;
  /** The name in force, such as `Europe/Berlin` or `UTC`. */
  readonly name: string;
  subscribe(listener: () => void): void;
}

export function createZone(): Zone {
  const choice = createSetting('mini-tsdb.time', ['local', 'utc']);
  return {
    choice,
    get name() {
      return choice.value === 'utc' ? 'UTC' : localZone();
    },
    subscribe: (listener) => choice.subscribe(() => listener()),
  };
}

export function localZone(): string {
  return new Intl.DateTimeFormat().resolvedOptions().timeZone;
}
