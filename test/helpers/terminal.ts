// What a command wrote.

import type { Terminal } from '../../src/sidecar/commands/terminal.ts';

export interface TestTerminal extends Terminal {
  readonly stdout: string[];
  readonly stderr: string[];
}

/** A terminal that keeps what is written to it. */
export function testTerminal(): TestTerminal {
  const stdout: string[] = [];
  const stderr: string[] = [];
  return { stdout, stderr, out: (line) => void stdout.push(line), err: (line) => void stderr.push(line) };
}
