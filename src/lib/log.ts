// One JSON line an event: level as a word, time in RFC 3339 UTC, fields first, a fixed message after.

import { writeSync } from 'node:fs';
import { type DestinationStream, type Logger, pino } from 'pino';

export type { Logger } from 'pino';

export const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** Makes the program's logger; without a destination it writes to standard output. */
export function createLogger(level: LogLevel, destination: DestinationStream = standardOutput): Logger {
  const options = {
    level,
    base: null,
    formatters: { level: (label: string) => ({ level: label }) },
    timestamp: pino.stdTimeFunctions.isoTime,
  };
  return pino(options, destination);
}

// pino's own writes to a full disk again and again, for ever. A line that cannot be written is lost; the program goes on.
const standardOutput: DestinationStream = {
  write(line) {
    try {
      writeSync(process.stdout.fd, line);
    } catch {
      // There is nowhere left to say it.
    }
  },
};
