// Who pushes: how much, within which limits, and what was refused.

import { ago } from '../kit/ago.ts';
import { element } from '../kit/element.ts';
import { type Content, factRow } from '../kit/facts.ts';
import { formatAmount, formatCount } from '../kit/number-format.ts';
import { plainTable } from '../kit/plain-table.ts';
import type { Zone } from '../kit/zone.ts';
import type { Client, Ingest, Refused } from './answers.ts';

const DOORS = { push: 'JSON over HTTP', remoteWrite: 'remote write', grpc: 'gRPC' } as const;

const COLUMNS = [
  { title: 'Client' },
  { title: 'Samples', isNumber: true },
  { title: 'Requests', isNumber: true },
  { title: 'Series', isNumber: true },
  { title: 'Samples a second, at most', isNumber: true },
  { title: 'Requests a second, at most', isNumber: true },
  { title: 'Refused', isNumber: true },
  { title: 'Last seen', isNumber: true },
];

export function ingestContent({ doors, push }: Ingest, zone: Zone): Content {
  const names = Object.keys(DOORS) as (keyof typeof DOORS)[];
  const open = names.filter((name) => doors[name]).map((name) => DOORS[name]);
  if (open.length === 0) return [closed()];
  const { total, clients, top, forgotten } = push;
  const facts = factRow([
    ['Open for', open.join(', ')],
    ['Samples', formatCount(total.samples)],
    ['Requests', formatCount(total.batches)],
    ['Refused', refusedOf(total.refused)],
    ['Clients', forgotten > 0 ? `${formatCount(clients)}, and older ones` : formatCount(clients)],
  ]);
  if (top.length === 0)
    return [facts, element('p', { class: 'quiet-text' }, 'Nobody has pushed since the start.')];
  const table = plainTable(
    'Clients',
    COLUMNS,
    top.map((client) => row(client, zone)),
  );
  const rest = clients - top.length;
  const more = element('p', { class: 'quiet-text' }, `${formatAmount(rest, 'more client')} brought less.`);
  return rest > 0 ? [facts, table, more] : [facts, table];
}

function closed(): HTMLElement {
  const flag = element('code', {}, '--web.enable-push');
  return element('p', {}, 'Nothing can be pushed here: ', flag, ' opens a door.');
}

function row({ client, samples, batches, series, limits, refused, lastSeen }: Client, zone: Zone) {
  const of = limits.series ? ` of ${formatCount(limits.series)}` : '';
  return [
    client,
    formatCount(samples),
    formatCount(batches),
    `${formatCount(series)}${of}`,
    limitOf(limits.samplesPerSecond),
    limitOf(limits.requestsPerSecond),
    refusedOf(refused),
    ago(Date.parse(lastSeen), zone),
  ];
}

function limitOf(limit: number | null): string {
  return limit ? formatCount(limit) : 'any';
}

/** `12 rate, 3 body`, or `none`. */
function refusedOf(refused: Refused): string {
  const some = Object.entries(refused).filter(([, count]) => count > 0);
  if (some.length === 0) return 'none';
  return some.map(([reason, count]) => `${formatCount(count)} ${reason.replaceAll('_', ' ')}`).join(', ');
}
