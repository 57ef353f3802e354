// What JSON.parse alone takes for bodies: what a server that reads JSON cannot go below.

import { median } from './figures.ts';

const ROUNDS = 7;
const ROUND_BYTES = 2_000_000;

/** @returns seconds of CPU time for one body; they are parsed in turn, as the server gets them. */
export function parseCost(bodies: readonly Buffer[]): number {
  const texts = bodies.map(String);
  const bytes = texts.reduce((sum, text) => sum + text.length, 0) / texts.length;
  const times = Math.max(20, Math.round(ROUND_BYTES / bytes));
  const costs = Array.from({ length: ROUNDS }, () => {
    const before = process.cpuUsage();
    for (let i = 0; i < times; i += 1) JSON.parse(texts[i % texts.length] as string);
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1e6 / times;
  });
  return median(costs) ?? 0;
}
