import { mkdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { parseTargetGroups } from '../../src/model/target-group.ts';
import { acceptHeld, undoAccept } from '../../src/sidecar/accept.ts';
import { systemClock } from '../../src/sidecar/moment.ts';
import { sync } from '../../src/sidecar/sync.ts';
import { WriteError } from '../../src/sidecar/targets/write-error.ts';
import { type Observed, observedInventory } from '../helpers/inventory.ts';
import { HttpResponse, http, mockInventory } from '../helpers/inventory-mock.ts';
import { type TempDir, tempDir } from '../helpers/temp-dir.ts';

const mock = mockInventory();
const idle = new AbortController().signal;

let dir: TempDir;
let file: string;
let observed: Observed;
beforeEach(async () => {
  dir = await tempDir('sync');
  file = join(dir.path, 'targets.json');
  observed = await observedInventory(dir.path);
});
afterEach(async () => {
  await observed.close();
  await dir.remove();
});

const URL_ = 'http://inventory.test/list';
const answer = (body: unknown) => mock.use(http.get(URL_, () => HttpResponse.json(body as never)));
const pass = (now = 1000) => sync(observed.inventory, () => ({ wall: now, mono: now }), idle);
const targets = async () => parseTargetGroups(await readFile(file, 'utf8')).flatMap((group) => group.targets);

async function standing(): Promise<void> {
  answer(['a', 'b']);
  await pass();
  observed.told.length = 0;
}

async function restart(environment: Record<string, string> = {}): Promise<void> {
  await observed.close();
  observed = await observedInventory(dir.path, environment);
}

test('the first answer is published, the same again changes nothing', async () => {
  answer(['a', 'b']);
  expect(await pass()).toEqual({ kind: 'changed', added: 2, removed: 0, changed: 0 });
  expect(await targets()).toEqual(['a:9100', 'b:9100']);
  const before = await stat(file, { bigint: true });
  expect(await pass()).toEqual({ kind: 'unchanged', added: 0, removed: 0, changed: 0 });
  expect((await stat(file, { bigint: true })).ctimeNs).toBe(before.ctimeNs);
  expect(observed.told).toEqual(['written']);
});

test('another order of the same sensors changes nothing', async () => {
  await standing();
  answer(['b', 'a', 'b']);
  expect(await pass()).toMatchObject({ kind: 'unchanged' });
  expect(observed.told).toEqual([]);
});

test('what came and went is counted', async () => {
  await standing();
  answer(['b', 'c', 'd']);
  expect(await pass()).toEqual({ kind: 'changed', added: 2, removed: 1, changed: 0 });
  expect(await targets()).toEqual(['b:9100', 'c:9100', 'd:9100']);
});

test('a 304 is judged too, with what the last answer said', async () => {
  mock.use(
    http.get(URL_, ({ request }) =>
      request.headers.get('if-none-match') === '"1"'
        ? new HttpResponse(null, { status: 304 })
        : HttpResponse.json(['a'], { headers: { etag: '"1"' } }),
    ),
  );
  await pass();
  await rm(file);
  expect(await pass()).toMatchObject({ kind: 'unchanged' });
  expect(await targets()).toEqual(['a:9100']);
  expect(observed.told).toEqual(['written', 'written', 'restored']);
});

test('the validators of an answer that could not be used are not sent', async () => {
  await standing();
  mock.use(http.get(URL_, () => HttpResponse.json(null, { headers: { etag: '"bad"' } })));
  await expect(pass()).rejects.toMatchObject({ reason: 'not_a_list' });
  mock.use(
    http.get(URL_, ({ request }) =>
      HttpResponse.json(request.headers.get('if-none-match') === '"bad"' ? ['wrong'] : ['a', 'c']),
    ),
  );
  await pass();
  expect(await targets()).toEqual(['a:9100', 'c:9100']);
});

describe('an empty answer', () => {
  const f = (name: string, body: unknown) =>
    test(`${name} is held: nothing is removed, and the hold keeps its beginning`, async () => {
      await standing();
      answer(body);
      expect(await pass(2000)).toEqual({ kind: 'held', added: 0, removed: 0, changed: 0 });
      expect(await pass(3000)).toMatchObject({ kind: 'held' });
      expect(observed.inventory.guard.hold).toMatchObject({ reason: 'empty', since: 2000, targets: 2 });
      expect(await targets()).toEqual(['a:9100', 'b:9100']);
      answer(['a', 'b']);
      expect(await pass()).toMatchObject({ kind: 'unchanged' });
      expect(observed.inventory.guard.hold).toBeUndefined();
      expect(observed.told).toEqual([]);
    });
  f('[]', []);
  f('of a group without targets', [{ targets: [] }]);

  test('before any list stands writes nothing', async () => {
    answer([]);
    expect(await pass()).toMatchObject({ kind: 'held' });
    expect(observed.told).toEqual([]);
    await expect(stat(file)).rejects.toMatchObject({ code: 'ENOENT' });
  });
});

describe('an answer that is no list of sensors changes nothing:', () => {
  const f = (body: unknown, reason: string) =>
    test(JSON.stringify(body), async () => {
      await standing();
      answer(body);
      await expect(pass()).rejects.toMatchObject({ reason });
      expect(await targets()).toEqual(['a:9100', 'b:9100']);
      expect(observed.told).toEqual([]);
    });
  f(null, 'not_a_list');
  f({}, 'not_a_list');
  f(42, 'not_a_list');
  f({ next: '/list?page=2' }, 'not_a_list');
});

test('a bad entry is set aside, the rest goes on, and every entry is accounted for', async () => {
  answer({
    sensors: ['a', null, 'b', { host: 'c', port: 99_999 }, 'a', 'a:9100', { host: 'd', enabled: false }],
  });
  expect(await pass()).toMatchObject({ kind: 'changed', added: 2 });
  expect(await targets()).toEqual(['a:9100', 'b:9100']);
  expect(observed.inventory.answer?.account).toMatchObject({
    setAside: [
      { index: 1, reason: 'no_sensor' },
      { index: 3, reason: 'bad_port' },
    ],
    disabled: 1,
    duplicates: 2,
  });
});

test('a list in which every entry is set aside is held like an empty one', async () => {
  await standing();
  answer([{ fqdn: 'a' }, { fqdn: 'b' }]);
  expect(await pass()).toMatchObject({ kind: 'held' });
  expect(await targets()).toEqual(['a:9100', 'b:9100']);
  expect(observed.inventory.answer?.account.setAsideBy).toMatchObject({ no_host: 2 });
});

test('a field of INVENTORY_META_FIELDS that changes with every answer is warned about, once', async () => {
  await observed.close();
  observed = await observedInventory(dir.path, { INVENTORY_META_FIELDS: 'uptime,rack' });
  for (let uptime = 1; uptime <= 6; uptime += 1) {
    answer([{ host: 'a', uptime, rack: 1 }]);
    await pass();
  }
  expect(observed.warnings).toEqual([expect.stringContaining('the label __meta_inventory_uptime changed')]);
});

test('INVENTORY_JMESPATH and INVENTORY_META_FIELDS are in force, on every page', async () => {
  await observed.close();
  observed = await observedInventory(dir.path, {
    INVENTORY_JMESPATH: 'nodes[?up].{host: id, port: `1`, rack: rack}',
    INVENTORY_NEXT_JMESPATH: 'more',
    INVENTORY_META_FIELDS: 'rack',
  });
  const page = (id: string, up: boolean) => ({ nodes: [{ id, up, rack: 'r1' }], total: 3 });
  mock.use(
    http.get(URL_, ({ request }) => {
      const { search } = new URL(request.url);
      if (search === '') return HttpResponse.json({ ...page('a', true), more: '?2' });
      if (search === '?2') return HttpResponse.json({ ...page('b', false), more: '?3' });
      return HttpResponse.json(page('c', true));
    }),
  );
  await pass();
  expect(parseTargetGroups(await readFile(file, 'utf8'))).toEqual([
    { targets: ['a:1', 'c:1'], labels: { __meta_inventory_rack: 'r1' } },
  ]);
});

describe('the file is looked at on every pass:', () => {
  test('a deleted file is put back', async () => {
    await standing();
    await rm(file);
    expect(await pass()).toMatchObject({ kind: 'unchanged' });
    expect(await targets()).toEqual(['a:9100', 'b:9100']);
    expect(observed.told).toEqual(['written', 'restored']);
  });

  test('a foreign change is put right', async () => {
    await standing();
    await writeFile(file, '[]');
    await pass();
    expect(await targets()).toEqual(['a:9100', 'b:9100']);
  });

  test('also while the inventory is down', async () => {
    await standing();
    await rm(file);
    mock.use(http.get(URL_, () => new HttpResponse(null, { status: 503 })));
    await expect(pass()).rejects.toMatchObject({ reason: 'status' });
    expect(await targets()).toEqual(['a:9100', 'b:9100']);
  });

  test('also while the list is held', async () => {
    await standing();
    await rm(file);
    answer([]);
    await pass();
    expect(await targets()).toEqual(['a:9100', 'b:9100']);
  });

  test('equal bytes that another program wrote are left alone', async () => {
    await standing();
    await writeFile(file, await readFile(file));
    await pass();
    await pass();
    expect(observed.told).toEqual([]);
  });
});

test('a write that fails is told, and heals by itself', async () => {
  await standing();
  await rm(dir.path, { recursive: true });
  await expect(pass()).rejects.toMatchObject({ reason: 'no_folder' });
  await mkdir(dir.path);
  expect(await pass()).toMatchObject({ kind: 'unchanged' });
  expect(await targets()).toEqual(['a:9100', 'b:9100']);
  expect(observed.told).toEqual(['writeFailed no_folder', 'written', 'restored']);
});

test('while the inventory fails, its failure is told also when the file cannot be put back', async () => {
  await standing();
  await rm(dir.path, { recursive: true });
  mock.use(http.get(URL_, () => new HttpResponse(null, { status: 503, headers: { 'retry-after': '600' } })));
  await expect(pass()).rejects.toMatchObject({ reason: 'status', retryAfterMs: 600_000 });
  expect(observed.told).toEqual(['writeFailed no_folder']);
  expect(observed.inventory.file.failure).toMatchObject({ reason: 'no_folder' });
  await mkdir(dir.path);
  await expect(pass()).rejects.toMatchObject({ reason: 'status' });
  expect(observed.inventory.file.failure).toBeUndefined();
});

test('a file that cannot be looked at is counted', async () => {
  await standing();
  await rm(dir.path, { recursive: true });
  await writeFile(dir.path, 'a file where the folder was');
  await expect(pass()).rejects.toMatchObject({ message: expect.stringContaining(`cannot look at ${file}`) });
  expect(observed.told).toEqual(['writeFailed no_folder']);
});

test('a stop touches nothing any more', async () => {
  await standing();
  await rm(file);
  await expect(sync(observed.inventory, systemClock, AbortSignal.abort(new Error('stop')))).rejects.toThrow(
    'stop',
  );
  expect(observed.told).toEqual([]);
});

describe('a shrunken answer', () => {
  const names = (count: number) => Array.from({ length: count }, (_, i) => `s${i}`);
  const size = async () => (await targets()).length;

  const digest = () => observed.inventory.guard.hold?.digest;

  async function held(): Promise<string> {
    answer(names(100));
    await pass();
    answer([...names(50), 'new']);
    expect(await pass()).toEqual({ kind: 'held', added: 1, removed: 0, changed: 0 });
    expect(await size()).toBe(101);
    return observed.inventory.guard.hold?.digest ?? '';
  }

  test('is published by hand under its digest, and undone', async () => {
    const digest = await held();
    const now = { wall: 1, mono: 1 };
    await expect(acceptHeld(observed.inventory, 'other', now)).rejects.toMatchObject({
      reason: 'other_digest',
      message: `cannot accept "other": by now 50 targets would go, digest ${digest}`,
    });
    expect(await acceptHeld(observed.inventory, digest, now)).toMatchObject({
      removed: 50,
      isAccepted: true,
    });
    expect(await size()).toBe(51);
    await expect(acceptHeld(observed.inventory, undefined, now)).rejects.toMatchObject({
      reason: 'nothing_held',
    });
    expect(await undoAccept(observed.inventory, now)).toMatchObject({ added: 50 });
    expect(await size()).toBe(101);
    expect(await pass()).toMatchObject({ kind: 'held' });
    await expect(undoAccept(observed.inventory, now)).rejects.toMatchObject({ reason: 'nothing_kept' });
  });

  test('is undone also when what was accepted is still in the file for its grace', async () => {
    await restart({ REMOVAL_GRACE: '5m' });
    answer(names(100));
    await pass();
    answer(names(50));
    await pass();
    const now = { wall: 1, mono: 1 };
    expect(await acceptHeld(observed.inventory, undefined, now)).toMatchObject({ added: 0, removed: 0 });
    expect(observed.inventory.guard).toMatchObject({ listed: { length: 50 }, graced: { length: 50 } });
    await undoAccept(observed.inventory, now);
    expect(await size()).toBe(100);
    await restart();
    expect(observed.inventory.guard).toMatchObject({ listed: { length: 100 }, graced: [] });
  });

  test('is undone without losing what came since: what the accept brought goes, what it removed returns', async () => {
    await restart({ REMOVAL_GRACE: '5m' });
    answer(names(100));
    await pass();
    const fleet = ['x', 'y', 'z', 'v', 'w', ...names(50)].map((name) => `new-${name}`);
    answer(fleet);
    expect(await pass()).toMatchObject({ kind: 'held', added: 0 });
    const now = { wall: 1, mono: 1 };
    await acceptHeld(observed.inventory, digest(), now);
    answer([...fleet.slice(1), 'since']);
    expect(await pass()).toMatchObject({ added: 1 });
    await undoAccept(observed.inventory, now);
    expect(observed.inventory.guard).toMatchObject({ listed: { length: 101 }, graced: { length: 1 } });
    expect(await targets()).toContain('since:9100');
    answer([...names(100), 'since']);
    expect(await pass()).toMatchObject({ added: 0, removed: 0 });
    expect(observed.inventory.guard).toMatchObject({ hold: undefined, listed: { length: 101 } });
  });

  test('that was accepted as empty is undone, and what is listed since stays', async () => {
    await standing();
    answer([]);
    await pass();
    const now = { wall: 1, mono: 1 };
    await acceptHeld(observed.inventory, digest(), now);
    answer(['c']);
    await pass();
    expect(await undoAccept(observed.inventory, now)).toMatchObject({ added: 2, removed: 0 });
    expect(await targets()).toEqual(['a:9100', 'b:9100', 'c:9100']);
    expect(await pass()).toMatchObject({ removed: 2 });
  });

  test('knows since when it is held, and since when for its reason, also over a restart', async () => {
    await held();
    const since = observed.inventory.guard.hold?.since;
    expect(observed.inventory.guard.hold).toMatchObject({ reason: 'shrink', reasonSince: since });
    answer([]);
    await pass(3000);
    await pass(62_000);
    await restart();
    expect(observed.inventory.guard.hold).toMatchObject({ reason: 'empty', since, reasonSince: 3000 });
    answer([...names(50), 'new']);
    await pass(63_000);
    expect(observed.inventory.guard.hold).toMatchObject({ reason: 'shrink', since, reasonSince: 63_000 });
    const state = join(dir.path, '.inventory-sd', 'targets.json.state.json');
    await writeFile(state, (await readFile(state, 'utf8')).replace(/"reasonSince":\d+,/, ''));
    await restart();
    expect(observed.inventory.guard.hold).toMatchObject({ reasonSince: since });
  });

  test('is not undone by a list that is none', async () => {
    await held();
    const now = { wall: 1, mono: 1 };
    await acceptHeld(observed.inventory, undefined, now);
    await writeFile(join(dir.path, '.inventory-sd', 'targets.json.before.json'), '[]');
    await expect(undoAccept(observed.inventory, now)).rejects.toMatchObject({ reason: 'nothing_kept' });
    expect(await size()).toBe(51);
  });

  test("is undone also when the list before was another writer's, with a target that we would not write", async () => {
    await writeFile(file, '[{"targets":["an oddity:1","b:9100"],"labels":{}}]');
    await restart();
    answer(['x', 'y']);
    expect(await pass()).toMatchObject({ kind: 'held' });
    const now = { wall: 1, mono: 1 };
    await acceptHeld(observed.inventory, undefined, now);
    expect(await targets()).toEqual(['x:9100', 'y:9100']);
    expect(await undoAccept(observed.inventory, now)).toMatchObject({ added: 2, removed: 0 });
    expect(await targets()).toEqual(['an oddity:1', 'b:9100', 'x:9100', 'y:9100']);
  });

  test('is held on after a restart, and only then accepted when the inventory has answered', async () => {
    const digest = await held();
    await restart();
    expect(observed.inventory.guard.hold).toMatchObject({ reason: 'shrink', targets: 50, digest });
    const now = { wall: 1, mono: 1 };
    await expect(acceptHeld(observed.inventory, digest, now)).rejects.toMatchObject({ reason: 'no_answer' });
    await pass();
    expect(await acceptHeld(observed.inventory, digest, now)).toMatchObject({ removed: 50 });
  });

  test('what was added while it is held is no reason to believe it after a restart', async () => {
    answer(names(100));
    await pass();
    answer(names(79));
    expect(await pass()).toMatchObject({ kind: 'held', added: 0 });
    answer([...names(79), ...names(120).slice(100)]);
    expect(await pass()).toMatchObject({ kind: 'held', added: 20 });
    await restart();
    expect(await pass()).toMatchObject({ kind: 'held', removed: 0 });
    expect(await size()).toBe(120);
  });

  test('that is empty can be accepted, and [] then stands', async () => {
    await standing();
    answer([]);
    await pass();
    const now = { wall: 1, mono: 1 };
    await expect(acceptHeld(observed.inventory, undefined, now)).rejects.toMatchObject({
      reason: 'no_digest',
      message: `cannot accept a whole answer without its digest: 2 targets would go; look at it, then type inventory-sd accept ${digest()}`,
    });
    expect(await size()).toBe(2);
    await acceptHeld(observed.inventory, digest(), now);
    expect(await readFile(file, 'utf8')).toBe('[]\n');
    await restart();
    expect(observed.inventory.file.published?.groups).toEqual([]);
    expect(await pass()).toMatchObject({ kind: 'unchanged' });
  });

  test('an empty list from another program is none that was accepted, though one was before', async () => {
    await standing();
    answer([]);
    await pass();
    await acceptHeld(observed.inventory, digest(), { wall: 1, mono: 1 });
    answer(['a', 'b']);
    await pass();
    await writeFile(file, '[]');
    await restart();
    answer([]);
    expect(await pass()).toMatchObject({ kind: 'held' });
    expect(await targets()).toEqual(['a:9100', 'b:9100']);
  });

  test('above MAX_TARGETS cannot be accepted', async () => {
    await observed.close();
    observed = await observedInventory(dir.path, { MAX_TARGETS: '3' });
    await standing();
    answer(names(4));
    await pass();
    await expect(acceptHeld(observed.inventory, undefined, { wall: 1, mono: 1 })).rejects.toMatchObject({
      reason: 'too_many',
    });
  });

  test('a removal whose state cannot be written is not published, and counts as a write that failed', async () => {
    await held();
    answer(names(90));
    await rm(join(dir.path, '.inventory-sd'), { recursive: true });
    await writeFile(join(dir.path, '.inventory-sd'), 'a file where the folder was');
    observed.told.length = 0;
    await expect(pass()).rejects.toBeInstanceOf(WriteError);
    expect(await size()).toBe(101);
    expect(observed.told).toEqual(['writeFailed no_folder']);
  });

  test('nor is it then a reason to leave a deleted file deleted', async () => {
    await held();
    answer(names(90));
    await rm(file);
    await rm(join(dir.path, '.inventory-sd', 'targets.json.state.json'));
    await mkdir(join(dir.path, '.inventory-sd', 'targets.json.state.json'));
    await expect(pass()).rejects.toBeInstanceOf(WriteError);
    expect(await size()).toBe(101);
  });

  test('is one also when the entries are disabled or set aside, and the labels of the others change', async () => {
    answer(names(100));
    await pass();
    answer(
      names(100).map((host, i) => ({
        host,
        labels: { room: 'new' },
        ...(i < 15 && { enabled: false }),
        ...(i > 90 && { port: 99_999 }),
      })),
    );
    expect(await pass()).toMatchObject({ kind: 'held', removed: 0 });
    expect(parseTargetGroups(await readFile(file, 'utf8'))).toMatchObject([
      { labels: { room: 'new' }, targets: { length: 76 } },
      { labels: {}, targets: { length: 24 } },
    ]);
  });
});

test('without its state the guard begins anew, with a warning; a state that is none is one too', async () => {
  await standing();
  const state = join(dir.path, '.inventory-sd', 'targets.json.state.json');
  const noDate = '{"version":1,"savedAt":9e15,"clock":0,"empty":false,"gone":[],"graced":[],"hold":null}';
  const future = noDate.replace('9e15', '0').replace('1', '2');
  const noHold = noDate.replace('9e15', '0').replace('null', '7');
  for (const text of ['{', '{}', 'null', '{"version":1}', noDate, future, noHold]) {
    await writeFile(state, text);
    await restart();
    expect(observed.warnings).toEqual([expect.stringContaining("cannot read the guard's state")]);
    expect(observed.inventory.guard).toMatchObject({
      listed: [{ id: 'a:9100' }, { id: 'b:9100' }],
      clock: 0,
    });
  }
  await truncate(state, 2 ** 30);
  await restart();
  expect(observed.warnings).toEqual([expect.stringContaining('it is too large')]);
  await rm(state);
  await restart();
  expect(observed.warnings).toEqual([expect.stringContaining('there is none')]);
});

test('the state is written when a hold begins and ends, and once a minute in between', async () => {
  const state = join(dir.path, '.inventory-sd', 'targets.json.state.json');
  const savedAt = async () => JSON.parse(await readFile(state, 'utf8')).savedAt;
  await standing();
  answer([]);
  await pass(2000);
  expect(await savedAt()).toBe(2000);
  await pass(32_000);
  await pass(61_999);
  expect(await savedAt()).toBe(2000);
  await pass(62_000);
  expect(await savedAt()).toBe(62_000);
  answer(['a', 'b']);
  await pass(63_000);
  expect(await savedAt()).toBe(63_000);
  await pass(200_000);
  expect(await savedAt()).toBe(63_000);
});

test("over a restart and a jump of the clock the guard's clock goes on by two intervals at most", async () => {
  const day = 86_400_000;
  await standing();
  answer(['x']);
  await pass();
  const { clock } = observed.inventory.guard;
  const first = async (wall: number) => {
    await restart();
    await sync(observed.inventory, () => ({ wall, mono: 5 }), idle);
    return observed.inventory.guard.clock - clock;
  };
  expect(await first(1000 + 10 * day)).toBe(60_000);
  expect(await first(1000 + 9 * day)).toBe(60_000);
  expect(await first(1000 + 9 * day + 20_000)).toBe(80_000);
});

test('a pass that cannot keep the state for the next start goes on, and says so', async () => {
  answer(['a']);
  await mkdir(join(dir.path, '.inventory-sd', 'targets.json.state.json'), { recursive: true });
  expect(await pass()).toMatchObject({ kind: 'changed' });
  expect(observed.warnings).toEqual([expect.stringContaining('state.json')]);
});

describe('after a restart', () => {
  test('the list in the file stands, and the same answer writes nothing', async () => {
    await standing();
    await restart();
    expect(observed.inventory.file.published?.groups).toEqual([
      { targets: ['a:9100', 'b:9100'], labels: {} },
    ]);
    expect(await pass()).toMatchObject({ kind: 'unchanged' });
    expect(observed.told).toEqual([]);
  });

  test('an empty answer removes nothing of it', async () => {
    await standing();
    await restart();
    answer([]);
    expect(await pass()).toMatchObject({ kind: 'held' });
    expect(await targets()).toEqual(['a:9100', 'b:9100']);
  });

  const f = (name: string, text: string, warnings: unknown[]) =>
    test(`${name} is no list that stands; the first good answer replaces it`, async () => {
      await writeFile(file, text);
      await restart();
      expect(observed.inventory.file.published).toBeUndefined();
      expect(observed.warnings).toEqual(warnings);
      answer([]);
      await pass();
      expect(await readFile(file, 'utf8')).toBe(text);
      answer(['a']);
      expect(await pass()).toMatchObject({ kind: 'changed', added: 1 });
    });
  f('a file that Prometheus would refuse', '[{', [expect.stringContaining('cannot take over')]);
  f('an empty list', '[]', []);

  test('a file that cannot be read is a warning', async () => {
    await mkdir(file);
    await restart();
    expect(observed.warnings).toEqual([
      expect.stringContaining('no list stands until a good answer is written'),
    ]);
  });
});

describe('a file that another program wrote while the sidecar was down', () => {
  const hosts = Array.from({ length: 50 }, (_, i) => `s${i}`);
  const FOREIGN = '[{"targets":["old:1"]}]';

  test('is not the list: what is published goes on, and stands again at once', async () => {
    answer(hosts);
    await pass();
    await writeFile(file, FOREIGN);
    await restart();
    expect(observed.warnings).toEqual([
      `another program wrote ${file}; going on from the 50 targets that were written last`,
    ]);
    expect(await pass()).toMatchObject({ kind: 'unchanged' });
    expect(await targets()).toHaveLength(50);
    expect(observed.told).toEqual(['written', 'restored']);
  });

  test('is replaced by that list also when the inventory is down, or lost too many of it', async () => {
    answer(hosts);
    await pass();
    for (const body of [null, hosts.slice(30), []]) {
      await writeFile(file, FOREIGN);
      await restart();
      answer(body);
      await pass().catch(() => {});
      expect(await targets()).toHaveLength(50);
      expect(await targets()).not.toContain('old:1');
    }
  });

  test('nor is it one when it is no list at all, or is gone', async () => {
    await standing();
    const f = async (change: () => Promise<void>, warning: string) => {
      await change();
      await restart();
      expect(observed.warnings).toEqual([expect.stringContaining(warning)]);
      expect(observed.warnings).toEqual([expect.stringContaining('going on from the 2 targets')]);
      answer(null);
      await expect(pass()).rejects.toMatchObject({ reason: 'not_a_list' });
      expect(await targets()).toEqual(['a:9100', 'b:9100']);
    };
    await f(() => writeFile(file, '[{'), 'cannot take over');
    await f(() => rm(file), 'was deleted');
  });

  test('without a list of ours counts as it stands, and never becomes one that is defended', async () => {
    await writeFile(file, FOREIGN);
    await restart();
    answer(hosts);
    expect(await pass()).toMatchObject({ kind: 'held' });
    await writeFile(file, '[{"targets":["older:1"]}]');
    await restart();
    expect(observed.warnings).toEqual([]);
    expect(observed.inventory.file.published?.text).toContain('older:1');
  });

  test('that the inventory confirms is ours from then on', async () => {
    answer(hosts);
    await pass();
    await rm(join(dir.path, '.inventory-sd', 'targets.json.own.json'));
    await restart();
    expect(await pass()).toMatchObject({ kind: 'unchanged' });
    await writeFile(file, FOREIGN);
    await restart();
    expect(observed.inventory.guard.listed).toHaveLength(50);
  });

  test('and a copy of ours that cannot be read is a warning', async () => {
    await standing();
    await writeFile(join(dir.path, '.inventory-sd', 'targets.json.own.json'), '[');
    await restart();
    expect(observed.warnings).toEqual([expect.stringContaining('targets.json.own.json')]);
    expect(observed.inventory.guard.listed).toHaveLength(2);
  });
});
