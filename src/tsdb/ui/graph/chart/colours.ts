// The colours of the chart, as the style sheet has them in the theme in force.

import { colorOf } from '../../kit/theme.ts';
import { COLOURS } from '../lines.ts';

export interface ChartColours {
  readonly lines: readonly string[];
  readonly text: string;
  readonly grid: string;
  /** What is behind the lines. */
  readonly page: string;
}

export function readColours(): ChartColours {
  const lines = Array.from({ length: COLOURS }, (_, i) => colorOf(`--line-${i + 1}`));
  return { lines, text: colorOf('--quiet'), grid: colorOf('--line'), page: colorOf('--raised') };
}
