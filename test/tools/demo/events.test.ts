import { expect, test } from 'vitest';
import type { Sample } from '../../../tools/demo/sample.ts';
import { advance, firstView } from '../../../tools/demo/view.ts';
import { AT, addresses, EMPTY, HALF, NO_LIST, sample, seen, status } from './samples.ts';

function eventsOf(...samples: Sample[]): string[] {
  return samples.reduce(advance, firstView(AT)).events.map(({ text }) => text);
}

/** What the last of the looks added. */
function newIn(...samples: Sample[]): string[] {
  return eventsOf(...samples).slice(eventsOf(...samples.slice(0, -1)).length);
}

const empty = { sensors: 100, fault: { fault: 'empty', status: undefined } };

test('tells how the sensors are found', () => {
  const none = sample({ file: undefined, server: seen(0, 0) });
  const found = sample({ server: seen(100, 100, { up: 40 }) });
  expect(eventsOf(none, found, sample())).toEqual([
    'the inventory has 100 sensors',
    'unguarded: 0 → 100 targets',
    'inventory-sd: 0 → 100 targets',
    'inventory-sd: all 100 up',
    'unguarded: all 100 up',
  ]);
});

test('says nothing while nothing changes', () => {
  expect(newIn(sample(), sample({ at: AT + 500 }))).toEqual([]);
});

test('tells of an empty answer, and of the end of it', () => {
  const held = sample({ inventory: empty, status: status({ held: EMPTY }), server: seen(100, 0) });
  expect(newIn(sample(), held)).toEqual([
    'the inventory answers []',
    'unguarded: 100 → 0 targets',
    'inventory-sd: 100 targets, kept: the inventory lists no target',
  ]);
  expect(newIn(sample(), held, sample())).toEqual([
    'the inventory is healthy again',
    'unguarded: 0 → 100 targets',
    'unguarded: all 100 up',
    'inventory-sd: the inventory is followed again',
  ]);
});

test('tells of the alert on a held list as it goes on, and of its end', () => {
  const alert = (state: 'pending' | 'firing') =>
    sample({
      status: status({ held: HALF }),
      server: seen(100, 50, { alerts: [{ name: 'InventorySdHeldShrink', state, since: AT }] }),
    });
  const silent = sample({ status: status({ held: HALF }), server: undefined });
  const pending = [sample(), alert('pending')];
  expect(newIn(...pending)).toContain('alert InventorySdHeldShrink is pending');
  expect(newIn(...pending, alert('firing'))).toEqual(['alert InventorySdHeldShrink is firing']);
  expect(newIn(...pending, alert('firing'), silent)).toEqual([]);
  expect(newIn(...pending, alert('firing'), silent, sample())).toContain(
    'alert InventorySdHeldShrink is over',
  );
});

test('tells what follows when a person accepts half of the list', () => {
  const inventory = { sensors: 100, fault: { fault: 'half', status: undefined } };
  const held = sample({ inventory, status: status({ held: HALF }), server: seen(100, 50) });
  const accepted = sample({ inventory, file: addresses(50), server: seen(50, 50) });
  expect(newIn(sample(), held, accepted)).toEqual([
    'inventory-sd: 100 → 50 targets',
    'inventory-sd: the inventory is followed again',
  ]);
});

test('tells of a new reason why the list is kept', () => {
  const held = sample({ inventory: empty, status: status({ held: EMPTY }) });
  const failing = sample({ inventory: empty, status: status({ held: EMPTY, failure: NO_LIST }) });
  expect(newIn(sample(), held, failing)).toEqual([
    'inventory-sd: 100 targets, kept: the inventory answered null',
  ]);
});

test('tells of sensors that come and go', () => {
  const more = sample({
    inventory: { sensors: 110, fault: undefined },
    file: addresses(110),
    server: seen(110, 100),
  });
  expect(newIn(sample(), more)).toEqual([
    'the inventory has 110 sensors (+10)',
    'inventory-sd: 100 → 110 targets',
  ]);
  expect(newIn(sample(), more, sample())[0]).toBe('the inventory has 100 sensors (-10)');
});

test('takes no answer for no news', () => {
  const silent = sample({ inventory: undefined, server: undefined });
  expect(newIn(sample(), silent)).toEqual([]);
  expect(newIn(sample(), silent, sample())).toEqual(['inventory-sd: all 100 up']);
});
