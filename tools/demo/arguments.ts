// The words after `npm run demo --`.

import { nearestName } from '../../src/lib/nearest-name.ts';

export interface Arguments {
  readonly tour: boolean;
  readonly help: boolean;
}

const FLAGS = ['--tour', '--help'];

/** @returns what was asked for, or one line that says what is wrong. */
export function parseArguments(args: readonly string[]): Arguments | string {
  const unknown = args.find((arg) => !FLAGS.includes(arg) && arg !== '-h');
  if (unknown === undefined) {
    return { tour: args.includes('--tour'), help: args.includes('--help') || args.includes('-h') };
  }
  const meant = nearestName(unknown, FLAGS);
  const hint = meant === undefined ? '' : `, did you mean ${meant}`;
  return `cannot start the demo: it does not know ${JSON.stringify(unknown)}${hint}; see npm run demo -- --help`;
}

export const HELP = `npm run demo [-- --tour]

Starts a pretend inventory of 100 sensors, the sensors, inventory-sd, mini-tsdb, and a Prometheus when one is
on PATH or in a folder of PROMETHEUS_DIRS; all on 127.0.0.1, on the usual ports when they are free, with their
files in one temporary folder. Break the inventory and watch: http_sd loses every target, inventory-sd none, or
only those you accept. Prometheus' alerts on a held list fire after seconds here, not after ten minutes.
Everything is stopped and removed at the end.

  --tour  plays the story by itself and ends with a summary: exit code 0 when all held, 1 otherwise
  --help  shows this

Keys: e empty answer, h half of the list, n null, 5 status 500, d hang, + and - ten sensors more or less,
o healthy again, a accept what is held, u undo that, q quit.
Without a terminal it prints lines, and runs until SIGTERM or SIGINT. NO_COLOR turns colours off.`;
