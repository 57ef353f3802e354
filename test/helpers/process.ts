// Programs as their users start them: real processes with their output at hand, and none left behind.

import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { waitFor } from './wait-for.ts';

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface Program {
  readonly pid: number;
  /** Lines so far; both arrays grow while the program runs. */
  readonly stdout: readonly string[];
  readonly stderr: readonly string[];
  /** Resolves when the program has ended and all its output was read. */
  readonly exit: Promise<Exit>;
  kill(signal: NodeJS.Signals): void;
  /** SIGTERM, and SIGKILL for one that has not ended after `boundMs`. */
  stop(boundMs?: number): Promise<Exit>;
  /** Waits for a line on either output. Its failure shows the last lines there were. */
  line(pattern: RegExp, endMs?: number): Promise<string>;
}

export interface ProgramOptions {
  /** Added to PATH, HOME, TMPDIR and Node's compile cache; nothing else of the caller's environment is handed on. */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

/** Starts one of our programs on this very Node. */
export function startNode(script: string, args: readonly string[] = [], options?: ProgramOptions): Program {
  return startProgram(process.execPath, [script, ...args], options);
}

/** Starts any program; a file that cannot be started ends with code 127 and the reason on `stderr`. */
export function startProgram(
  file: string,
  args: readonly string[],
  { env, cwd }: ProgramOptions = {},
): Program {
  const child = spawn(file, args, {
    cwd,
    env: { ...inherited(), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const stdout = linesOf(child.stdout);
  const stderr = linesOf(child.stderr);
  const exit = exitOf(child, stderr);
  const lastLines = () => [...stdout, ...stderr].slice(-20).join('\n') || 'no output';
  return {
    pid: child.pid ?? -1,
    stdout,
    stderr,
    exit,
    kill: (signal) => void child.kill(signal),
    stop: (boundMs = 10_000) => stop(child, exit, boundMs),
    line: (pattern, endMs) =>
      waitFor(
        `a line that matches ${pattern}`,
        () => {
          const found = [...stdout, ...stderr].find((line) => pattern.test(line));
          if (found === undefined) throw new Error(lastLines());
          return found;
        },
        endMs,
      ),
  };
}

function inherited(): Record<string, string> {
  const names = ['PATH', 'HOME', 'TMPDIR', 'NODE_COMPILE_CACHE'];
  return Object.fromEntries(names.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])));
}

function linesOf(stream: Readable): string[] {
  const lines: string[] = [];
  createInterface({ input: stream }).on('line', (line) => lines.push(line));
  return lines;
}

const running = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

function exitOf(child: ChildProcess, stderr: string[]): Promise<Exit> {
  running.add(child);
  return new Promise((resolve) => {
    child.once('error', (error) => {
      stderr.push(error.message);
      resolve({ code: 127, signal: null });
    });
    child.once('close', (code, signal) => {
      running.delete(child);
      resolve({ code, signal });
    });
  });
}

async function stop(child: ChildProcess, exit: Promise<Exit>, boundMs: number): Promise<Exit> {
  child.kill('SIGTERM');
  const ended = new AbortController();
  const bound = sleep(boundMs, undefined, { signal: ended.signal }).then(
    () => void child.kill('SIGKILL'),
    () => {},
  );
  const result = await Promise.race([exit, bound.then(() => exit)]);
  ended.abort();
  return result;
}
