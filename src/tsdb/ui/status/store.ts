// What the store and the queue before it hold.

import { ago, since } from '../kit/ago.ts';
import { element } from '../kit/element.ts';
import { type Content, type Fact, factRow } from '../kit/facts.ts';
import { icon } from '../kit/icon.ts';
import { formatAmount, formatBytes, formatCount } from '../kit/number-format.ts';
import { stateMark } from '../kit/state-mark.ts';
import { formatSpan } from '../kit/time-format.ts';
import type { Zone } from '../kit/zone.ts';
import type { Answers, Ingest } from './answers.ts';

export function storeContent({ storage }: Ingest, zone: Zone, { flags }: Answers): Content {
  const { engine, series, samples, bytes, retention, retentionBytes, oldest, newest, diskTrouble } = storage;
  const limit = retentionBytes > 0 ? ` of ${formatBytes(retentionBytes)}` : '';
  const facts: Fact[] = [
    ['Engine', engine],
    ...keptIn(engine, flags),
    ['Series', formatCount(series)],
    ['Samples', formatCount(samples)],
    ['Size', `${formatBytes(bytes)}${limit}`],
    ['Kept for', retention],
    ['Oldest sample', oldest === null ? 'none' : since(Date.parse(oldest), zone)],
    ['Newest sample', newest === null ? 'none' : ago(Date.parse(newest), zone)],
  ];
  if (!diskTrouble) return [factRow(facts)];
  const words = 'The disk cannot be written: samples are kept in memory, and a restart would lose them.';
  return [element('p', { class: 'notice bad' }, icon('warning'), words), factRow(facts)];
}

// The flags may be refused by themselves: then nobody knows.
function keptIn(engine: string, flags: Answers['flags']): Fact[] {
  if (engine !== 'memory' || flags instanceof Error) return [];
  const folder = flags['storage.tsdb.path'] ?? '';
  if (folder === '') return [['Samples are kept in', 'memory only: a restart loses them']];
  const words = element('span', {}, 'memory, and the folder ', element('code', {}, folder));
  return [['Samples are kept in', words]];
}

export function queueContent({ queue }: Ingest): Content {
  const { engine, waiting, oldestSeconds, deadLetters } = queue;
  return [
    factRow([
      ['Engine', engine],
      ['Waiting', formatAmount(waiting, 'sample')],
      ['Oldest of them', waiting === 0 ? 'none' : formatSpan(1000 * oldestSeconds)],
      ['Set aside as dead letters', deadLetters === 0 ? 'none' : stateMark('warn', formatCount(deadLetters))],
    ]),
  ];
}
