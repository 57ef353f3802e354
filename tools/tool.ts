// A tool as a program: its flags, its help, its run until a signal, and the exit code of each way it can end.

import { AppError } from '../src/lib/errors.ts';
import { stopSignal } from '../src/lib/stop-signal.ts';

export interface Tool<Flags> {
  /** @returns undefined when help was asked for. @throws AppError `flags` */
  readonly readFlags: (args: readonly string[]) => Flags | undefined;
  readonly help: string;
  /** @param signal aborts when the tool is to end. @returns the exit code. */
  readonly run: (flags: Flags, out: NodeJS.WriteStream, signal: AbortSignal) => Promise<number>;
}

/** Exit code 2: a faulty flag; 1: another fault that is named. */
export async function runTool<Flags>(tool: Tool<Flags>): Promise<void> {
  try {
    process.exitCode = await codeOf(tool);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    console.error(error.message);
    process.exitCode = error.reason === 'flags' ? 2 : 1;
  }
}

async function codeOf<Flags>({ readFlags, help, run }: Tool<Flags>): Promise<number> {
  const flags = readFlags(process.argv.slice(2));
  if (flags !== undefined) return run(flags, process.stdout, stopping());
  console.log(help);
  return 0;
}

// The run itself tells that it was stopped.
function stopping(): AbortSignal {
  return stopSignal(() => {});
}
