// Where a command writes: tests listen here.

export interface Terminal {
  out(line: string): void;
  err(line: string): void;
}

/** Exit codes of the commands. */
export const EXIT = { ok: 0, failed: 1, usage: 2, held: 3 } as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];
