// Runs one command without a shell.

import { spawn } from 'node:child_process';

/** @returns the exit code; 127 when the command cannot be started, 128 when a signal ended it. */
export type RunCommand = (file: string, args: readonly string[], env?: NodeJS.ProcessEnv) => Promise<number>;

/** Its output goes where ours goes. */
export const runCommand: RunCommand = (file, args, env) => run(file, args, env, 'inherit');

/** Nothing of what it prints is shown: for asking whether something works. */
export const tryCommand: RunCommand = (file, args, env) => run(file, args, env, 'ignore');

function run(
  file: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = process.env,
  output: 'inherit' | 'ignore' = 'inherit',
): Promise<number> {
  return new Promise((resolve) => {
    const child = spawn(file, args, { env, stdio: ['ignore', output, output] });
    child.once('error', () => resolve(127));
    child.once('close', (code) => resolve(code ?? 128));
  });
}
