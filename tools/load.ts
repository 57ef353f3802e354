// Loads the doors for pushed samples step by step, and tells what each step brought and cost.

import '../src/lib/node-version.ts';
import { AppError } from '../src/lib/errors.ts';
import { stopSignal } from '../src/lib/stop-signal.ts';
import { LOAD_HELP, readLoadFlags } from './load/flags.ts';
import { runLoad } from './load/run.ts';

async function main(): Promise<number> {
  const flags = readLoadFlags(process.argv.slice(2));
  if (flags === undefined) {
    console.log(LOAD_HELP);
    return 0;
  }
  return runLoad(
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
