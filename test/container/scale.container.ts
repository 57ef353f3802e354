// The profile `scale` of docker-compose.yml: a mini-tsdb that scrapes and one with the doors share Redis and TimescaleDB,
// and nothing that was acknowledged is lost, whatever of it fails.

import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { waitFor } from '../helpers/wait-for.ts';
import { type ComposeProject, startProject } from './compose-project.ts';
import { expectConfined } from './confined.ts';
import { docker, killProcess } from './docker.ts';
import { type Addresses, DOORS, type Pushing, SERIES, startPushers, type Tally } from './pushers.ts';
import { allUp } from './scraped-targets.ts';

const SERVICES = ['redis', 'timescaledb', 'mini-tsdb-scraper', 'mini-tsdb-doors'];
/** Acknowledged samples of the test of faults, at least. */
const SAMPLES = Number(process.env.SCALE_SAMPLES ?? 100_000);
/** A whole hour that is over, so that it is rolled up. */
const BEGIN = Math.floor(Date.now() / 3_600_000) * 3_600_000 - 5 * 3_600_000;
const HEALED_MS = 240_000;

let project: ComposeProject;
let scraper: string;
let doors: Addresses;

beforeAll(async () => {
  project = await startProject({
    files: ['docker-compose.yml'],
    settings: { UPDATE_INTERVAL: '2s' },
    profile: 'scale',
  });
  scraper = project.url('MINI_TSDB_SCRAPER_PORT');
  doors = { url: project.url('MINI_TSDB_DOORS_PORT'), grpc: project.address('MINI_TSDB_DOORS_GRPC_PORT') };
});

afterEach(async ({ task }) => {
  if (task.result?.state === 'fail') console.error(await project.logs());
});

afterAll(() => project?.remove());

test.each(SERVICES)('%s becomes healthy', async (service) => {
  expect((await project.container(service)).State.Health?.Status).toBe('healthy');
});

test.each(SERVICES)(
  '%s runs without root, without capabilities, on a file system it cannot change',
  (service) => expectConfined(project, service),
);

test('nobody else reaches the servers, and passwords stand in files only', async () => {
  for (const service of ['redis', 'timescaledb']) {
    const { Id } = await project.container(service);
    const [{ Config, NetworkSettings }] = JSON.parse(await docker(['container', 'inspect', Id]));
    expect(Object.keys(NetworkSettings.Networks)).toEqual([`${project.name}_scale`]);
    expect(Object.values(NetworkSettings.Ports).filter((port) => port !== null)).toEqual([]);
    const password = await project.exec(service, 'cat', '/secrets/password');
    expect(password).toMatch(/^[0-9a-f]{48}$/);
    expect(JSON.stringify(Config)).not.toContain(password);
    expect(await project.logs()).not.toContain(password);
  }
  await expect(project.exec('mini-tsdb-scraper', 'ls', '/secrets/redis')).rejects.toThrow('No such file');
  expect(await project.exec('redis', 'redis-cli', 'ping')).toContain('NOAUTH');
});

test('no volume is without a name: `down -v` deletes them all', async () => {
  for (const service of [...SERVICES, 'scale-secrets']) {
    const { Id } = await project.container(service);
    const [{ Mounts }] = JSON.parse(await docker(['container', 'inspect', Id])) as [{ Mounts: Mount[] }];
    const names = Mounts.flatMap(({ Type, Name = '' }) => (Type === 'volume' ? [Name] : []));
    expect(
      names.filter((name) => !name.startsWith(`${project.name}_`)),
      service,
    ).toEqual([]);
  }
});

interface Mount {
  readonly Type: string;
  readonly Name?: string;
}

test('100 sensors are scraped by one, and seen at both', async () => {
  expect(await waitFor('100 sensors up', () => allUp(scraper, 'sensors', 100), 120_000)).toBe(true);
  for (const url of [scraper, doors.url])
    await waitFor('100 sensors in answers', async () => (await countUp(url)) === 100);
});

test.each(DOORS)('what is pushed by %s is read back at the one that scrapes', async (door) => {
  const metric = `first_${door}`;
  const pushing = startPushers(doors, { metric, begin: BEGIN });
  await waitFor('a batch of each door', () => pushing.least() >= SERIES);
  await pushing.stop();
  for (const url of [scraper, doors.url]) {
    const found = await waitFor('the samples', async () => {
      const rows = await history(url, metric, `door=${door}&i=7`);
      return rows.length > 0 && rows;
    });
    expect(found[0]).toEqual({
      timestamp: new Date(BEGIN).toISOString(),
      value: 7,
      labels: { door, i: '7' },
    });
  }
});

