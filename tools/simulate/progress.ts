// Where progress is seen: one line that renews on a terminal, else a line now and then.

export interface Output {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

export interface Progress {
  /** A line that stays. */
  say(line: string): void;
  close(): void;
}

const RENEWED_MS = 500;
const LINE_MS = 10_000;
const CLEAR_LINE = '\r\x1b[K';

/** @param line makes the line of now; `periodMs` have passed since the one before. */
export function showProgress(output: Output, line: (periodMs: number) => string): Progress {
  const isLive = output.isTTY === true;
  const every = isLive ? RENEWED_MS : LINE_MS;
  // A terminal of no size is one that does not tell. In the last column some break the line.
  const width = () => (output.columns || 80) - 1;
  let last = performance.now();
  let shown = '';
  const draw = () => {
    const now = performance.now();
    shown = line(now - last);
    last = now;
    output.write(isLive ? CLEAR_LINE + shown.slice(0, width()) : `${shown}\n`);
  };
  const timer = setInterval(draw, every);
  return {
    say(text) {
      output.write(isLive ? `${CLEAR_LINE}${text}\n${shown.slice(0, width())}` : `${text}\n`);
    },
    close() {
      clearInterval(timer);
      if (isLive) output.write(CLEAR_LINE);
    },
  };
}
