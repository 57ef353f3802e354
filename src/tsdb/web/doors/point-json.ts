// Samples as JSON for people and scripts, in pieces.

import type { Slice } from '../../storage/contract.ts';
import { jsonNumber } from '../numbers.ts';

/** Each sample as `{"timestamp":"…","value":…,"labels":{…}}`; stale markers are left out. */
export function* points({ labels: { __name__, ...labels }, times, values, stale }: Slice): Generator<string> {
  const told = JSON.stringify(labels);
  for (let i = 0; i < times.length; i++) {
    if (stale[i] === 1) continue;
    const time = new Date(times[i] as number).toISOString();
    yield `{"timestamp":"${time}","value":${jsonNumber(values[i] as number)},"labels":${told}}`;
  }
}

/** A slice as one line, in the form that VictoriaMetrics imports: `{"metric":{…},"values":[…],"timestamps":[…]}`. */
export function line({ labels, times, values, stale }: Slice): string {
  const kept = Array.from(times.keys()).filter((i) => stale[i] !== 1);
  const numbers = kept.map((i) => jsonNumber(values[i] as number)).join();
  const moments = kept.map((i) => String(times[i])).join();
  return `{"metric":${JSON.stringify(labels)},"values":[${numbers}],"timestamps":[${moments}]}\n`;
}
