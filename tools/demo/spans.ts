// Styled text for a terminal: measured, clipped and wrapped as plain values, painted last.

export type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow';

export interface Span {
  readonly text: string;
  readonly style?: Style | undefined;
}

/** One line of the screen. */
export type Line = readonly Span[];

const CODES: Readonly<Record<Style, number>> = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33 };

// What every terminal draws one column wide. The rest, control characters first, may come from outside.
const UNSAFE = /[^\x20-\x7e\u00a1-\u00ac\u00ae-\u017f–’…→−│─┬┴]/gu;

/** The text with everything that could move the cursor or the columns replaced by `?`. */
export function plain(text: string): string {
  return text.replace(UNSAFE, '?');
}

/** A line of one span. */
export function line(text: string, style?: Style): Line {
  return [{ text, style }];
}

/** How many columns it takes. */
export function widthOf(spans: Line): number {
  return spans.reduce((sum, { text }) => sum + [...text].length, 0);
}

/** The line cut to `width` columns, its end marked when something is missing. */
export function clip(spans: Line, width: number): Line {
  if (widthOf(spans) <= width) return spans;
  let room = width - 1;
  const kept: Span[] = [];
  for (const { text, style } of spans) {
    const cut = [...text].slice(0, room).join('');
    room -= [...cut].length;
    if (cut !== '') kept.push({ text: cut, style });
  }
  return [...kept, { text: '…' }];
}

/** The line in exactly `width` columns. */
export function padded(spans: Line, width: number): Line {
  const clipped = clip(spans, width);
  return [...clipped, { text: ' '.repeat(width - widthOf(clipped)) }];
}

/** Breaks text between words into lines of `width`; what does not fit into `most` lines is cut with a mark. */
export function wrap(text: string, width: number, most: number): string[] {
  const lines: string[] = [''];
  for (const word of text.split(' ')) {
    const last = lines.at(-1) ?? '';
    const joined = last === '' ? word : `${last} ${word}`;
    if ([...joined].length <= width || last === '') lines[lines.length - 1] = joined;
    else lines.push(word);
  }
  const kept = lines.slice(0, most);
  if (lines.length > most) kept[most - 1] = `${[...(kept[most - 1] ?? '')].slice(0, width - 1).join('')}…`;
  return kept;
}

/** The line as it is written out. Nothing but our own colours gets through. */
export function paint(spans: Line, colour: boolean): string {
  return spans
    .map(({ text, style }) =>
      colour && style !== undefined ? `\x1b[${CODES[style]}m${plain(text)}\x1b[0m` : plain(text),
    )
    .join('');
}
