// The size of the plot: that of the place it stands in.

import type uPlot from 'uplot';

const LEAST = { width: 240, height: 200 };

export function sizeOf({ clientWidth, clientHeight }: HTMLElement): { width: number; height: number } {
  return { width: Math.max(LEAST.width, clientWidth), height: Math.max(LEAST.height, clientHeight) };
}

/** Gives the plot the size of its host, where it has another. */
export function fitInto(plot: uPlot, host: HTMLElement): void {
  const { width, height } = sizeOf(host);
  if (width !== plot.width || height !== plot.height) plot.setSize({ width, height });
}
