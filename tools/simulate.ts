// Pushes pretend metrics into mini-tsdb until it is stopped or its time is over.

import '../src/lib/node-version.ts';
import { AppError } from '../src/lib/errors.ts';
import { stopSignal } from '../src/lib/stop-signal.ts';
import { readSimulateFlags, SIMULATE_HELP } from './simulate/flags.ts';
import { runSimulation } from './simulate/run.ts';

async function main(): Promise<number> {
  const flags = readSimulateFlags(process.argv.slice(2));
  if (flags === undefined) {
    console.log(SIMULATE_HELP);
    return 0;
  }
  return runSimulation(
    flags,
    process.stdout,
    stopSignal(() => {}),
  );
}

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    if (!(error instanceof AppError)) throw error;
    console.error(error.message);
    process.exitCode = error.reason === 'flags' ? 2 : 1;
  },
);
