// The temperatures that pretend sensors would have told, had they been scraped before: pushed with the times of then.

import { sensorSamples } from '../../inventory-server/fleet/samples.ts';
import { windowOf } from '../../inventory-server/fleet/window.ts';
import { AppError } from '../../src/lib/errors.ts';
import type { Metric } from '../push/pack.ts';
import { pack } from '../push/pack.ts';

/** How far back, and how often a sensor was asked, in milliseconds. */
export interface Past {
  readonly lengthMs: number;
  readonly everyMs: number;
}

const NAME = 'sensor_temperature_celsius';
const PROBE = 'ambient';
const SAMPLE = new RegExp(`^${NAME}\\{probe="${PROBE}"\\} (.+)$`, 'm');
/** The fleet's own. */
const SEED = 1;

/**
 * Pushes them as series of the job `sensors`, the same that the sensors have once they are scraped.
 * @throws AppError `push` when mini-tsdb does not take them.
 */
export async function pushPast(url: string, sensors: readonly string[], past: Past): Promise<void> {
  const metrics = sensors.flatMap((sensor) => temperatures(sensor, Date.now(), past));
  const answer = await fetch(`${url}/v1/metrics`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: Uint8Array.from(pack('json', metrics).bytes),
  });
  if (!answer.ok) throw new AppError('push', `${answer.status} from ${url}: ${await answer.text()}`);
  await answer.arrayBuffer();
}

function temperatures(sensor: string, now: number, { lengthMs, everyMs }: Past): Metric[] {
  const labels = { job: 'sensors', instance: `${sensor}:9100`, sensor_id: sensor, probe: PROBE };
  return Array.from({ length: Math.floor(lengthMs / everyMs) }, (_, i) => {
    const timeMs = now - (i + 1) * everyMs;
    const [, value] = SAMPLE.exec(sensorSamples(SEED, sensor, windowOf(timeMs))) ?? [];
    return { name: NAME, type: 'gauge', value: Number(value), labels, timeMs };
  }).reverse() as Metric[];
}
