import { expect, test } from 'vitest';
import type { Action } from '../../../tools/demo/action.ts';
import type { Sample, ServerName } from '../../../tools/demo/sample.ts';
import { story } from '../../../tools/demo/story.ts';
import { summarize } from '../../../tools/demo/summary.ts';
import { playTour, type StepResult } from '../../../tools/demo/tour.ts';
import { AT, addresses, EMPTY, HALF, NO_LIST, REFUSED, sample, seen, status, TIMEOUT } from './samples.ts';

const STORY = story(true);
const SEEN_BY = 'Prometheus 3.5.3 and mini-tsdb';

const fault = (name: string) => ({ sensors: 100, fault: { fault: name, status: undefined } });
const counted = (count: number) =>
  sample({
    inventory: { sensors: count, fault: undefined },
    file: addresses(count),
    server: seen(count, count),
  });

const STARTING = sample({ status: undefined, file: undefined, server: seen(0, 0) });
const HELD = sample({ inventory: fault('empty'), status: status({ held: EMPTY }), server: seen(100, 0) });
const NULL = sample({
  inventory: fault('null'),
  status: status({ failure: NO_LIST }),
  server: seen(100, 0),
});
const FAILING = sample({
  inventory: fault('status'),
  status: status({ failure: REFUSED }),
  server: seen(100, 100, { refused: 1 }),
});
const HANGING = sample({
  inventory: fault('hang'),
  status: status({ failure: TIMEOUT }),
  server: seen(100, 100, { refused: 2 }),
});
const alert = (state: 'pending' | 'firing') => ({
  alerts: [{ name: 'InventorySdHeldShrink', state, since: AT }],
});
const HALVED = sample({
  inventory: fault('half'),
  status: status({ held: HALF }),
  server: seen(100, 50, alert('firing')),
});
/** The half that the fault leaves. */
const EVEN = addresses(100).filter((_, i) => i % 2 === 0);
const ACCEPTED = sample({
  inventory: fault('half'),
  file: EVEN,
  server: { ...seen(50, 50), guarded: { addresses: EVEN, up: 50 } },
});

/** What is seen when all goes well, one look a step but the first. */
const WELL = [
  STARTING,
  sample(),
  HELD,
  sample(),
  NULL,
  sample(),
  FAILING,
  HANGING,
  sample(),
  HALVED,
  ACCEPTED,
  HALVED,
  sample(),
  counted(110),
  sample(),
];

interface Played {
  readonly results: StepResult[];
  readonly acted: Action[];
}

/** Plays the story before a stage whose looks are given; the last one is seen for ever. A look takes a second. */
async function play(
  looks: readonly Sample[],
  { server = 'Prometheus', lingerMs = 0 }: { server?: ServerName; lingerMs?: number } = {},
): Promise<Played> {
  const acted: Action[] = [];
  let looked = 0;
  const results = await playTour(story(server === 'Prometheus'), {
    look: async () => looks[Math.min(looked++, looks.length - 1)] ?? sample(),
    act: async (action) => void acted.push(action),
    announce() {},
    now: () => looked * 1000,
    server,
    stepMs: 10_000,
    lingerMs,
  });
  return { results, acted };
}

/** The good looks with another one slipped in before the look `index`. */
function slippedIn(index: number, ...extra: Sample[]): Sample[] {
  return WELL.toSpliced(index, 0, ...extra);
}

const failuresOf = ({ results }: Played) => results.map(({ failure }) => failure).filter(Boolean);

test('plays every step in order when what it waits for is seen', async () => {
  const { results, acted } = await play(WELL);
  expect(results.map(({ failure }) => failure)).toEqual(STORY.map(() => undefined));
  expect(acted).toEqual(STORY.flatMap(({ actions }) => actions));
  expect(summarize(results, STORY.length, SEEN_BY)).toMatchObject({ held: true });
});

test('waits: a look at which nothing has happened yet ends no step', async () => {
  const { results } = await play(
    slippedIn(2, sample({ inventory: fault('empty') }), sample({ ...HELD, server: seen(100, 100) })),
  );
  expect(results[1]).toMatchObject({ failure: undefined, samples: 3, milliseconds: 3000 });
});

test.each<[string, Sample]>([
  ['from its file', sample({ file: addresses(99) })],
  ['in Prometheus', sample({ server: seen(99, 100) })],
  ['with the whole file', sample({ file: undefined })],
  ['though the number is right', sample({ file: [...addresses(99), 'sensor_999:9100'] })],
])('a target lost %s, in one look only, fails the tour', async (_where, look) => {
  const played = await play(slippedIn(2, look));
  expect(failuresOf(played)).toEqual([expect.stringMatching(/^inventory-sd lost (1|100) targets$/)]);
  expect(played.results).toHaveLength(STORY.length);
  expect(summarize(played.results, STORY.length, SEEN_BY).held).toBe(false);
});

test('a Prometheus that does not answer once has lost nothing', async () => {
  expect(failuresOf(await play(slippedIn(2, sample({ server: undefined }))))).toEqual([]);
});

