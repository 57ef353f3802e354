// Where the demo is seen: the live screen of a terminal, or one line an event.

import type { ReadStream, WriteStream } from 'node:tty';
import { shownAddresses } from './addresses.ts';
import { actionsOf } from './keys.ts';
import { renderScreen, type Scene } from './screen.ts';
import { plain } from './spans.ts';
import { openTerminal } from './terminal.ts';
import { clockTime } from './time-words.ts';
import type { Event, View } from './view.ts';

export interface Output {
  /** @param progress what the tour is doing; undefined without one. */
  show(view: View, progress: string | undefined): void;
  close(): void;
}

export type OnKey = (key: ReturnType<typeof actionsOf>[number]) => void;

/** The live screen. In a tour only the key that quits does something. */
export function screenOutput(
  scene: Scene,
  stdout: WriteStream & { readonly fd: number },
  stdin: ReadStream | undefined,
  onKey: OnKey,
): Output {
  let redraw = () => {};
  const terminal = openTerminal(stdout, stdin, (process.env.NO_COLOR ?? '') === '', {
    onTyped: (text) => actionsOf(text).forEach(onKey),
    onResize: () => redraw(),
  });
  return {
    show(view, progress) {
      redraw = () => terminal.draw(renderScreen(scene, view, sizeOf(stdout), progress));
      redraw();
    },
    close: terminal.close,
  };
}

// A terminal of no size is one that does not tell.
function sizeOf({ columns, rows }: WriteStream): { columns: number; rows: number } {
  return { columns: columns || 80, rows: rows || 24 };
}

/** One line an event, for logs and pipes. */
export function lineOutput(scene: Scene, print: (line: string) => void): Output {
  let last: Event | undefined;
  let lastProgress: string | undefined;
  for (const [name, url] of shownAddresses(scene.addresses, scene.withoutPrometheus))
    print(plain(`${name.padEnd(15)}${url}`));
  print(`break it       curl -d '{"fault":"empty"}' ${scene.addresses.admin}/faults`);
  print(`heal it        curl -X DELETE ${scene.addresses.admin}/faults`);
  print(`accept it      curl -X POST '${scene.addresses.sidecar}/-/accept?digest=…', which /status tells`);
  print(`undo that      curl -X POST '${scene.addresses.sidecar}/-/accept?undo'`);
  return {
    show(view, progress) {
      if (progress !== lastProgress && progress !== undefined) print(progress);
      lastProgress = progress;
      const fresh = view.events.slice(last === undefined ? 0 : view.events.lastIndexOf(last) + 1);
      for (const { at, text } of fresh) print(plain(`${clockTime(at)}  ${text}`));
      last = view.events.at(-1);
    },
    close() {},
  };
}
