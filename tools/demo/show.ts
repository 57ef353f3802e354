// What a person sees and does: looks at everything twice a second, shows it, and carries keys out.

import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf } from '../../src/lib/errors.ts';
import { act } from './act.ts';
import type { Action } from './action.ts';
import { lineOutput, type OnKey, type Output, screenOutput } from './output.ts';
import type { Sample } from './sample.ts';
import type { Scene } from './screen.ts';
import { asked, type Stopping } from './stop-signal.ts';
import { takeSample } from './take-sample.ts';
import { advance, firstView, type View, withEvents } from './view.ts';

const LOOK_EVERY_MS = 500;

/** What is seen, and the way to look at it and change it. */
export interface Show {
  /** Somebody watches a live screen. */
  readonly isScreen: boolean;
  /** The next look. @throws the reason of the stop signal once that aborts. */
  look(): Promise<Sample>;
  /** Carries it out, and shows what came of it. @throws AppError when it cannot be done. */
  act(action: Action): Promise<void>;
  announce(progress: string): void;
  close(): void;
}

/** Opens the screen, or the lines where there is no terminal. In a tour the only key is the one that quits. */
export function openShow(
  cast: Omit<Scene, 'keys'>,
  targetsFile: string,
  { signal, stop }: Stopping,
  tour: boolean,
): Show {
  let view: View = firstView(Date.now());
  let progress: string | undefined;
  const say = (text: string | undefined) => {
    if (text !== undefined) view = withEvents(view, [text]);
  };
  const change = (action: Action) => act(cast.addresses, action).then(say);
  const output = openOutput(cast, (key) => {
    if (key === 'quit') stop(asked('as you wished'));
    else if (!tour) change(key).catch((error: unknown) => say(messageOf(error)));
  });
  return {
    isScreen: isTerminal(),
    async look() {
      await sleep(LOOK_EVERY_MS, undefined, { signal });
      const sample = await takeSample({ addresses: cast.addresses, targetsFile });
      signal.throwIfAborted();
      view = advance(view, sample);
      output.show(view, progress);
      return sample;
    },
    act: change,
    announce(text) {
      progress = text;
    },
    close: output.close,
  };
}

function openOutput(cast: Omit<Scene, 'keys'>, onKey: OnKey): Output {
  const { stdin, stdout } = process;
  const keys = stdin.isTTY === true;
  const scene = { ...cast, keys };
  return isTerminal()
    ? screenOutput(scene, stdout, keys ? stdin : undefined, onKey)
    : lineOutput(scene, (line) => console.log(line));
}

function isTerminal(): boolean {
  return process.stdout.isTTY === true && process.env.TERM !== 'dumb';
}
