// All there is to know of one target, beside the table.

import { ago } from '../kit/ago.ts';
import { copyButton } from '../kit/copy.ts';
import { element } from '../kit/element.ts';
import { type Fact, factList } from '../kit/facts.ts';
import { isInUse } from '../kit/in-use.ts';
import { formatCount } from '../kit/number-format.ts';
import { formatSeconds } from '../kit/time-format.ts';
import type { Zone } from '../kit/zone.ts';
import { labelSetsOf, type TargetRow } from './row.ts';
import { targetState } from './target-row.ts';

export class Details {
  readonly element: HTMLDialogElement;
  readonly #zone: Zone;
  readonly #title = element('h2', { id: 'details-title' });
  readonly #gone = element(
    'p',
    { class: 'notice', role: 'status' },
    'This is a target no longer; here is what was known last.',
  );
  readonly #now = element('div', { class: 'now' });
  readonly #sets = element('div', { class: 'sets' });
  #standing: TargetRow | undefined;

  /** @param closed is called when people close them. */
  constructor(zone: Zone, closed: () => void) {
    this.#zone = zone;
    const close = element('button', { type: 'button', class: 'quiet', autofocus: true }, 'Close');
    const head = element('div', { class: 'head' }, this.#title, close);
    const inside = element('div', { class: 'inside' }, head, this.#gone, this.#now, this.#sets);
    const dialog = element('dialog', { class: 'details', 'aria-labelledby': 'details-title' }, inside);
    this.element = dialog;
    close.addEventListener('click', () => dialog.close());
    // A click beside it, which hits the backdrop, closes it.
    dialog.addEventListener('click', (event) => {
      if (event.target === dialog) dialog.close();
    });
    dialog.addEventListener('close', () => {
      if (this.#standing === undefined) return;
      this.#standing = undefined;
      closed();
    });
  }

  /** @param key of the target; empty: closes them. @param row undefined: there is no such target. */
  show(key: string, row: TargetRow | undefined): void {
    this.#gone.hidden = row !== undefined;
    if (key === '' || (row === undefined && this.#standing?.key !== key)) {
      this.#standing = undefined;
      this.element.close();
      return;
    }
    if (row !== undefined && row !== this.#standing) this.#fill(row);
    this.#standing = row ?? this.#standing;
    if (!this.element.open) this.element.showModal();
  }

  #fill(row: TargetRow): void {
    const isOther = this.#standing?.key !== row.key;
    this.#title.textContent = row.url;
    if (isOther || !isInUse(this.#now)) this.#now.replaceChildren(...troubleOf(row), facts(row, this.#zone));
    if (isOther || this.#standing?.labelSets !== row.labelSets) this.#sets.replaceChildren(...labelsOf(row));
  }
}

function labelsOf(row: TargetRow): HTMLElement[] {
  const after = [element('h3', {}, 'Labels'), labelTable(labelSetsOf(row).after)];
  return [...(row.state === 'dropped' ? [] : after), beforeRelabelling(row), links(row)];
}

function troubleOf({ error }: TargetRow): HTMLElement[] {
  if (error === '') return [];
  return [element('div', { class: 'notice bad error' }, error)];
}

function facts(row: TargetRow, zone: Zone): HTMLElement {
  const scraped = row.state === 'dropped' ? [] : scrapeFacts(row, zone);
  return factList([['State', targetState(row.state)], ['Job', row.job], ...scraped]);
}

function scrapeFacts({ lastScrape, duration, samples, interval, timeout }: TargetRow, zone: Zone): Fact[] {
  const every: Fact = ['Scraped', `every ${interval}, within ${timeout}`];
  if (lastScrape === 0) return [['Last scrape', 'not yet'], every];
  return [
    ['Last scrape', ago(lastScrape, zone)],
    ['Duration', formatSeconds(duration)],
    ...(samples < 0 ? [] : [['Samples', formatCount(samples)] as const]),
    every,
  ];
}

function labelTable(labels: Readonly<Record<string, string>>): HTMLElement {
  const rows = Object.entries(labels).map(([name, value]) =>
    element('tr', {}, element('th', { scope: 'row' }, name), element('td', {}, value)),
  );
  return element('table', { class: 'rows labels' }, element('tbody', {}, ...rows));
}

// Made only when it is asked for.
function beforeRelabelling(row: TargetRow): HTMLDetailsElement {
  const made = element('details', {}, element('summary', {}, 'Labels before relabelling'));
  made.addEventListener('toggle', () => {
    if (made.open && made.childElementCount === 1) made.append(labelTable(labelSetsOf(row).before));
  });
  return made;
}

function links(row: TargetRow): HTMLElement {
  const made = element('p', { class: 'toolbar' });
  if (row.state === 'dropped') return made;
  // Relabelling may have given it another job than its pool.
  const { job = row.job, instance = '' } = labelSetsOf(row).after;
  const query = `up{job=${JSON.stringify(job)},instance=${JSON.stringify(instance)}}`;
  made.append(
    element('a', { class: 'button', href: `graph?${new URLSearchParams({ q: query })}` }, 'Graph of up'),
  );
  if (isWebAddress(row.url)) {
    const to = { href: row.url, class: 'button', target: '_blank', rel: 'noreferrer noopener' };
    made.append(element('a', to, 'Open the endpoint'));
  }
  made.append(copyButton(row.url, 'the address of the endpoint', 'Copy URL'));
  return made;
}

function isWebAddress(text: string): boolean {
  return URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);
}
