// For any JSON answer and any mapping: what is published is taken whole by Prometheus, and nothing disappears silently.

import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AppError } from '../../../src/lib/errors.ts';
import type { Labels } from '../../../src/model/labels.ts';
import { type TargetGroup, writeTargetGroups } from '../../../src/model/target-group.ts';
import { type Config, readConfig } from '../../../src/sidecar/config.ts';
import { countSetAside } from '../../../src/sidecar/sensors/account.ts';
import { createMapping } from '../../../src/sidecar/sensors/mapping.ts';
import { ANSWER_FAILURES, readPage } from '../../../src/sidecar/sensors/page.ts';
import { readSensors } from '../../../src/sidecar/sensors/reading.ts';
import type { Sensor } from '../../../src/sidecar/sensors/sensor.ts';
import { checkFile } from '../../../src/sidecar/targets/check-file.ts';
import { groupTargets } from '../../../src/sidecar/targets/groups.ts';
import { targetsOf } from '../../../src/sidecar/targets/target.ts';
import { anyAnswer, anyEntries, anyMapping } from '../../helpers/any-answer.ts';
import { checkConfig, type DiscoveredTarget, discover, requirePrometheus } from '../../helpers/prometheus.ts';
import { faultsOfTargetFile } from '../../helpers/target-file-rules.ts';
import { tempDir } from '../../helpers/temp-dir.ts';

type Settings = Record<string, string>;

function entriesOf(body: Buffer, settings: Settings): readonly unknown[] | undefined {
  try {
    return readPage(body, createMapping(readConfig(settings)), 'test').entries;
  } catch (error) {
    expect(error).toBeInstanceOf(AppError);
    expect(ANSWER_FAILURES).toContain((error as AppError).reason);
    return undefined;
  }
}

function publish(entries: readonly unknown[], settings: Settings) {
  const config = readConfig(settings);
  const reading = readSensors(entries, createMapping(config));
  const defaults = { port: config.metricsPort, path: config.metricsPath, labels: config.targetLabels };
  const targets = targetsOf(reading.sensors, defaults);
  return { config, reading, targets, text: writeTargetGroups(groupTargets(targets)) };
}

/** A target as one text, whatever the order of its labels. */
function described(address: string, labels: Labels): string {
  return JSON.stringify([address, ...Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1))]);
}

/** The target that a sensor should become. */
function wanted({ host, port, labels }: Sensor, config: Config): string {
  const common = config.metricsPath === '/metrics' ? {} : { __metrics_path__: config.metricsPath };
  const bracketed = host.includes(':') ? `[${host}]` : host;
  const all = { ...common, ...config.targetLabels, ...labels };
  return described(`${bracketed}:${port ?? config.metricsPort}`, all);
}

// A target of a group is an entry of its own.
function countEntries(entries: readonly unknown[]): number {
  return entries.reduce<number>((sum, entry) => {
    const targets = (entry as { targets?: unknown } | null)?.targets;
    return (
      sum +
      (typeof entry === 'object' && !Array.isArray(entry) && Array.isArray(targets) ? targets.length : 1)
    );
  }, 0);
}

const RUNS = { numRuns: 500 };

test('any bytes are a page or a failure that says why', () => {
  fc.assert(fc.property(fc.uint8Array(), (bytes) => void entriesOf(Buffer.from(bytes), {})));
  fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => void entriesOf(Buffer.from(text), {})));
});

test('of any answer what is published is taken whole by the rules of Prometheus, and by our own check', () => {
  fc.assert(
    fc.property(anyAnswer, anyMapping, (answer, settings) => {
      const entries = entriesOf(Buffer.from(JSON.stringify(answer)), settings);
      if (entries === undefined) return;
      const { targets, text } = publish(entries, settings);
      expect(faultsOfTargetFile(Buffer.from(text))).toEqual([]);
      expect(checkFile(text, { empty: targets.length === 0 })).toBeUndefined();
    }),
    RUNS,
  );
});

test('every entry is a target, the double of one, set aside or disabled', () => {
  fc.assert(
    fc.property(anyAnswer, anyMapping, (answer, settings) => {
      const entries = entriesOf(Buffer.from(JSON.stringify(answer)), settings);
      if (entries === undefined) return;
      const { config, reading, text } = publish(entries, settings);
      const setAside = countSetAside(reading);
      expect(reading.sensors.length + setAside + reading.disabled).toBe(countEntries(entries));
      expect(reading.setAside.length > 0).toBe(setAside > 0);
      for (const { index, message } of reading.setAside) {
        expect(entries).toHaveProperty([index]);
        expect(message).not.toBe('');
      }
      expect(reading.notes).toHaveLength(reading.noted);
      const listed = (JSON.parse(text) as TargetGroup[]).flatMap(({ targets, labels }) =>
        targets.map((address) => described(address, labels)),
      );
      const sensors = new Set(reading.sensors.map((sensor) => wanted(sensor, config)));
      expect(listed.sort()).toEqual([...sensors].sort());
    }),
    RUNS,
  );
});

test('one bad entry changes nothing of what the others become', () => {
  fc.assert(
    fc.property(
      anyEntries,
      fc.constantFrom(null, 'a b', {}, { host: 'x', port: 0 }, []),
      fc.nat(),
      (entries, bad, at) => {
        const with_ = entries.toSpliced(at % (entries.length + 1), 0, bad);
        expect(publish(with_, {}).text).toBe(publish(entries, {}).text);
      },
    ),
  );
});

test('the order of the entries changes nothing', () => {
  fc.assert(
    fc.property(anyEntries, (entries) => {
      expect(publish(entries.toReversed(), {}).text).toBe(publish(entries, {}).text);
    }),
  );
});

describe('real Prometheus takes what any answer becomes:', async () => {
  const files = fc
    .sample(fc.tuple(anyAnswer, anyMapping), { numRuns: 1000, seed: 1 })
    .map(([answer, settings]) => {
      const entries = entriesOf(Buffer.from(JSON.stringify(answer)), settings);
      return publish(entries ?? [], settings);
    })
    .filter(({ targets }) => targets.length > 0);

  test.each(await requirePrometheus())(
    'promtool $version',
    async (binary) => {
      const dir = await tempDir('any-json');
      const config = join(dir.path, 'prometheus.yml');
      await mkdir(join(dir.path, 'targets'));
      await writeFile(
        config,
        'scrape_configs: [{job_name: any, file_sd_configs: [{files: [targets/*.json]}]}]\n',
      );
      for (const [index, { text }] of files.entries())
        await writeFile(join(dir.path, 'targets', `${index}.json`), text);
      expect(await checkConfig(binary, config)).toMatchObject({ ok: true });
      expect(files.length).toBeGreaterThan(300);
      const addresses = new Set(files.flatMap(({ targets }) => targets.map(({ address }) => address)));
      let found: DiscoveredTarget[] = [];
      // promtool waits for as long as it is told, whatever it has found.
      for (const seconds of [2, 10, 60]) {
        found = await discover(binary, config, 'any', seconds);
        if (found.length >= addresses.size) break;
      }
      expect(found.filter(({ error }) => error !== undefined)).toEqual([]);
      expect(new Set(found.map(({ discoveredLabels }) => discoveredLabels.__address__))).toEqual(addresses);
      await dir.remove();
    },
    120_000,
  );
});
