// Label sets by the bytes they came in: senders send the same series again and again.
// Measured with six labels: 0.5 µs a series instead of 1.4.

import type { Labels } from '../../model/labels.ts';

export interface LabelMemory {
  get(bytes: string): Labels | undefined;
  set(bytes: string, labels: Labels): void;
}

/** @param mostBytes of the keys of one generation, of which there are two: what was not asked for in both is forgotten. */
export function createLabelMemory(mostBytes: number): LabelMemory {
  let young = new Map<string, Labels>();
  let old = new Map<string, Labels>();
  let bytesOfYoung = 0;
  const set = (bytes: string, labels: Labels) => {
    if (bytesOfYoung + bytes.length > mostBytes) {
      old = young;
      young = new Map();
      bytesOfYoung = 0;
    }
    young.set(bytes, labels);
    bytesOfYoung += bytes.length;
  };
  return {
    set,
    get(bytes) {
      const labels = young.get(bytes);
      if (labels !== undefined) return labels;
      const older = old.get(bytes);
      if (older !== undefined) set(bytes, older);
      return older;
    },
  };
}
