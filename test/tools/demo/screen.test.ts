import { expect, test } from 'vitest';
import type { Sample } from '../../../tools/demo/sample.ts';
import { renderScreen, type Scene } from '../../../tools/demo/screen.ts';
import { type Line, paint, widthOf } from '../../../tools/demo/spans.ts';
import { advance, firstView, type View, withEvents } from '../../../tools/demo/view.ts';
import {
  AT,
  addresses,
  EMPTY,
  GROWTH,
  HALF,
  NO_LIST,
  REFUSED,
  RENAMED,
  sample,
  seen,
  status,
  TIMEOUT,
} from './samples.ts';

const SCENE: Scene = {
  addresses: {
    inventory: 'http://127.0.0.1:1337',
    admin: 'http://127.0.0.1:1339',
    sidecar: 'http://127.0.0.1:9098',
    miniTsdb: 'http://127.0.0.1:9095',
    grpc: '127.0.0.1:50051',
    prometheus: 'http://127.0.0.1:9090',
    targetsPage: 'http://127.0.0.1:9090/targets',
  },
  prometheus: '3.5.3',
  withoutPrometheus: '',
  keys: true,
};
const WITHOUT: Scene = {
  ...SCENE,
  addresses: { ...SCENE.addresses, prometheus: undefined, targetsPage: undefined },
  prometheus: undefined,
  withoutPrometheus: 'none found; to see it too: sudo apt-get install prometheus',
};

const fault = (name: string, code?: number) => ({ sensors: 100, fault: { fault: name, status: code } });
const LOST = seen(100, 0);
/** The inventory lists every second sensor; inventory-sd holds that, and the alert on it fires. */
const HALF_HELD: Partial<Sample> = {
  inventory: fault('half'),
  status: status({ held: HALF }),
  server: seen(100, 50, { alerts: [{ name: 'InventorySdHeldShrink', state: 'firing', since: AT }] }),
};

function viewOf(...samples: Sample[]): View {
  return samples.reduce(advance, firstView(AT));
}

function shown(scene: Scene, view: View, columns = 80, rows = 24): string[] {
  return renderScreen(scene, view, { columns, rows }).map((line) => paint(line, false).trimEnd());
}

/** The two columns between the rules, each with its lines joined. */
function columns(rows: readonly string[]): [string, string] {
  const cells = rows
    .filter((row) => row.includes('│'))
    .map((row) => row.split('│').map((cell) => cell.trim()));
  const side = (i: number) =>
    cells
      .map((pair) => pair[i] ?? '')
      .filter((text) => text !== '')
      .join('\n');
  return [side(0), side(1)];
}

test('shows the whole story side by side when half of the list is missing', () => {
  const before = sample();
  const beside = seen(100, 50, { name: 'mini-tsdb' });
  const after = sample({ ...HALF_HELD, beside, at: AT + 9_000 });
  expect(shown(SCENE, viewOf(before, after)).join('\n')).toBe(
    `
inventory-sd demo  with Prometheus 3.5.3 and mini-tsdb              12:00:09 UTC

the inventory lists only every second sensor for 0s; 100 sensors run
───────────────────────────────────────┬────────────────────────────────────────
unguarded: 50 targets                  │ inventory-sd: 100 targets
Prometheus' own http_sd                │ file_sd, behind a guard
50 sensors run on unseen               │ kept: 50 the inventory no longer lists
since 12:00:09 (0s)                    │ since 12:00:09 (0s)
up: 50 of 50 in Prometheus             │ up: 100 of 100 in Prometheus
up: 50 of 50 in mini-tsdb              │ up: 100 of 100 in mini-tsdb
                                       │
───────────────────────────────────────┴────────────────────────────────────────
12:00:09  the inventory lists only every second sensor
12:00:09  unguarded: 100 → 50 targets
12:00:09  inventory-sd: 100 targets, kept: 50 the inventory no longer lists
12:00:09  alert InventorySdHeldShrink is firing

held   the removal of 50 targets since 12:00:00: the inventory no longer lists
       50 of the 100 sensors of the last 1h (MAX_SHRINK 20%)
ends   by a full list, key a (inventory-sd accept ba9876543210), or in 59m50s
alert  InventorySdHeldShrink firing, active for 9s

e empty   h half   n null   5 status 500   d hang   + - 10 sensors   o healthy
a accept   u undo   q quit
`.trim(),
  );
});

