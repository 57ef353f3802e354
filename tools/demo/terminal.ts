// The terminal as a drawing board: the alternate screen, keys as they are typed, and everything put back at the end.

import { writeSync } from 'node:fs';
import type { ReadStream, WriteStream } from 'node:tty';
import { type Line, paint } from './spans.ts';

export interface Terminal {
  /** Draws from the top, each line where it belongs. Lines must fit the size. */
  draw(lines: readonly Line[]): void;
  /** Puts the cursor, the old screen and the keyboard back; a second time does nothing. Safe in an exit handler. */
  close(): void;
}

export interface Handlers {
  onTyped(text: string): void;
  onResize(): void;
}

const ENTER = '\x1b[?1049h\x1b[?25l';
const LEAVE = '\x1b[?25h\x1b[?1049l';
const CLEAR = '\x1b[2J';

/** @param stdin undefined, or the keyboard. */
export function openTerminal(
  stdout: WriteStream & { readonly fd: number },
  stdin: ReadStream | undefined,
  colour: boolean,
  { onTyped, onResize }: Handlers,
): Terminal {
  let open = true;
  const typed = (chunk: Buffer) => onTyped(chunk.toString('latin1'));
  // What a larger terminal showed beyond the new edges would stay.
  const resized = () => {
    stdout.write(CLEAR);
    onResize();
  };
  stdin?.setRawMode(true).resume().on('data', typed);
  stdout.on('resize', resized).write(ENTER + CLEAR);

  function close(): void {
    if (!open) return;
    open = false;
    stdout.removeListener('resize', resized);
    leave(stdout.fd);
    if (stdin === undefined) return;
    stdin.removeListener('data', typed).pause();
    // The terminal may be gone by now.
    if (!stdin.destroyed) stdin.setRawMode(false);
  }

  return { draw: (lines) => void (open && stdout.write(drawing(lines, colour))), close };
}

function drawing(lines: readonly Line[], colour: boolean): string {
  return lines.map((spans, row) => `\x1b[${row + 1};1H${paint(spans, colour)}\x1b[K`).join('');
}

// Synchronous, and past the stream: this must work in the moment of a crash too.
function leave(fd: number): void {
  try {
    writeSync(fd, LEAVE);
  } catch {
    // A terminal that is gone needs no cursor.
  }
}
