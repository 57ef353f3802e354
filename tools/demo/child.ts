// One program as a child process: its last lines at hand, and gone when asked to be.

import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';

export interface Launch {
  readonly file: string;
  readonly args: readonly string[];
  /**
   * Added to PATH, HOME and the place of Node's compile cache; nothing else of ours is handed on, so no setting of the
   * user's shell leaks in.
   */
  readonly env: Readonly<Record<string, string>>;
}

export interface Child {
  readonly name: string;
  /** The last lines of both outputs. */
  readonly lines: readonly string[];
  /** Resolves with how it ended, `exit code 1`, once it has. */
  readonly ended: Promise<string>;
  /** Asks it to end by SIGTERM, and kills it when it has not after `boundMs`. */
  stop(boundMs: number): Promise<void>;
  /** Kills it at once, for the very last moment of the demo. */
  kill(): void;
}

const KEPT_LINES = 200;

/** Starts a program. One that cannot be started has `ended`, with the reason among its lines. */
export function startChild(name: string, { file, args, env }: Launch): Child {
  const { PATH = '', HOME = '', NODE_COMPILE_CACHE = '' } = process.env;
  const child = spawn(file, args, {
    env: { PATH, HOME, NODE_COMPILE_CACHE, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    // A process group of its own: Ctrl-C reaches the demo only, which then stops its children in order.
    detached: true,
  });
  const lines: string[] = [];
  for (const stream of [child.stdout, child.stderr]) follow(stream, lines);
  const ended = endOf(child, lines);
  return { name, lines, ended, stop: (boundMs) => stop(child, ended, boundMs), kill: () => kill(child) };
}

function follow(stream: Readable, lines: string[]): void {
  createInterface({ input: stream }).on('line', (line) => {
    lines.push(line);
    if (lines.length > KEPT_LINES) lines.shift();
  });
}

function endOf(child: ChildProcess, lines: string[]): Promise<string> {
  return new Promise((resolve) => {
    child.once('error', (error) => {
      lines.push(error.message);
      resolve('no start');
    });
    child.once('close', (code, signal) => resolve(signal ?? `exit code ${code}`));
  });
}

async function stop(child: ChildProcess, ended: Promise<string>, boundMs: number): Promise<void> {
  child.kill('SIGTERM');
  const bound = setTimeout(() => kill(child), boundMs);
  await ended;
  clearTimeout(bound);
}

function kill(child: ChildProcess): void {
  child.kill('SIGKILL');
}
