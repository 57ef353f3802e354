// The differences between two views, as sentences.

import type { Column, View } from './view.ts';

/** A view without what was said before. */
export type Seen = Omit<View, 'events'>;

/** What is new in `now`, one sentence each. */
export function differences(before: Seen, now: Seen): string[] {
  return [
    ...faultEvents(before, now),
    ...sensorEvents(before, now),
    ...countEvents('unguarded', before.unguarded, now.unguarded),
    ...countEvents('inventory-sd', before.guarded, now.guarded),
    ...keptEvents(before.guarded, now.guarded),
    ...alertEvents(before, now),
  ];
}

function faultEvents({ fault: before }: Seen, { fault: now }: Seen): string[] {
  if (before.text === now.text) return [];
  return [now.text === undefined ? 'the inventory is healthy again' : `the inventory ${now.text}`];
}

function sensorEvents(before: Seen, now: Seen): string[] {
  if (before.sensors === now.sensors || now.sensors === undefined) return [];
  const change = now.sensors - (before.sensors ?? now.sensors);
  return [
    `the inventory has ${now.sensors} sensors${change === 0 ? '' : ` (${change > 0 ? '+' : ''}${change})`}`,
  ];
}

function countEvents(name: string, before: Column | undefined, now: Column | undefined): string[] {
  if (now === undefined) return [];
  const counted =
    (before?.targets ?? 0) === now.targets ? [] : [`${before?.targets ?? 0} → ${now.targets} targets`];
  const allUp = isAllUp(now) && !isAllUp(before) ? [`all ${now.targets} up`] : [];
  return [...counted, ...allUp].map((text) => `${name}: ${text}`);
}

function isAllUp(column: Column | undefined): boolean {
  return column !== undefined && column.targets > 0 && column.scraped[0]?.up === column.targets;
}

function keptEvents(before: Column | undefined, now: Column | undefined): string[] {
  if (before === undefined || now === undefined || before.verdict.text === now.verdict.text) return [];
  if (now.verdict.kind === 'kept') return [`inventory-sd: ${now.targets} targets, ${now.verdict.text}`];
  return before.verdict.kind === 'kept' ? ['inventory-sd: the inventory is followed again'] : [];
}

function alertEvents({ alerts: before }: Seen, { alerts: now }: Seen): string[] {
  const texts = (alerts: Seen['alerts']) => alerts.map(({ name, state }) => `alert ${name} is ${state}`);
  const over = before.filter(({ name }) => now.every((alert) => alert.name !== name));
  const fresh = texts(now).filter((text) => !texts(before).includes(text));
  return [...fresh, ...over.map(({ name }) => `alert ${name} is over`)];
}
