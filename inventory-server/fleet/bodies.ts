// Prepared bodies: each is computed once in its window, kept for everyone else who asks, and dropped with the window.

import { sensorSamples } from './samples.ts';
import { windowOf } from './window.ts';

// About 55,000 bodies. Beyond that a body is computed for every request: slower, never wrong.
const MAX_BYTES = 256 * 2 ** 20;

export interface Bodies {
  /** The body of a sensor in the window of `nowMs`. */
  get(sensor: string, nowMs: number): Buffer;
  /** Frees what no request can ask for any more. */
  expire(nowMs: number): void;
  readonly stats: { prepared: number; bytes: number };
}

/** Makes the store of one fleet. */
export function createBodies(seed: number, maxBytes = MAX_BYTES): Bodies {
  const bodies = new Map<string, Buffer>();
  const stats = { prepared: 0, bytes: 0 };
  let current = Number.NaN;

  function expire(nowMs: number): void {
    const window = windowOf(nowMs);
    if (window === current) return;
    current = window;
    bodies.clear();
    stats.bytes = 0;
  }

  function prepare(sensor: string): Buffer {
    const body = Buffer.from(sensorSamples(seed, sensor, current), 'latin1');
    stats.prepared += 1;
    if (stats.bytes + body.length <= maxBytes) {
      bodies.set(sensor, body);
      stats.bytes += body.length;
    }
    return body;
  }

  function get(sensor: string, nowMs: number): Buffer {
    expire(nowMs);
    return bodies.get(sensor) ?? prepare(sensor);
  }

  return { get, expire, stats };
}
