// Whether the server answers: a calm banner while it does not, gone by itself when it does again.

import { element } from './element.ts';
import type { RequestError } from './request.ts';
import { formatTime } from './time-format.ts';
import type { Zone } from './zone.ts';

export class Connection {
  readonly element = element('div', { role: 'status', class: 'banner' });
  readonly #zone: Zone;
  readonly #marked: HTMLElement;
  /** Those whose requests are not answered. */
  readonly #waiting = new Set<object>();
  #awaySince: number | undefined;
  #lastAnswer: number | undefined;

  /** @param marked is given the class `old` while what it shows is. */
  constructor(zone: Zone, marked: HTMLElement) {
    this.#zone = zone;
    this.#marked = marked;
    this.element.hidden = true;
    zone.subscribe(() => this.#show());
  }

  /** @param by who asked. */
  answered(by: object): void {
    this.#lastAnswer = Date.now();
    this.#waiting.delete(by);
    this.#judge();
  }

  /** Only a server that does not answer is away; one that answers with an error is there. */
  failed({ kind }: RequestError, by: object): void {
    if (kind === 'refused') this.#waiting.delete(by);
    else if (kind !== 'stopped') this.#waiting.add(by);
    this.#judge();
  }

  #judge(): void {
    const wasAway = this.#awaySince !== undefined;
    this.#awaySince = this.#waiting.size === 0 ? undefined : (this.#awaySince ?? Date.now());
    if (wasAway !== (this.#awaySince !== undefined)) this.#show();
  }

  #show(): void {
    const isAway = this.#awaySince !== undefined;
    this.#marked.classList.toggle('old', isAway);
    this.element.hidden = !isAway;
    const words = isAway ? wordsOf(this.#awaySince as number, this.#lastAnswer, this.#zone.name) : '';
    this.element.replaceChildren(words);
  }
}

function wordsOf(awaySince: number, lastAnswer: number | undefined, zone: string): string {
  const now = Date.now();
  const since = `mini-tsdb does not answer since ${formatTime(awaySince, zone, now)}; trying again.`;
  if (lastAnswer === undefined) return since;
  return `${since} What you see is of ${formatTime(lastAnswer, zone, now)}.`;
}
