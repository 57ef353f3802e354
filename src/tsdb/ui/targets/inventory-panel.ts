// The sidecar's state on top of the targets: fresh or not, what is held and why, and what releases it.

import { ago, since } from '../kit/ago.ts';
import { copyButton } from '../kit/copy.ts';
import { element } from '../kit/element.ts';
import { type Content, type Fact, factRow } from '../kit/facts.ts';
import { isInUse } from '../kit/in-use.ts';
import { formatAmount, formatCount } from '../kit/number-format.ts';
import { stateMark, type Tone } from '../kit/state-mark.ts';
import type { Zone } from '../kit/zone.ts';
import type { InventoryAnswer, SidecarReport } from './inventory-report.ts';

export interface InventoryPanel {
  readonly element: HTMLElement;
  show(answer: InventoryAnswer): void;
}

type Reached = Extract<InventoryAnswer, { reachable: true }>;
type Unreached = Extract<InventoryAnswer, { reachable: false }>;

export function createInventoryPanel(zone: Zone): InventoryPanel {
  const panel = element('section', { class: 'inventory', 'aria-label': 'Inventory' });
  panel.hidden = true;
  const words: Words = {
    at: (time) => ago(Date.parse(time), zone),
    from: (time) => since(Date.parse(time), zone),
  };
  let standing: InventoryAnswer | undefined;
  const shown: InventoryPanel = {
    element: panel,
    show(answer) {
      panel.hidden = !answer.configured;
      if (!answer.configured || isInUse(panel)) return;
      standing = answer;
      panel.replaceChildren(...(answer.reachable ? reached(answer, words) : unreached(answer, words)));
    },
  };
  zone.subscribe(() => {
    if (standing !== undefined) shown.show(standing);
  });
  return shown;
}

/** Times in words, of texts in RFC 3339. */
interface Words {
  readonly at: (time: string) => HTMLElement;
  readonly from: (time: string) => HTMLElement;
}

function line(tone: Tone, head: string, ...rest: Content): HTMLElement {
  return element('p', { class: 'line' }, stateMark(tone, head), element('span', {}, ...rest));
}

function unreached({ url, error, since }: Unreached, { from }: Words): Content {
  return [
    line('warn', 'inventory-sd is not reachable', 'since ', from(since), `: ${error}`),
    element('p', { class: 'quiet-text' }, `The targets it wrote last are scraped on. It is asked at ${url}.`),
  ];
}

function reached({ report }: Reached, words: Words): Content {
  return [...judged(report, words), ...heldOf(report, words), facts(report, words)];
}

function judged(
  { ready, fresh, stale, held, state, inventory, startedAt, file }: SidecarReport,
  { at, from }: Words,
): Content {
  const targets = formatAmount(file.targets ?? 0, 'target');
  if (!ready) return [line('bad', 'No list', state.replace(/^not ready: /, ''))];
  if (fresh) return [line('good', 'Fresh', `${targets}, confirmed `, at(inventory.lastSuccess ?? startedAt))];
  if (stale) {
    const last = from(inventory.lastSuccess ?? startedAt);
    return [line('warn', 'Stale', 'no good answer since ', last, `; ${targets} stay`)];
  }
  return held === null ? [line('warn', 'Degraded', state.replace(/^degraded: /, ''))] : [];
}

function heldOf({ held }: SidecarReport, { from }: Words): Content {
  if (held === null) return [];
  const what = held.whole ? 'the whole answer' : formatAmount(held.targets, 'target');
  const made = line('warn', 'Held', `${what} since `, from(held.since), `: ${held.message}`);
  return [made, element('p', { class: 'release' }, ...releaseOf(held))];
}

// What is told begins with the command, where there is one.
function releaseOf({ digest, ends }: NonNullable<SidecarReport['held']>): Content {
  const command = `inventory-sd accept ${digest}`;
  if (!ends.startsWith(command)) return [`It ${ends}.`];
  const code = element('code', { class: 'command' }, command);
  return [code, copyButton(command, 'the command'), `${ends.slice(command.length).trim()}.`];
}

function facts(report: SidecarReport, words: Words): HTMLElement {
  const { inventory, file, fresh, stale } = report;
  const { lastSuccess } = inventory;
  const answered = lastSuccess === null ? 'none since the start' : words.at(lastSuccess);
  return factRow([
    ['Inventory', inventory.url],
    // What is fresh or stale has told it already.
    ...(fresh || stale ? [] : [['Last answer', answered] as const]),
    ['Last change', file.lastChange === null ? 'unknown' : words.at(file.lastChange)],
    ...troubles(report, words),
  ]);
}

function troubles({ inventory, entries, waiting, file }: SidecarReport, { at }: Words): Fact[] {
  const { lastFailure, consecutiveFailures: failures, nextPoll, postponed } = inventory;
  const known: Fact[] = [];
  if (postponed) known.push(['Next poll', at(nextPoll), ', as the inventory asked']);
  if (lastFailure !== null) {
    const times = failures > 1 ? ` (${formatCount(failures)} in a row)` : '';
    known.push(['Last failure', `${lastFailure.message}${times}`]);
  }
  if (waiting > 0)
    known.push(['Waiting', `${formatAmount(waiting, 'new target')}, for room below MAX_TARGETS`]);
  if (entries !== null && entries.setAside > 0) known.push(['Set aside', setAsideOf(entries)]);
  if (file.putBackAt !== null)
    known.push(['Target file', `another program writes ${file.path}; put back `, at(file.putBackAt)]);
  return known;
}

function setAsideOf({ setAside, firstSetAside: [first] }: NonNullable<SidecarReport['entries']>): string {
  const count = formatAmount(setAside, 'entry', 'entries');
  return first === undefined ? count : `${count}; entry ${first.index}: ${first.message}`;
}