test('samples and rollups are hypertables', async () => {
  const [samples, rollups] = await rows(
    `SELECT hypertable_name, num_chunks FROM timescaledb_information.hypertables
      WHERE hypertable_schema = 'mini_tsdb' ORDER BY hypertable_name DESC`,
  );
  expect([samples?.[0], rollups?.[0]]).toEqual(['samples', 'rollups']);
  expect(Number(samples?.[1])).toBeGreaterThan(0);
});

describe('nothing that was acknowledged is lost', () => {
  test('while Redis, the database and the doors crash, and the network between them is cut', async () => {
    const pushing = startPushers(doors, { metric: 'pushed', begin: BEGIN });
    for (const fault of FAULTS) {
      await fault();
      await progress(pushing);
      await settled();
    }
    await waitFor('enough samples', () => pushing.least() * DOORS.length >= SAMPLES, HEALED_MS);
    const tally = await pushing.stop();
    expect(tally.acknowledged).toBeGreaterThanOrEqual(SAMPLES);
    expect(tally.refused).toBeGreaterThan(0);
    await expectStored('pushed', tally);
  });

  test('when another container takes over what one had read and not written', async () => {
    const pushing = startPushers(doors, { metric: 'taken_over', begin: BEGIN });
    await progress(pushing);
    const reconnect = await disconnect('timescaledb');
    const tally = await readAndNotWritten(pushing).finally(reconnect);
    const second = `${project.name}-second-doors`;
    const command = [...(await commandOf('mini-tsdb-doors')), '--queue.redis.claim-after=5s'];
    await project.compose('run', '-d', '--no-deps', '--name', second, 'mini-tsdb-doors', ...command);
    try {
      // First: what it takes over may hold nothing but repeats, without which all is stored as well.
      await waitFor(
        'the other container to take over',
        async () =>
          (await docker(['logs', second])).includes('took over entries of a consumer that gave no sign'),
        HEALED_MS,
      );
      await expectStored('taken_over', tally);
    } finally {
      await docker(['rm', '-f', '-v', second]);
      await project.compose('start', 'mini-tsdb-doors');
      await waitFor('the doors to answer', async () => (await fetch(`${doors.url}/-/healthy`)).ok);
    }
  });
});

test('hours that are over are rolled up, and buckets agree at both', async () => {
  const count = `SELECT count(*) FROM mini_tsdb.samples WHERE ms >= ${BEGIN} AND ms < ${BEGIN + 3_600_000} AND NOT stale`;
  await waitFor(
    'the hour to be rolled up',
    async () => {
      const [row] = await rows(
        `SELECT (${count}), (SELECT sum(count)::bigint FROM mini_tsdb.rollups WHERE hour = ${BEGIN}),
          (SELECT count(*) FROM mini_tsdb.marks WHERE hour = ${BEGIN})`,
      );
      return row?.[0] === row?.[1] && row?.[2] === '0';
    },
    HEALED_MS,
  );
  const [from, to] = [BEGIN, BEGIN + 3_600_000].map((ms) => new Date(ms).toISOString());
  const buckets = async (url: string) => {
    const path = `/v1/metrics/pushed/hour/${from}/${to}?door=json&i=0`;
    return ((await (await fetch(`${url}${path}`)).json()) as { data: { count: number }[] }).data;
  };
  const samples = await history(scraper, 'pushed', `door=json&i=0&from=${from}&to=${to}`);
  expect(samples.length).toBeGreaterThan(100);
  for (const url of [scraper, doors.url]) {
    const [bucket] = await buckets(url);
    expect(bucket).toMatchObject({ count: samples.length, min: 0, partial: false });
  }
});

// After the grace the engine kills, and the code would be 137.
test('SIGTERM ends every program in time and with exit code 0', async () => {
  await project.compose('stop');
  const ends = await Promise.all(SERVICES.map(async (service) => (await project.container(service)).State));
  expect(ends.map(({ ExitCode, OOMKilled }) => ({ ExitCode, OOMKilled }))).toEqual(
    SERVICES.map(() => ({ ExitCode: 0, OOMKilled: false })),
  );
});