test.each<[string, Partial<Sample>, string, string]>([
  ['healthy', {}, 'lists them all', 'lists them all'],
  [
    'null',
    { inventory: fault('null'), status: status({ failure: NO_LIST }), server: LOST },
    'lost: 100 sensors run on unseen',
    'kept: the inventory answered null',
  ],
  [
    'status 500',
    { inventory: fault('status', 500), status: status({ failure: REFUSED }) },
    'still lists them all',
    'kept: the inventory answered 500',
  ],
  [
    'half of the list, which http_sd has not asked for yet',
    { ...HALF_HELD, server: seen(100, 100) },
    'still lists them all',
    'kept: 50 the inventory no longer lists',
  ],
  [
    'a renamed fleet',
    { inventory: fault('renamed'), status: status({ held: RENAMED }) },
    'still lists them all',
    'kept: 100 the inventory no longer\nlists; its new ones wait',
  ],
  [
    'hang, after an empty answer',
    { inventory: fault('hang'), status: status({ held: EMPTY, failure: TIMEOUT }) },
    'still lists them all',
    'kept: the inventory does not answer',
  ],
  [
    'a fault that somebody else injected',
    {
      inventory: fault('reset'),
      status: status({
        failure: { reason: 'connection', message: 'cannot fetch inventory: read ECONNRESET' },
      }),
    },
    'still lists them all',
    'kept: cannot fetch inventory: read\nECONNRESET',
  ],
  [
    'ten more sensors',
    { inventory: { sensors: 110, fault: undefined } },
    '10 sensors not listed yet',
    '10 sensors not listed yet',
  ],
  [
    'ten sensors fewer',
    { inventory: { sensors: 90, fault: undefined } },
    '10 sensors that are gone still listed',
    '10 sensors that are gone still listed',
  ],
  ['no answer of inventory-sd', { status: undefined }, 'lists them all', 'inventory-sd does not answer'],
])('the columns tell of %s', (_name, different, unguarded, guarded) => {
  const [left, right] = columns(shown(SCENE, viewOf(sample(different))));
  expect(left).toContain(`\n${unguarded}\nsince 12:00:00 (0s)\n`);
  expect(right).toContain(`inventory-sd: 100 targets\n`);
  expect(right).toContain(`\n${guarded}\nsince 12:00:00 (0s)\n`);
});

test('half of the list that a person accepted is no list to be content with', () => {
  const accepted = sample({ inventory: fault('half'), file: addresses(50), server: seen(50, 50) });
  expect(columns(shown(SCENE, viewOf(accepted)))[1]).toContain(
    'inventory-sd: 50 targets\nfile_sd, behind a guard\nbelieved: 50 sensors run on unseen\n',
  );
});

/** What the screen says of a hold and its alert. */
function held(different: Partial<Sample>, scene = SCENE, progress?: string): string[] {
  const view = viewOf(sample(different));
  const rows = renderScreen(scene, view, { columns: 120, rows: 40 }, progress);
  const texts = rows.map((row) => paint(row, false).trimEnd());
  return texts.filter((text) => /^(held|ends|alert) /.test(text));
}

test.each<[string, Partial<Sample>, string[]]>([
  ['nothing', {}, []],
  [
    'an empty list, which is never believed by waiting',
    { status: status({ held: EMPTY }) },
    [
      'held   the whole answer since 12:00:00: the inventory lists no target',
      'ends   by a full list or key a (inventory-sd accept 0123456789ab)',
    ],
  ],
  [
    'too long a list, which nobody can accept',
    { status: status({ held: GROWTH }) },
    [
      'held   the whole answer since 12:00:00: the inventory lists 150 targets, more than MAX_TARGETS 120',
      'ends   by a smaller answer or a higher MAX_TARGETS',
    ],
  ],
  [
    'an alert that looks back at a hold',
    { server: HALF_HELD.server },
    ['alert  InventorySdHeldShrink firing, active for 0s'],
  ],
])('tells of what is held: %s', (_what, different, rows) => {
  expect(held(different)).toEqual(rows);
});

test('without keys, and in the tour, a held list names only the command', () => {
  const ends = 'ends   by a full list, inventory-sd accept ba9876543210, or in 59m50s';
  expect(held(HALF_HELD, { ...SCENE, keys: false })).toContain(ends);
  expect(held(HALF_HELD, SCENE, 'tour 9 of 14')).toContain(ends);
});

test('where there is room the addresses stay beside what is held', () => {
  const view = viewOf(sample(HALF_HELD));
  expect(shown(SCENE, view, 80, 24).join('\n')).not.toContain('/targets');
  expect(shown(SCENE, view, 80, 30).join('\n')).toContain('/targets');
});

test('since stays while nothing changes, and the age grows', () => {
  const later = viewOf(sample(), sample({ at: AT + 72_000 }));
  expect(columns(shown(SCENE, later))[1]).toContain('since 12:00:00 (1m12s)');
});