test.each<[string, Sample, string]>([
  ['http_sd that does not fall', { ...HELD, server: seen(100, 100) }, 'unguarded: 0 targets'],
  ['a list that is not held', { ...HELD, status: status() }, 'inventory-sd: 100 held'],
  ['Prometheus being silent', { ...HELD, server: undefined }, 'an answer of Prometheus'],
])('%s ends the tour, and the rest is not played', async (_what, look, missing) => {
  const played = await play([STARTING, sample(), look]);
  expect(failuresOf(played)).toEqual([`waited 10s for ${missing}`]);
  const { lines, held } = summarize(played.results, STORY.length, SEEN_BY);
  expect(held).toBe(false);
  expect(lines.slice(-3)).toEqual([
    `failed: the inventory answers []: waited 10s for ${missing}`,
    'not played: the last 12 steps',
    'the tour did not hold',
  ]);
});

test('half a list is not over before its alert fires', async () => {
  const silent = { ...HALVED, server: seen(100, 50) };
  const pending = { ...HALVED, server: seen(100, 50, alert('pending')) };
  const { results } = await play(slippedIn(9, silent, pending));
  expect(results[8]).toMatchObject({ samples: 3, failure: undefined });
});

test.each<[string, number, Sample]>([
  ['before a person accepted that', 9, { ...HALVED, file: EVEN }],
  ['that the accepted list names', 10, { ...ACCEPTED, file: EVEN.slice(1) }],
  ['after they were taken back', 12, { ...HALVED, file: EVEN }],
])('targets lost %s fail the tour', async (_when, index, look) => {
  expect(failuresOf(await play(slippedIn(index, look)))).toEqual([
    expect.stringMatching(/^inventory-sd lost (1|50) targets$/),
  ]);
});

test('what a person gave up may come and go as that is done', async () => {
  expect(failuresOf(await play(slippedIn(10, HALVED)))).toEqual([]);
  expect(failuresOf(await play(slippedIn(11, ACCEPTED)))).toEqual([]);
});

test('a fault that Prometheus has not met yet proves nothing', async () => {
  const unmet = { ...FAILING, server: seen(100, 100) };
  expect((await play(slippedIn(6, unmet))).results[5]).toMatchObject({ samples: 2, failure: undefined });
});

test('a target lost while the end of a step is shown to people counts too', async () => {
  const lingerMs = 1000;
  const twice = WELL.flatMap((look, i) => (i === 0 ? [look] : [look, look]));
  expect(failuresOf(await play(twice, { lingerMs }))).toEqual([]);
  const { results } = await play(twice.with(4, { ...HELD, file: addresses(98) }), { lingerMs });
  expect(results[1]).toMatchObject({
    failure: 'inventory-sd lost 2 targets',
    milliseconds: 1000,
    samples: 2,
  });
});

test('what came back must stay while the end of that step is shown', async () => {
  const twice = WELL.flatMap((look, i) => (i === 0 ? [look] : [look, look]));
  const again = twice.lastIndexOf(HALVED);
  const { results } = await play(twice.with(again, ACCEPTED), { lingerMs: 1000 });
  expect(results[10]).toMatchObject({ failure: 'inventory-sd lost 50 targets', samples: 2 });
});

/** The good looks as mini-tsdb alone sees them: without an alert. */
const WITHOUT_PROMETHEUS = WELL.map((look) => ({
  ...look,
  server: look.server && { ...look.server, name: 'mini-tsdb' as const, alerts: [] },
}));

test('without a Prometheus the tour is whole but for the alert', async () => {
  const { results } = await play(WITHOUT_PROMETHEUS, { server: 'mini-tsdb' });
  expect(results.map(({ failure }) => failure)).toEqual(STORY.map(() => undefined));
  const { lines, held } = summarize(results, STORY.length, 'mini-tsdb');
  expect(held).toBe(true);
  expect(lines.join('\n')).not.toContain('alert');
  expect(lines.at(-1)).toMatch(/; seen by mini-tsdb$/);
});

test('a target that mini-tsdb alone has lost, or never found, fails the tour too', async () => {
  const beside = (count: number) => seen(count, count, { name: 'mini-tsdb' });
  const lost = await play(slippedIn(2, sample({ beside: beside(99) })));
  expect(failuresOf(lost)).toEqual(['inventory-sd lost 1 targets']);
  const unfound = await play([STARTING, sample({ beside: beside(99) })]);
  expect(failuresOf(unfound)).toEqual(['waited 10s for inventory-sd: 100 targets']);
});

test('the summary is a table that ends with the one sentence', async () => {
  const { results } = await play(WELL);
  const { lines } = summarize(results.slice(0, 2), 2, SEEN_BY);
  expect(lines).toEqual([
    'step                      unguarded    inventory-sd  lost  time',
    '100 sensors are found     100 targets  100 targets   0     2.0s  held',
    'the inventory answers []  0 targets    100 held      0     1.0s  held',
    '',
    'the tour held: in 3 looks inventory-sd lost only what was accepted, http_sd all twice and half once; seen by Prometheus 3.5.3 and mini-tsdb',
  ]);
});
