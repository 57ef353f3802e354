import { expect, onTestFinished, test } from 'vitest';
import { readFleetSettings } from '../../inventory-server/fleet/settings.ts';
import { type Program, startNode } from '../helpers/process.ts';
import { tempDir } from '../helpers/temp-dir.ts';
import { waitFor } from '../helpers/wait-for.ts';
import { ask, type RawAnswer, rawClient, scrape, scrapeText, startAdmin } from './fleet-fixture.ts';

const PROGRAM = new URL('../../inventory-server/fleet.ts', import.meta.url).pathname;

function start(env: Record<string, string>): Program {
  const program = startNode(PROGRAM, [], {
    env: { LISTEN_ADDRESS: '127.0.0.1:0', LIST_INTERVAL: '100ms', ...env },
  });
  onTestFinished(() => void program.stop());
  return program;
}

async function portOf(program: Program): Promise<number> {
  return Number(/"address":"127\.0\.0\.1:(\d+)"/.exec(await program.line(/sensor fleet listens/))?.[1]);
}

const sampleOf = (answer: RawAnswer, series: string) =>
  Number(
    answer.body
      .split('\n')
      .find((line) => line.startsWith(`${series} `))
      ?.slice(series.length),
  );

test('without settings the defaults hold', () => {
  expect(readFleetSettings({})).toEqual({
    listenAddress: { host: '', port: 1338 },
    adminUrl: 'http://127.0.0.1:1339',
    listIntervalMs: 2_000,
    listFile: undefined,
    seed: 1,
    down: new Set(),
    slow: new Set(),
    slowDelayMs: 2_000,
    logLevel: 'info',
  });
});

test('an empty variable counts as unset', () => {
  const names = [
    'LISTEN_ADDRESS',
    'ADMIN_URL',
    'LIST_INTERVAL',
    'LIST_FILE',
    'SEED',
    'SLOW_DELAY',
    'LOG_LEVEL',
  ];
  expect(readFleetSettings(Object.fromEntries(names.map((name) => [name, ''])))).toEqual(
    readFleetSettings({}),
  );
});

test('settings are read as written', () => {
  const settings = readFleetSettings({
    LISTEN_ADDRESS: '[::1]:99',
    ADMIN_URL: 'http://inventory-server:1339/api/',
    LIST_INTERVAL: '5',
    LIST_FILE: '/data/sensors.json',
    SEED: '42',
    SENSORS_DOWN: 'a, b,',
    SENSORS_SLOW: 'c',
    SLOW_DELAY: '0s',
    LOG_LEVEL: 'debug',
  });
  expect(settings).toMatchObject({
    listenAddress: { host: '::1', port: 99 },
    adminUrl: 'http://inventory-server:1339/api',
    listIntervalMs: 5_000,
    listFile: '/data/sensors.json',
    seed: 42,
    down: new Set(['a', 'b']),
    slow: new Set(['c']),
    slowDelayMs: 0,
    logLevel: 'debug',
  });
});

test('each faulty setting is named with what is wrong', () => {
  const fault = (name: string, value: string, why: string) =>
    expect(() => readFleetSettings({ [name]: value })).toThrow(
      `cannot start: 1 faulty setting\n  ${name} ${why}`,
    );
  fault('LISTEN_ADDRESS', '1338', 'is "1338"; write :port');
  fault('ADMIN_URL', 'inventory:1339', 'begins with inventory:; http: and https: are understood');
  fault('ADMIN_URL', 'http://', 'is no URL');
  fault('ADMIN_URL', 'http://u:p@x', 'holds a user name or password');
  fault('ADMIN_URL', 'http://x/?a=1', 'must not hold a query or a fragment');
  fault('LIST_INTERVAL', 'soon', 'is "soon", no duration');
  fault('LIST_INTERVAL', '0', 'is "0"; it must lie from 100ms to 1h');
  fault('LIST_INTERVAL', '2h', 'is "2h"; it must lie');
  fault('SEED', '-1', 'is "-1", not a whole number');
  fault('SLOW_DELAY', '61m', 'is "61m"; it must lie from 0ms to 1h');
  fault('LOG_LEVEL', 'loud', 'is "loud"; it is one of');
});

test('faulty settings are all named in one message, and the exit code is 1', async () => {
  const program = start({ SEED: 'x', LISTEN_ADDRESS: 'y', LOG_LEVEL: 'z' });
  expect(await program.exit).toEqual({ code: 1, signal: null });
  expect(program.stderr.map((line) => line.trim().split(' ')[0])).toEqual([
    'cannot',
    'LISTEN_ADDRESS',
    'SEED',
    'LOG_LEVEL',
  ]);
});

test('SIGTERM and SIGINT end the program with 0, also under scrapers that stay connected', async () => {
  const admin = await startAdmin([{ name: 'a' }, { name: 'b' }]);
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    const program = start({ ADMIN_URL: admin.url, SENSORS_SLOW: 'b', SLOW_DELAY: '1h' });
    const port = await portOf(program);
    await program.line(/list of sensors taken/);
    const idle = await rawClient(port);
    idle.write(scrapeText('http://a:9100/metrics'));
    expect((await idle.answer()).status).toBe(200);
    const waiting = await rawClient(port);
    waiting.write(scrapeText('http://b:9100/metrics'));
    expect((await scrape(port, 'a')).status).toBe(200);
    program.kill(signal);
    expect(await program.exit).toEqual({ code: 0, signal: null });
    expect(program.stderr).toEqual([]);
  }
});

test('counters do not fall and a window keeps its bytes over a restart, also with the inventory down', async () => {
  const dir = await tempDir('fleet');
  onTestFinished(dir.remove);
  const admin = await startAdmin([{ name: 'a' }]);
  const env = { ADMIN_URL: admin.url, LIST_FILE: `${dir.path}/list.json`, SEED: '9' };
  const scrapeOnce = async (): Promise<RawAnswer> => {
    const program = start(env);
    const port = await portOf(program);
    await waitFor(
      'a list',
      async () => (await ask(port, 'GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n')).status === 200,
    );
    const answer = await scrape(port, 'a');
    await program.stop();
    return answer;
  };
  const before = await scrapeOnce();
  await admin.stop();
  const after = await scrapeOnce();
  const uptime = 'sensor_uptime_seconds';
  if (sampleOf(before, uptime) === sampleOf(after, uptime)) expect(after.body).toBe(before.body);
  const frames = 'sensor_frames_received_total{kind="data"}';
  expect(sampleOf(before, frames)).toBeGreaterThan(0);
  expect(sampleOf(after, frames)).toBeGreaterThanOrEqual(sampleOf(before, frames));
});
