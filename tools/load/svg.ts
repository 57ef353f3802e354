// Figures → a picture of the same bars.

import { DOOR_FACTS } from '../push/doors.ts';
import { labelOf, lengthsOf, MEASURES } from './bars.ts';
import type { Figures } from './figures.ts';
import { shortNumber } from './short-number.ts';

const ROW = 18;
const HEAD = 44;
const LABEL = 230;
const AREA = 230;
const BAR = 160;
const COLOURS = ['#2f6f9f', '#b5651d', '#4f7f3f'];

/** A whole SVG document. */
export function svgOf(all: readonly Figures[]): string {
  const [width, height] = [LABEL + AREA * MEASURES.length, HEAD + ROW * all.length + 10];
  const rows = all.map((figures, i) =>
    text(LABEL - 10, yOf(i), `${DOOR_FACTS[figures.door].title}, ${labelOf(figures)}`, 'end'),
  );
  const areas = MEASURES.flatMap((measure, m) => {
    const lengths = lengthsOf(all, measure);
    const x = LABEL + AREA * m;
    return [
      text(x, 34, measure.title, 'start'),
      ...all.map((figures, i) => bar(x, yOf(i), lengths[i], shortNumber(measure.of(figures)), COLOURS[m])),
    ];
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" font-family="sans-serif" font-size="12">
<rect width="100%" height="100%" fill="#fff"/>
${text(LABEL - 10, 16, 'clients × batch; bars are logarithmic', 'end')}
${[...rows, ...areas].join('\n')}
</svg>
`;
}

function yOf(row: number): number {
  return HEAD + ROW * row + 10;
}

function text(x: number, y: number, words: string, anchor: 'start' | 'end'): string {
  return `<text x="${x}" y="${y}" text-anchor="${anchor}">${words}</text>`;
}

function bar(x: number, y: number, length: number | undefined, value: string, colour = '#000'): string {
  const wide = Math.round((length ?? 0) * BAR);
  return `<rect x="${x}" y="${y - 11}" width="${wide}" height="${ROW - 5}" fill="${colour}"/>${text(x + wide + 5, y, value, 'start')}`;
}
