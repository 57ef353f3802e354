// What a client of the load sends, one request after the other.

import type { DoorName, Parcel } from '../push/doors.ts';
import { type Metric, pack } from '../push/pack.ts';

export interface ParcelOptions {
  readonly door: DoorName;
  /** Metrics in a request. */
  readonly batch: number;
  /** Clients of the step, which share the series. */
  readonly clients: number;
  readonly series: number;
  readonly labels: number;
}

export interface Parcels {
  /** How many there are until they begin again. */
  readonly count: number;
  next(): Parcel;
}

const NAMES = 50;

/** @param client its number, from 1 on; its series are its own. */
export function createParcels(client: number, options: ParcelOptions): Parcels {
  const { door, batch, series, clients } = options;
  const count = Math.max(1, Math.ceil(series / clients / batch));
  const lists = Array.from({ length: count }, (_, i) => metricsOf(client, i * batch, options));
  let sent = 0;
  // Without times each sample is new all the same: it gets that of its arrival. So they can be packed once.
  const packed = door === 'remote-write' ? undefined : lists.map((metrics) => pack(door, metrics));
  const times = new Float64Array(count);
  return {
    count,
    next() {
      const at = sent++ % count;
      const ready = packed?.[at];
      if (ready !== undefined) return ready;
      const timeMs = Math.max(Date.now(), (times[at] ?? 0) + 1);
      times[at] = timeMs;
      return pack(
        door,
        (lists[at] ?? []).map((metric) => ({ ...metric, timeMs })),
      );
    },
  };
}

function metricsOf(client: number, first: number, { batch, labels }: ParcelOptions): Metric[] {
  return Array.from({ length: batch }, (_, i) => {
    const number = first + i;
    const names = Array.from({ length: labels }, (_unused, label) => [
      `label_${label}`,
      label === 0 ? `sensor-${client}-${number}` : `value-${label}`,
    ]);
    return {
      name: `load_value_${number % NAMES}`,
      type: 'gauge',
      value: 20 + (number % 100) / 8,
      labels: Object.fromEntries(names),
      timeMs: undefined,
    };
  });
}
