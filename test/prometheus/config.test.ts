// The configurations that users copy, as every real Prometheus of this machine reads them.

import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { checkConfig, requirePrometheus, startPrometheus } from '../helpers/prometheus.ts';
import { tempDir } from '../helpers/temp-dir.ts';
import { waitFor } from '../helpers/wait-for.ts';

const FOLDER = new URL('../../prometheus/', import.meta.url).pathname;
const binaries = await requirePrometheus();

/** A folder as a user has it: the configuration, and beside it the target file of inventory-sd. */
async function copied(config: string, targets: string): Promise<string> {
  const dir = await tempDir('config');
  onTestFinished(() => dir.remove());
  await cp(join(FOLDER, config), join(dir.path, 'prometheus.yml'));
  await cp(join(FOLDER, 'rules'), join(dir.path, 'rules'), { recursive: true });
  await mkdir(join(dir.path, 'targets'));
  await writeFile(join(dir.path, 'targets', 'sensors.json'), targets);
  return join(dir.path, 'prometheus.yml');
}

describe.each(binaries)('Prometheus $version', (binary) => {
  test.each(['prometheus.yml', 'demo.yml', 'scale.yml', 'doors.yml'])(
    'promtool accepts %s as it lies there',
    async (config) => {
      const { ok, output } = await checkConfig(binary, join(FOLDER, config));
      expect(ok, output).toBe(true);
    },
  );

  test('promtool accepts it with targets beside it, and refuses it with a broken target file there', async () => {
    const good = await checkConfig(binary, await copied('prometheus.yml', '[{"targets":["sensor_0:9100"]}]'));
    expect(good.ok, good.output).toBe(true);

    const broken = await checkConfig(binary, await copied('prometheus.yml', '[{"targets":[9100]}]'));
    expect(broken.ok, broken.output).toBe(false);
  });

  test.each(['prometheus.yml', 'demo.yml'])('%s lists every sensor with its sensor_id', async (config) => {
    const path = await copied(config, '[{"targets":["sensor_0:9100","[2001:db8::7]:9100"]}]');
    const prometheus = await startPrometheus(binary, { path });
    onTestFinished(() => prometheus.stop());

    const targets = await waitFor('two targets of job sensors', async () => {
      const listed = await prometheus.activeTargets('sensors');
      return listed.length === 2 && listed;
    });

    expect(targets.map(({ labels }) => [labels.instance, labels.sensor_id]).sort()).toEqual([
      ['[2001:db8::7]:9100', '[2001:db8::7]'],
      ['sensor_0:9100', 'sensor_0'],
    ]);
    expect(await prometheus.metric('prometheus_sd_file_read_errors_total')).toBe(0);
  });
});

test('demo.yml is prometheus.yml with lines added', async () => {
  const [plain, demo] = await Promise.all([settingsOf('prometheus.yml'), settingsOf('demo.yml')]);
  let at = 0;
  for (const line of demo) if (line === plain[at]) at++;
  expect(plain.slice(at)).toEqual([]);
  expect(demo.length).toBeGreaterThan(plain.length);
});

async function settingsOf(config: string): Promise<string[]> {
  const text = await readFile(join(FOLDER, config), 'utf8');
  return text.split('\n').filter((line) => line.trim() !== '' && !line.trim().startsWith('#'));
}
