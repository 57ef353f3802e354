// What a sensor answers to a scrape: a pure function of seed, name and window, as Prometheus text 0.0.4.

import { FAMILIES, type Family } from './families.ts';
import { measurementDurations } from './histogram.ts';
import { type Moment, momentOf } from './moment.ts';

export const CONTENT_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

const MODELS = ['TH-2', 'TH-2', 'TH-3', 'TH-3 outdoor'];
const FIRMWARES = ['2.4.1', '2.5.0', '2.5.2'];
const MODEL = 1100;
const FIRMWARE = 1101;

const INFO_HEAD = '# HELP sensor_info What the sensor is; the value is always 1.\n# TYPE sensor_info gauge\n';

// Everything about a family that is the same in every body is put together once.
const PREPARED = FAMILIES.map((family, i) => ({
  head: `# HELP ${family.name} ${family.help}\n# TYPE ${family.name} ${family.type}\n`,
  names: family.series.values.map((value) => seriesName(family, value)),
  firstChannel: 10 + 10 * i,
  sample: family.sample,
}));

/** The body of one sensor in one window: 50 series without timestamps. */
export function sensorSamples(seed: number, sensor: string, window: number): string {
  const moment = momentOf(seed, sensor, window);
  let text = INFO_HEAD + info(moment);
  for (const { head, names, firstChannel, sample } of PREPARED) {
    text += head;
    for (let i = 0; i < names.length; i += 1) text += `${names[i]}${sample(moment, firstChannel + i, i)}\n`;
  }
  return text + measurementDurations(moment);
}

function seriesName({ name, series }: Family, value: string): string {
  return series.label === undefined ? `${name} ` : `${name}{${series.label}="${value}"} `;
}

function info(moment: Moment): string {
  const model = MODELS[Math.floor(moment.trait(MODEL) * MODELS.length)];
  const firmware = FIRMWARES[Math.floor(moment.trait(FIRMWARE) * FIRMWARES.length)];
  return `sensor_info{model="${model}",firmware="${firmware}",serial="${moment.serial}"} 1\n`;
}