/** Lets the doors read what they cannot write, and kills them so that they do not come back by themselves. */
async function readAndNotWritten(pushing: Pushing): Promise<Tally> {
  await waitFor('batches that were read and are not written', async () => {
    return (await metric(doors.url, 'mini_tsdb_queue_pending_entries')) > 0;
  });
  await progress(pushing);
  const tally = await pushing.stop();
  await project.compose('kill', 'mini-tsdb-doors');
  return tally;
}

const CUT_MS = 3000;

const FAULTS: readonly (() => Promise<unknown>)[] = [
  () => crash('redis'),
  () => crash('timescaledb'),
  () => project.compose('restart', 'redis', 'timescaledb'),
  () => crash('mini-tsdb-doors'),
  () => cutOff('redis'),
  () => cutOff('timescaledb'),
];

/** Kills a service as a crash would; it is back by itself. */
async function crash(service: string): Promise<void> {
  const before = await project.container(service);
  await killProcess(before.Id, `${project.name}-mini-tsdb-doors`);
  await waitFor(`${service} to run again`, async () => {
    const { RestartCount, State } = await project.container(service);
    return RestartCount > before.RestartCount && State.Running;
  });
}

async function cutOff(service: string): Promise<void> {
  const reconnect = await disconnect(service);
  await sleep(CUT_MS);
  await reconnect();
}

/** Cuts a service off; the others are not told. @returns what ends that. */
async function disconnect(service: string): Promise<() => Promise<unknown>> {
  const { Id } = await project.container(service);
  const network = `${project.name}_scale`;
  await docker(['network', 'disconnect', network, Id]);
  return () => docker(['network', 'connect', '--alias', service, network, Id]);
}

/** Waits until each pusher has had some more batches acknowledged. */
async function progress(pushing: Pushing): Promise<void> {
  const before = pushing.least();
  await waitFor('pushes to be taken', () => pushing.least() >= before + 5 * SERIES, HEALED_MS);
}

/** Waits until nothing much waits for the store any more. */
async function settled(): Promise<void> {
  await waitFor(
    'the queue to be worked off',
    async () => (await metric(doors.url, 'mini_tsdb_queue_oldest_seconds')) < 2,
    HEALED_MS,
  );
}

/** Each acknowledged sample once, and no other; of two values for one time the first. */
async function expectStored(name: string, { acknowledged, duplicates, conflicts }: Tally): Promise<void> {
  const expected = acknowledged - duplicates - conflicts;
  const count = `SELECT count(*), count(DISTINCT (series.labels->>'door', floor(value))),
      count(*) FILTER (WHERE value <> floor(value))
    FROM mini_tsdb.series JOIN mini_tsdb.samples ON samples.series = series.id WHERE series.labels->>'__name__' = '${name}'`;
  const stored = await waitFor(
    `${expected} samples in the store`,
    async () => {
      const [row] = await rows(count);
      if (Number(row?.[0]) < expected) throw new Error(`${row?.[0]} are there`);
      return row?.map(Number);
    },
    HEALED_MS,
  );
  expect(stored).toEqual([expected, expected, 0]);
}

async function rows(statement: string): Promise<string[][]> {
  const printed = await project.exec('timescaledb', 'psql', '-U', 'mini_tsdb', '-tAc', statement);
  return printed
    .trim()
    .split('\n')
    .map((line) => line.split('|'));
}

interface HistoryRow {
  readonly timestamp: string;
  readonly value: number;
  readonly labels: Readonly<Record<string, string>>;
}

async function history(url: string, name: string, search: string): Promise<readonly HistoryRow[]> {
  const answer = await fetch(`${url}/v1/metrics/${name}?${search}`);
  return answer.status === 200 ? ((await answer.json()) as HistoryRow[]) : [];
}

/** How many sensors are up. */
async function countUp(url: string): Promise<number> {
  const answer = await fetch(`${url}/api/v1/query?query=${encodeURIComponent('up{job="sensors"}')}`);
  const { data } = (await answer.json()) as { data: { result: { value: [number, string] }[] } };
  return data.result.filter(({ value: [, up] }) => up === '1').length;
}

async function metric(url: string, name: string): Promise<number> {
  const [, value] =
    new RegExp(`^${name} (\\S+)$`, 'm').exec(await (await fetch(`${url}/metrics`)).text()) ?? [];
  return Number(value);
}

async function commandOf(service: string): Promise<readonly string[]> {
  const config = JSON.parse(await project.compose('config', '--format', 'json'));
  return config.services[service].command;
}