test('without a Prometheus it shows what mini-tsdb sees, and how to get one', () => {
  const lost = seen(100, 0, { name: 'mini-tsdb' });
  const rows = shown(WITHOUT, viewOf(sample({ inventory: fault('empty'), server: lost })));
  const [left, right] = columns(rows);
  expect(left).toMatch(/^unguarded: 0 targets\nhttp_sd as in Prometheus\nlost: 100 sensors run on unseen\n/);
  expect(left).toMatch(/\nup: 0 of 0 in mini-tsdb$/);
  expect(right).toMatch(/\nup: 100 of 100 in mini-tsdb$/);
  expect(rows[0]).toMatch(/^inventory-sd demo {2}with mini-tsdb {2}/);
  expect(rows).toContain('Prometheus     none found; to see it too: sudo apt-get install prometheus');
  expect(rows).toContain('mini-tsdb      http://127.0.0.1:9095/targets (gRPC: 127.0.0.1:50051)');
});

test('says that nothing is known before the first answer', () => {
  const silent = sample({ inventory: undefined, status: undefined, file: undefined, server: undefined });
  const rows = shown(SCENE, viewOf(silent));
  expect(rows).toContain('the inventory has not answered yet');
  expect(columns(rows)).toEqual([
    "unguarded: …\nPrometheus' own http_sd",
    'inventory-sd: …\nfile_sd, behind a guard',
  ]);
});

const SIZES = [
  [1, 1],
  [5, 3],
  [39, 10],
  [60, 16],
  [60, 24],
  [80, 24],
  [120, 40],
  [300, 100],
] as const;
test.each(SIZES)('fits a terminal of %i columns and %i rows', (width, rows) => {
  const views = [
    firstView(AT),
    viewOf(sample({ inventory: fault('empty'), status: status({ held: EMPTY }), server: LOST })),
    viewOf(sample(HALF_HELD)),
  ];
  for (const scene of [SCENE, WITHOUT, { ...SCENE, keys: false }]) {
    for (const view of views) {
      const lines = renderScreen(scene, view, { columns: width, rows });
      expect(lines.length).toBeLessThanOrEqual(rows);
      expect(Math.max(...lines.map(widthOf))).toBeLessThanOrEqual(width);
    }
  }
});

test('at 60 columns everything that matters is whole', () => {
  const view = viewOf(sample({ inventory: fault('empty'), status: status({ held: EMPTY }), server: LOST }));
  const rows = shown(SCENE, view, 60);
  expect(rows).toHaveLength(24);
  expect(columns(rows)).toEqual([
    "unguarded: 0 targets\nPrometheus' own http_sd\nlost: 100 sensors run on\nunseen\nsince 12:00:00 (0s)\nup: 0 of 0 in Prometheus",
    'inventory-sd: 100 targets\nfile_sd, behind a guard\nkept: the inventory lists no\ntarget\nsince 12:00:00 (0s)\nup: 100 of 100 in Prometheus',
  ]);
  expect(rows.slice(-2)).toEqual([
    'e empty   h half   n null   5 status 500   d hang',
    '+ - 10 sensors   o healthy   a accept   u undo   q quit',
  ]);
});

test('what comes from outside moves no cursor', () => {
  const evil = 'a\x1b[2Jb\r\nc\x07\x9b31md\u202ee\ud83d\udca3f\u00adg\u0301';
  const failure = { reason: 'connection', message: evil };
  const view = withEvents(viewOf(sample({ inventory: fault(evil), status: status({ failure }) })), [evil]);
  const lines: Line[] = renderScreen(SCENE, view, { columns: 200, rows: 40 });
  const written = lines.map((line) => paint(line, true)).join('');
  const own = new RegExp(`${'\x1b'}\\[\\d+m`, 'g');
  expect(written.replace(own, '')).toMatch(/^[\x20-\x7e→…│─┬┴]*$/);
  expect(written).toContain('a?[2Jb??c??31md?e?f?g?');
});

test('colours are left out when they are not wanted', () => {
  const lines = renderScreen(SCENE, viewOf(sample()), { columns: 80, rows: 24 });
  expect(lines.map((line) => paint(line, false)).join('')).not.toContain('\x1b');
  expect(lines.map((line) => paint(line, true)).join('')).toContain('\x1b[32mlists them all\x1b[0m');
});

test('the tour shows its step in the place of the keys', () => {
  const lines = renderScreen(
    SCENE,
    viewOf(sample()),
    { columns: 80, rows: 24 },
    'tour 2 of 10: the inventory answers []',
  );
  expect(paint(lines.at(-1) ?? [], false)).toBe('tour 2 of 10: the inventory answers []   (q quits)');
});
